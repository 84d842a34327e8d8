import { KAFKA_VERSION, kafkaAvailable } from '#tools/kafka/jars';
import { PATIENT, startKafka } from '#tools/kafka/launch';
import { CommandError } from '#tools/cli/command-error';
import { keepRunning, type Life } from './keep-running.ts';

/** The broker that a cluster works with: one that is there, or one of our own that is kept running. */
export interface LocalKafka {
  readonly brokers: string;
  /** Nothing happens to a broker that was there before us. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export async function openLocalKafka(
  brokers: string | null,
  dir: string,
  tell: (name: string, text: string) => void,
): Promise<LocalKafka> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (brokers !== null) return { brokers, stop: nothing, kill: nothing };
  const { ok, why } = kafkaAvailable();
  if (!ok) {
    throw new CommandError(
      `KAFKA_BROKERS is not set, and no broker can be started here: ${why}. ` +
        'Name brokers, or install Java 17 and Maven.',
    );
  }
  tell('kafka', `starting Apache Kafka ${KAFKA_VERSION} (the first time its jars are fetched)`);
  const kafka = await startKafka({ dir, properties: PATIENT, isDetached: true }).catch((error: unknown) => {
    // It names the file that tells why, or what Maven said; our own stack tells a person nothing.
    throw new CommandError(`kafka did not start: ${(error as Error).message}`);
  });
  const life = (): Life => {
    tell('kafka', `runs at ${kafka.brokers}, pid ${kafka.pid}, output in ${kafka.output}`);
    return { ended: kafka.gone().then(() => `ended, see ${kafka.output}`) };
  };
  const start = (): Promise<Life> => kafka.restart().then(life);
  const keeper = keepRunning({ name: 'kafka', start, tell }, life());
  return {
    brokers: kafka.brokers,
    async stop() {
      await keeper.release();
      await kafka.stop();
    },
    kill: () => kafka.kill9(),
  };
}
