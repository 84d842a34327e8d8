// The inbox over Apache Kafka: a plain member of a consumer group, as kafkajs has it. Everything that the log port
// needs beyond that (positions of our own, fencing, markers) is of no use here, because whoever reads the activity log
// recognises repetitions.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import type { Inbox, InboxBatch, InboxHandlers, InboxRecord } from '../inbox.ts';
import {
  atMost,
  createKafkaClient,
  describeError,
  printNotice,
  SESSION_TIMEOUT_MS,
  type KafkaLogsOptions,
  type KafkaNotice,
} from './kafka-client.ts';

export interface KafkaInboxOptions extends KafkaLogsOptions {
  /** The platform's topic, by its whole name: the workspace's prefix is not put before it. */
  readonly topic: string;
  readonly group: string;
}

const HEARTBEATS_PER_SESSION = 5;
const REBALANCE_TIMEOUT_MS = 30_000;
const PARTITIONS_AT_ONCE = 4;
const REJOIN_MS_MIN = 200;
const REJOIN_MS_MAX = 5_000;
/** What `close` gives batches that are being handled. */
const LEAVE_MS_MAX = 15_000;
const WAIT_MS = 100;

/** A group that is new begins at the oldest record that the topic still has. */
export function openKafkaInbox(options: KafkaInboxOptions, handlers: InboxHandlers): Inbox {
  const kafka = createKafkaClient(options);
  const notice = options.notice ?? printNotice;
  const { topic } = options;
  const groupId = options.prefix + options.group;
  const sessionTimeoutMs = options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS;
  let isClosed = false;
  let end: () => void = () => undefined;
  const ended = new Promise<string>((resolve) => (end = () => resolve('closed')));

  async function stayMember(): Promise<void> {
    let rejoinMs = REJOIN_MS_MIN;
    while (!isClosed) {
      const startedAt = performance.now();
      const consumer = createConsumer(kafka, groupId, sessionTimeoutMs);
      const why = await Promise.race([ended, runTerm(consumer, topic, sessionTimeoutMs, handlers)]);
      handlers.state(false, why);
      await atMost(LEAVE_MS_MAX, consumer.disconnect());
      if (isClosed) return;
      if (performance.now() - startedAt > REJOIN_MS_MAX) rejoinMs = REJOIN_MS_MIN;
      notice('warn', `reading ${topic} was interrupted, joining again: ${why}`, { rejoinMs });
      await Promise.race([ended, sleep(rejoinMs)]);
      rejoinMs = Math.min(rejoinMs * 2, REJOIN_MS_MAX);
    }
  }

  void tellWhatIsGone(kafka, topic, groupId, notice);
  const done = stayMember();
  return {
    async close() {
      isClosed = true;
      end();
      await done;
    },
  };
}

function createConsumer(kafka: Kafka, groupId: string, sessionTimeoutMs: number): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: Math.floor(sessionTimeoutMs / HEARTBEATS_PER_SESSION),
    maxWaitTimeInMs: WAIT_MS,
    allowAutoTopicCreation: false,
    // A restart after a crash is ours: kafkajs reuses connections that may be what is broken.
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 5, restartOnFailure: async () => false },
  });
}

/** Resolves with the reason once this consumer is of no more use. Never rejects. */
async function runTerm(
  consumer: Consumer,
  topic: string,
  sessionTimeoutMs: number,
  handlers: InboxHandlers,
): Promise<string> {
  const lost = new Promise<string>((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(describeError(payload.error)));
  });
  consumer.on(consumer.events.GROUP_JOIN, () => handlers.state(true, ''));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => takeBatch(payload, sessionTimeoutMs, handlers),
    });
    return await lost;
  } catch (error) {
    return describeError(error);
  }
}

async function takeBatch(
  {
    batch,
    heartbeat,
    resolveOffset,
    commitOffsetsIfNecessary,
    uncommittedOffsets,
    isStale,
  }: EachBatchPayload,
  sessionTimeoutMs: number,
  handlers: InboxHandlers,
): Promise<void> {
  // The log may be away for longer than a session; that is no reason to hand the partition to somebody else.
  const beat = setInterval(
    () => void heartbeat().catch(() => undefined),
    sessionTimeoutMs / HEARTBEATS_PER_SESSION,
  );
  try {
    await handlers.batch(toBatch(batch));
  } finally {
    clearInterval(beat);
  }
  if (isStale()) return;
  resolveOffset(batch.lastOffset());
  await commitOffsetsIfNecessary(uncommittedOffsets());
}

function toBatch(batch: EachBatchPayload['batch']): InboxBatch {
  return {
    partition: batch.partition,
    records: batch.messages.map(toRecord),
    endOffset: Number(batch.highWatermark),
  };
}

function toRecord({ offset, timestamp, value, headers }: KafkaMessage): InboxRecord {
  return { offset: Number(offset), timestampMs: Number(timestamp), value, headers: toHeaders(headers) };
}

function toHeaders(headers: IHeaders | undefined): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) found.set(name, Buffer.isBuffer(last) ? last : Buffer.from(last));
  }
  return found;
}

/** Records that the topic dropped before they were read are lost for good: somebody has to know. */
async function tellWhatIsGone(
  kafka: Kafka,
  topic: string,
  groupId: string,
  notice: KafkaNotice,
): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
    for (const { partition, offset } of group?.partitions ?? []) {
      const oldest = Number(ends.find((each) => each.partition === partition)?.low ?? 0);
      const gone = oldest - Number(offset);
      if (Number(offset) >= 0 && gone > 0) {
        notice('error', `${topic}/${partition}: ${gone} records were removed before they were read`, {
          from: Number(offset),
          to: oldest,
        });
      }
    }
  } catch (error) {
    notice('warn', `${topic}: where its group stands cannot be asked: ${describeError(error)}`, {});
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
