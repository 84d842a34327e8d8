import { randomBytes } from 'node:crypto';
import { logShapes } from '#contracts/logs';
import type { Inbox } from '#stream/inbox';
import type { SharedKafka } from '#stream/kafka/jest-kafka';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import type { KafkaLogsOptions } from '#stream/kafka/kafka-client';
import type { Logs } from '#stream/log';
import type { Health } from '#telemetry/health';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { openInbound } from '../inbound.ts';

export const PARTITIONS = 2;
export const INBOUND_PARTITIONS = 3;

/** A platform's topic and a workspace of its own, on the broker that the test run shares. */
export interface PlatformTopic {
  readonly topic: string;
  readonly options: KafkaLogsOptions;
  /** The workspace's. */
  readonly logs: Logs;
  /** The platform's. */
  readonly platform: Logs;
  /** The second door, from the topic to the workspace. */
  openDoor(health: Health): Inbox;
  close(): Promise<void>;
}

export async function createPlatformTopic(kafka: SharedKafka): Promise<PlatformTopic> {
  const topic = `marketplace-${randomBytes(5).toString('hex')}`;
  const prefix = kafka.prefix();
  const options = { brokers: kafka.brokers, prefix, clientId: 'spec', notice: () => undefined };
  const logs = createKafkaLogs(options);
  const platform = createKafkaLogs({ ...options, prefix: '' });
  await logs.create(logShapes(PARTITIONS, 1));
  await platform.create([{ log: topic, partitions: INBOUND_PARTITIONS }]);
  return {
    topic,
    options,
    logs,
    platform,
    openDoor: (health) =>
      openInbound({
        topic,
        config: options,
        pseudonymKey: Buffer.alloc(32, 1),
        logs,
        partitions: PARTITIONS,
        registry: createRegistry(),
        health,
        log: createLog('spec', { level: 'silent' }),
      }),
    async close() {
      await Promise.all([logs.close(), platform.close()]);
    },
  };
}
