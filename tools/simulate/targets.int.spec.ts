import { randomBytes } from 'node:crypto';
import { openInbound } from '#apps/ingest/src/inbound';
import { writeGenesis } from '#stage/begin-log';
import { describeWithKafka } from '#stream/kafka/jest-kafka';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import type { Logs } from '#stream/log';
import { Health } from '#telemetry/health';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { inboundTarget } from './inbound-target.ts';
import { logTarget } from './log-target.ts';
import { isWell, type RunSummary } from './run-summary.ts';
import { simulate } from './simulate.ts';
import type { Target } from './target.ts';

const PARTITIONS = 2;
const TOPIC_PARTITIONS = 3;
const EVENTS = 600;
const TEST_MS_MAX = 60_000;
const POLL_MS = 50;
const pseudonymKey = Buffer.alloc(32, 1);

describeWithKafka('a simulated marketplace on Kafka', (kafka) => {
  const topic = `simulated-${randomBytes(5).toString('hex')}`;
  const prefix = kafka.prefix();
  const config = { brokers: kafka.brokers, prefix, clientId: 'spec', notice: () => undefined };
  let logs: Logs;

  beforeAll(async () => {
    logs = createKafkaLogs(config);
    const wish = { logId: 'simulate', partitions: PARTITIONS };
    await writeGenesis(logs, null, wish, { clockMs: Date.now(), isLive: true });
  }, TEST_MS_MAX);

  afterAll(() => logs.close(), TEST_MS_MAX);

  test(
    'writes a topic of its own making, and its door takes what is counted and refuses what is malformed',
    async () => {
      const target = inboundTarget({ brokers: kafka.brokers, topic, partitions: TOPIC_PARTITIONS });
      const summary = await play(target);
      expect(summary).toMatchObject({ target: `topic ${topic}`, sent: EVENTS, refused: 0, unanswered: 0 });
      expect(isWell(summary)).toBe(true);
      expect(summary.unseen).toBeGreaterThan(10);
      expect(summary.accepted + summary.unseen).toBe(EVENTS);

      const platform = createKafkaLogs({ ...config, prefix: '' });
      expect(await platform.partitions(topic)).toBe(TOPIC_PARTITIONS);
      await platform.close();
      const door = openInbound({
        topic,
        config,
        pseudonymKey,
        logs,
        partitions: PARTITIONS,
        registry: createRegistry(),
        health: new Health(),
        log: createLog('spec', { level: 'silent' }),
      });
      const deadline = performance.now() + TEST_MS_MAX / 2;
      const letters = (): Promise<readonly string[]> => valuesIn('dead-letters');
      while ((await letters()).length + (await simulatedIn()) < EVENTS && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      await door.close();
      expect(await letters()).toHaveLength(summary.unseen);
      expect(await simulatedIn()).toBe(summary.accepted);
    },
    TEST_MS_MAX,
  );

  test(
    'writes the log itself, and refuses on its own what no door would take',
    async () => {
      const before = await simulatedIn();
      const summary = await play(logTarget({ name: 'the workspace', logs, pseudonymKey }));
      expect(summary).toMatchObject({ sent: EVENTS, unseen: 0, wrong: 0, unanswered: 0 });
      expect(isWell(summary)).toBe(true);
      expect(summary.refused).toBeGreaterThan(10);
      expect((await simulatedIn()) - before).toBe(summary.accepted);
    },
    TEST_MS_MAX,
  );

  test('says of logs that are no workspace what is missing, before anything is sent', async () => {
    const empty = createKafkaLogs({ ...config, prefix: kafka.prefix() });
    const target = logTarget({ name: 'nothing', logs: empty, pseudonymKey });
    await expect(play(target)).rejects.toThrow('nothing: activity is missing');
    await empty.close();
  });

  async function simulatedIn(): Promise<number> {
    return (await valuesIn('activity')).filter((text) => text.includes('"source":"/updraft/simulate"'))
      .length;
  }

  async function valuesIn(log: string): Promise<readonly string[]> {
    const values: string[] = [];
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      for await (const { records } of logs.read(log, partition, 0)) {
        values.push(...records.map(({ value }) => value.toString('utf8')));
      }
    }
    return values;
  }
});

async function play(target: Target): Promise<RunSummary> {
  try {
    return await simulate({
      target,
      seed: 7,
      merchants: 20,
      season: 'double-11',
      eventsPerSecond: 300,
      eventsMax: EVENTS,
      durationMs: null,
      duplicatesPpm: 20_000,
      latePpm: 10_000,
      poisonPpm: 50_000,
      output: { write: () => undefined },
      onInterrupt: () => undefined,
    });
  } finally {
    await target.close();
  }
}
