// Reads any number of partitions of one topic for as long as they are wanted: one loop per leader, one
// request at a time for all of its partitions. A position belongs to the `resume` that set it: whatever an
// earlier resume asked for and arrives late finds its position replaced, and is dropped.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogBatch } from '../log.ts';
import { describeError, type KafkaNotice } from './kafka-client.ts';
import {
  OffsetGoneError,
  type FetchedPartition,
  type FetchLimits,
  type KafkaCluster,
} from './kafka-cluster.ts';

const LIMITS: FetchLimits = {
  // A partition that is resumed while the broker waits is read this much later at worst.
  waitMs: 100,
  partitionBytesMax: 1024 * 1024,
  answerBytesMax: 8 * 1024 * 1024,
};
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2_000;
const GONE_RETRY_MS = 5_000;

export interface PartitionReader {
  resume(partition: number, offset: number): void;
  pause(partition: number): void;
  close(): Promise<void>;
}

interface Position {
  next: number;
  /** Do not ask before this time: the broker did not have the offset. */
  notBefore: number;
}

export interface ReaderSetting {
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly log: string;
  readonly notice: KafkaNotice;
  batch(batch: LogBatch): void;
}

export function createPartitionReader(setting: ReaderSetting): PartitionReader {
  const { cluster, topic, log, notice } = setting;
  const positions = new Map<number, Position>();
  const loops = new Map<string, Promise<void>>();
  let closed = false;
  let starting: Promise<void> | undefined;

  function deliver(fetched: FetchedPartition, position: Position): void {
    const { partition, records, nextOffset, endOffset } = fetched;
    if (positions.get(partition) !== position || nextOffset === position.next) return;
    position.next = nextOffset;
    try {
      setting.batch({ log, partition, records, nextOffset, endOffset });
    } catch (error) {
      // A batch that nobody took must not be passed over: this partition stays where it is until it is
      // resumed.
      positions.delete(partition);
      notice('error', `${topic}/${partition}: the reader failed and is paused: ${describeError(error)}`, {});
    }
  }

  async function readOnce(node: string, wanted: ReadonlyMap<number, Position>): Promise<void> {
    const asked = [...wanted].map(([partition, { next }]) => ({ partition, from: next }));
    try {
      for (const fetched of await cluster.fetch(node, topic, asked, LIMITS)) {
        const position = wanted.get(fetched.partition);
        if (position !== undefined) deliver(fetched, position);
      }
    } catch (error) {
      if (!(error instanceof OffsetGoneError)) throw error;
      const position = wanted.get(error.partition);
      // Nothing is skipped: the partition stands still, loudly, until someone looks.
      if (position !== undefined) position.notBefore = performance.now() + GONE_RETRY_MS;
      notice('error', error.message, { offset: position?.next });
    }
  }

  /** The partitions of `node` to ask for now; undefined when it has none at all. */
  function wantedOf(node: string, leaders: readonly string[]): Map<number, Position> | undefined {
    const ofNode = [...positions].filter(([partition]) => leaders[partition] === node);
    if (ofNode.length === 0) return undefined;
    const now = performance.now();
    return new Map(ofNode.filter(([, { notBefore }]) => notBefore <= now));
  }

  async function runLoop(node: string): Promise<void> {
    try {
      for (let retryMs = RETRY_MS_MIN; !closed;) {
        try {
          const wanted = wantedOf(node, await cluster.leaders(topic));
          if (wanted === undefined) return;
          if (wanted.size === 0) await sleep(LIMITS.waitMs);
          else await readOnce(node, wanted);
          retryMs = RETRY_MS_MIN;
        } catch (error) {
          if (closed) return;
          notice('warn', `${topic}: reading is interrupted: ${describeError(error)}`, { node, retryMs });
          await sleep(retryMs);
          retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
        }
      }
    } finally {
      loops.delete(node);
      // Leaders move, and a partition may have been resumed while this loop was on its way out.
      if (!closed && positions.size > 0) startLoops();
    }
  }

  function startLoops(): void {
    starting ??= (async () => {
      for (let retryMs = RETRY_MS_MIN; !closed; retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)) {
        try {
          const leaders = await cluster.leaders(topic);
          const nodes = new Set([...positions.keys()].map((partition) => leaders[partition]));
          for (const node of nodes) {
            if (node !== undefined && !loops.has(node)) loops.set(node, runLoop(node));
          }
          return;
        } catch (error) {
          if (closed) return;
          notice('warn', `${topic}: reading cannot start: ${describeError(error)}`, { retryMs });
          await sleep(retryMs);
        }
      }
    })().finally(() => {
      starting = undefined;
    });
  }

  return {
    resume: (partition, offset) => {
      positions.set(partition, { next: offset, notBefore: 0 });
      startLoops();
    },
    pause: (partition) => void positions.delete(partition),
    close: async () => {
      closed = true;
      positions.clear();
      await Promise.all([starting, ...loops.values()]);
      await cluster.close();
    },
  };
}
