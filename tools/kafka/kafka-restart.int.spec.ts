// The case that stops a broker has one of its own: it must not take it from under the other specs of the run.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBrokerRestart } from '#stream/contract/fault-contract';
import { describeWithKafka } from '#stream/kafka/jest-kafka';
import { openKafkaSubject } from '#stream/kafka/kafka-subject';
import type { LogContractSubject } from '#stream/log-contract';
import { startKafka, type RunningKafka } from './launch.ts';

const START_TIMEOUT_MS = 120_000;

describeWithKafka('the log port on Kafka', () => {
  let dir: string;
  let broker: RunningKafka;
  let opened: LogContractSubject;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kafka-restart-'));
    broker = await startKafka({ dir, isBrief: true });
    const subject = openKafkaSubject([broker.brokers], 'restart.');
    opened = { ...subject, faults: { restartBroker: () => broker.restart() } };
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await opened?.close();
    await broker?.stop();
    await rm(dir, { recursive: true, force: true });
  }, START_TIMEOUT_MS);

  describeBrokerRestart(() => opened);
});
