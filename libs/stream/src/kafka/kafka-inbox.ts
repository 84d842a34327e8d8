// The inbox over Apache Kafka: a plain member of a consumer group, as kafkajs has it. Everything that the log port
// needs beyond that (positions of our own, fencing, markers) is of no use here, because whoever reads the activity log
// recognises repetitions.
import type { EachBatchPayload, IHeaders, Kafka, KafkaMessage } from 'kafkajs';
import type { Inbox, InboxBatch, InboxHandlers, InboxRecord } from '../inbox.ts';
import { createMember, HEARTBEATS_PER_SESSION, stayMember } from './group-member.ts';
import { groupOffsets } from './group-offsets.ts';
import { withAdmin } from './kafka-admin.ts';
import {
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

const REBALANCE_TIMEOUT_MS = 30_000;
const PARTITIONS_AT_ONCE = 4;
/** What `close` gives batches that are being handled. */
const LEAVE_MS_MAX = 15_000;

/** A group that is new begins at the oldest record that the topic still has. */
export function openKafkaInbox(options: KafkaInboxOptions, handlers: InboxHandlers): Inbox {
  const kafka = createKafkaClient(options);
  const notice = options.notice ?? printNotice;
  const { topic } = options;
  const groupId = options.prefix + options.group;
  const sessionTimeoutMs = options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS;

  return stayMember({
    what: `reading ${topic} was interrupted`,
    notice,
    leaveMsMax: LEAVE_MS_MAX,
    // A member whose offset the topic no longer has commits another one: nobody could see any more what is gone.
    ready: tellWhatIsGone(kafka, topic, groupId, notice),
    begin() {
      const consumer = createMember(kafka, groupId, sessionTimeoutMs, REBALANCE_TIMEOUT_MS);
      consumer.on(consumer.events.GROUP_JOIN, () => handlers.state(true, ''));
      return {
        consumer,
        subscription: { topics: [topic], fromBeginning: true },
        run: {
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
          eachBatch: (payload) => takeBatch(payload, sessionTimeoutMs, handlers),
        },
        end: (why) => handlers.state(false, why),
      };
    },
  });
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
  try {
    const offsets = await withAdmin(kafka, (admin) => groupOffsets(admin, groupId, topic));
    for (const [partition, { oldest, next }] of offsets) {
      if (next < 0 || oldest <= next) continue;
      const gone = `${oldest - next} records were removed before they were read`;
      notice('error', `${topic}/${partition}: ${gone}`, { from: next, to: oldest });
    }
  } catch (error) {
    notice('warn', `${topic}: where its group stands cannot be asked: ${describeError(error)}`, {});
  }
}
