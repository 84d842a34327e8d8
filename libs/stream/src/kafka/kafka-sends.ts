import type { Message, Producer, TopicMessages, Transaction } from 'kafkajs';
import { OversizeError, SEND_BYTES_MAX, type Appended } from '../log.ts';
import { KEY_AND_VALUE_BYTES_MAX, SEND_RECORDS_MAX, sizeOf } from './kafka-client.ts';

/** A record on its way to a topic's partition. */
export interface Addressed extends Appended {
  readonly topic: string;
  readonly partition: number;
}

/** Refused before it can fail the send that it would have shared with others. */
export function assertFits(record: Appended, log: string): void {
  const { length } = record.value;
  if (length > SEND_BYTES_MAX) {
    throw new OversizeError(`${log}: a value has ${length} bytes, at most ${SEND_BYTES_MAX} are allowed`);
  }
  const whole = sizeOf(record);
  if (whole > KEY_AND_VALUE_BYTES_MAX) {
    throw new OversizeError(
      `${log}: key and value have ${whole} bytes, at most ${KEY_AND_VALUE_BYTES_MAX} are allowed`,
    );
  }
}

/** Cuts records into runs of one send each, in order: at most SEND_BYTES_MAX, and never an empty one. */
export function cutIntoSends<R extends Appended>(records: readonly R[]): R[][] {
  const sends: R[][] = [];
  let send: R[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (send.length > 0 && (bytes + size > SEND_BYTES_MAX || send.length >= SEND_RECORDS_MAX)) {
      sends.push(send);
      send = [];
      bytes = 0;
    }
    send.push(record);
    bytes += size;
  }
  if (send.length > 0) sends.push(send);
  return sends;
}

/**
 * One request. Returns the first offset written per topic. kafkajs leaves out, without a word, records for a
 * partition that its metadata does not know, so the answer is checked to cover every partition.
 */
export async function sendOnce(
  through: Pick<Producer | Transaction, 'sendBatch'>,
  records: readonly Addressed[],
  timeout: number,
): Promise<Map<string, number>> {
  const byTopic = new Map<string, Map<number, Message[]>>();
  const expected = new Set<string>();
  for (const { topic, partition, key, value } of records) {
    let byPartition = byTopic.get(topic);
    if (byPartition === undefined) byTopic.set(topic, (byPartition = new Map()));
    let messages = byPartition.get(partition);
    if (messages === undefined) {
      byPartition.set(partition, (messages = []));
      expected.add(`${topic}/${partition}`);
    }
    messages.push({ key, value, partition });
  }
  const topicMessages: TopicMessages[] = [...byTopic].map(([topic, byPartition]) => ({
    topic,
    messages: alreadyGrouped(byPartition),
  }));
  const answer = await through.sendBatch({ acks: -1, timeout, topicMessages });
  const firstOffsets = new Map<string, number>();
  for (const { topicName, partition, baseOffset } of answer) {
    expected.delete(`${topicName}/${partition}`);
    const offset = Number(baseOffset);
    // A repeated batch may be acknowledged without its offset.
    if (baseOffset === undefined || offset < 0) continue;
    firstOffsets.set(topicName, Math.min(offset, firstOffsets.get(topicName) ?? offset));
  }
  if (expected.size > 0) throw new Error(`not acknowledged, because unknown: ${[...expected].join(', ')}`);
  return firstOffsets;
}

/**
 * kafkajs groups the messages of a topic by partition with a copy of the list per message, which for 2,000 of them
 * takes longer than all the rest of the send. It asks the list for two things only: `find`, to see whether a value
 * is missing, and `reduce`, to group. Ours are grouped and have values, so that is what this answers.
 */
function alreadyGrouped(byPartition: ReadonlyMap<number, Message[]>): Message[] {
  const groups = Object.fromEntries(byPartition);
  return { find: () => undefined, reduce: () => groups } as unknown as Message[];
}
