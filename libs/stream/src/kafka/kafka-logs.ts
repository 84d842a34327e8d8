// The log port over Apache Kafka. A log is the topic prefix + log; everything is read as committed.
import { UnavailableError, type Logs, type LogWriter, type Publisher, type Subscription } from '../log.ts';
import { checkTopics, createTopics } from './kafka-admin.ts';
import {
  createKafkaClient,
  printNotice,
  REQUEST_TIMEOUT_MS,
  SESSION_TIMEOUT_MS,
  type KafkaLogsOptions,
} from './kafka-client.ts';
import { openKafkaCluster } from './kafka-cluster.ts';
import { openKafkaPublisher } from './kafka-publisher.ts';
import { readCommitted } from './kafka-read.ts';
import { openKafkaSubscription } from './kafka-subscription.ts';
import { createKafkaWriter } from './kafka-writer.ts';

export type { KafkaLogsOptions, KafkaNotice } from './kafka-client.ts';

export function createKafkaLogs(options: KafkaLogsOptions): Logs {
  const kafka = createKafkaClient(options);
  const cluster = openKafkaCluster(kafka);
  const topicOf = (log: string): string => options.prefix + log;
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const notice = options.notice ?? printNotice;
  const admin = { kafka, topicOf, replicationFactor: options.replicationFactor };
  const opened = new Set<{ close(): Promise<void> }>();

  /** Closed with the logs unless it was closed before. */
  const remember = <T extends LogWriter | Publisher | Subscription>(one: T): T => {
    const close = async (): Promise<void> => {
      opened.delete(remembered);
      await one.close();
    };
    const remembered = { ...one, close };
    opened.add(remembered);
    return remembered;
  };
  const endOffsets = (log: string): Promise<readonly number[]> => cluster.ends(topicOf(log));

  return {
    create: (specs) => createTopics(admin, specs),
    check: (specs) => checkTopics(admin, specs),
    partitions: async (log) => (await cluster.leaders(topicOf(log))).length,
    endOffsets,
    read: (log, partition, from) => {
      // Taken now and not when the first batch is asked for: "up to the end as of the call".
      const end = endOffsets(log).then((ends) => {
        const own = ends[partition];
        if (own === undefined) throw new UnavailableError(`log ${log} has no partition ${partition}`);
        return own;
      });
      end.catch(() => undefined);
      return readCommitted(cluster, topicOf(log), { log, partition, from }, end);
    },
    writer: (name) => remember(createKafkaWriter({ kafka, name, topicOf, requestTimeoutMs, notice })),
    publisher: async (name) => {
      const transactionalId = options.prefix + name;
      return remember(await openKafkaPublisher({ kafka, transactionalId, topicOf, requestTimeoutMs }));
    },
    subscribe: async (log, group, handlers) => {
      const topic = topicOf(log);
      // Says now, and not by silence later, that the log does not exist or the broker is away.
      await cluster.leaders(topic);
      const sessionTimeoutMs = options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS;
      const setting = { kafka, log, topic, groupId: options.prefix + group, sessionTimeoutMs, notice };
      return remember(openKafkaSubscription(setting, handlers));
    },
    close: async () => {
      await Promise.all([...opened].map((one) => one.close()));
      await cluster.close();
    },
  };
}
