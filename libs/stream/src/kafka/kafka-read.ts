import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError, type LogBatch } from '../log.ts';
import {
  OffsetGoneError,
  type FetchedPartition,
  type FetchLimits,
  type KafkaCluster,
} from './kafka-cluster.ts';

const READ_LIMITS: FetchLimits = {
  // There is something to read when we ask, so the broker never waits for long and neighbours are not held
  // up.
  waitMs: 100,
  partitionBytesMax: 2 * 1024 * 1024,
  answerBytesMax: 2 * 1024 * 1024,
};
/** With no progress for this long the broker is away rather than restarting. */
const STALL_MS_MAX = 30_000;
const RETRY_EVERY_MS = 200;

/**
 * Committed records from `from` up to `end`, which the caller took before. The end is the last stable
 * offset, not a record: a tail of nothing but markers and aborted records ends as well. One batch is
 * fetched ahead while the reader works on the one before; a slow reader costs two answers of memory and no
 * more.
 */
export async function* readCommitted(
  cluster: KafkaCluster,
  topic: string,
  position: { readonly log: string; readonly partition: number; readonly from: number },
  endTaken: Promise<number>,
): AsyncGenerator<LogBatch, void, undefined> {
  const { log, partition } = position;
  const end = await endTaken;
  const ahead = (from: number): Promise<FetchedPartition> => {
    const fetched = fetchNext(cluster, topic, partition, from);
    // The reader may walk away before it takes this one.
    fetched.catch(() => undefined);
    return fetched;
  };
  let next = position.from;
  let fetching = next < end ? ahead(next) : undefined;
  while (fetching !== undefined) {
    const fetched = await fetching;
    next = Math.min(fetched.nextOffset, end);
    fetching = next < end ? ahead(next) : undefined;
    const within = fetched.nextOffset <= end;
    const records = within ? fetched.records : fetched.records.filter(({ offset }) => offset < end);
    yield { log, partition, records, nextOffset: next, endOffset: end };
  }
}

/** Asks until something comes: the records before the end exist, so an empty answer only means "not yet". */
async function fetchNext(
  cluster: KafkaCluster,
  topic: string,
  partition: number,
  from: number,
): Promise<FetchedPartition> {
  const started = performance.now();
  let failure: unknown;
  do {
    try {
      const leader = (await cluster.leaders(topic))[partition];
      if (leader === undefined) throw new UnavailableError(`${topic} has no partition ${partition}`);
      const [fetched] = await cluster.fetch(leader, topic, [{ partition, from }], READ_LIMITS);
      if (fetched !== undefined && fetched.nextOffset > from) return fetched;
      failure = undefined;
    } catch (error) {
      if (error instanceof OffsetGoneError) throw error;
      failure = error;
      await sleep(RETRY_EVERY_MS);
    }
  } while (performance.now() - started < STALL_MS_MAX);
  throw new UnavailableError(`${topic}/${partition}: no progress from offset ${from} in ${STALL_MS_MAX} ms`, {
    cause: failure,
  });
}
