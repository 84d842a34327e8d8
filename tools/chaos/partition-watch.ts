import { setTimeout as sleep } from 'node:timers/promises';
import { comparePositions, parsePosition } from '#domain/stage/position';
import { StoreUnavailableError, type SnapshotStore } from '#store/snapshot-store';
import { UnavailableError, type Logs } from '#stream/log';

// What an onlooker can know of the stages without asking them: the logs they publish and the heads they save.

export const STAGES = {
  scoring: { input: 'activity', output: 'capability' },
  allocator: { input: 'capability', output: 'decisions' },
} as const;
export type StageName = keyof typeof STAGES;

const POLL_MS = 200;

export interface PartitionLag {
  readonly stage: StageName;
  readonly partition: number;
  readonly owner: string;
  /** Records between the last snapshot, at most seconds old, and the end of the input. */
  readonly lag: number;
}

/** Owned partitions of a stage, the one that is furthest behind first. */
export async function partitionLags(
  logs: Logs,
  store: SnapshotStore,
  stage: StageName,
): Promise<PartitionLag[]> {
  const ends = await logs.endOffsets(STAGES[stage].input);
  return (await store.heads())
    .flatMap(({ stage: of, partition, owner, snapshot }) => {
      if (of !== stage || owner === null) return [];
      return [{ stage, partition, owner, lag: ends[partition]! - (snapshot?.mark.inputOffset ?? 0) }];
    })
    .sort((a, b) => b.lag - a.lag);
}

/** The process id in an owner's name: `scoring@host/PID/…`. */
export function pidOf(owner: string): number {
  return Number(owner.split('/')[1]);
}

/** Follows the position of the last committed record of one partition of a log, from an offset on. */
export interface PublishedFollow {
  /** Null: nothing was published there yet. Unavailable while the broker is away. */
  now(): Promise<string | null>;
}

export function followPublished(logs: Logs, log: string, partition: number, from = 0): PublishedFollow {
  let next = from;
  let position: string | null = null;
  return {
    async now() {
      for await (const batch of logs.read(log, partition, next)) {
        const last = batch.records.at(-1);
        if (last !== undefined) position = positionIn(last.value);
        next = batch.nextOffset;
      }
      return position;
    },
  };
}

export function positionIn(value: Buffer): string {
  return (JSON.parse(value.toString('utf8')) as { data: { position: string } }).data.position;
}

/** What is behind, in words; empty once every stage has saved a snapshot at the end of its input. */
export async function whatIsBehind(
  logs: Logs,
  store: SnapshotStore,
  capability: readonly PublishedFollow[],
): Promise<string[]> {
  const ends = await logs.endOffsets('activity');
  const heads = await store.heads();
  const behind: string[] = [];
  for (const [partition, follow] of capability.entries()) {
    const markOf = (stage: StageName): string | null =>
      heads.find((head) => head.stage === stage && head.partition === partition)?.snapshot?.mark.position ??
      null;
    const lastInput = `${partition}/${ends[partition]! - 1}`;
    const lastCapability = await follow.now();
    for (const [stage, last] of [
      ['scoring', lastInput],
      ['allocator', lastCapability],
    ] as const) {
      const mark = markOf(stage);
      if (last === null || (mark !== null && comparePositions(parsePosition(mark), parsePosition(last)) >= 0))
        continue;
      behind.push(`${stage} ${partition} stands at ${mark ?? 'genesis'}, its input ends at ${last}`);
    }
  }
  return behind;
}

/**
 * Asks until `holds` answers true; then returns how long it took, ms. Else throws with what `why` says. A broker or a
 * database that is away for a while only means "not yet".
 */
export async function until(
  holds: () => Promise<boolean>,
  msMax: number,
  why: () => string | Promise<string>,
  everyMs = POLL_MS,
): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const isSo = await holds().catch((error: unknown) => {
      if (error instanceof UnavailableError || error instanceof StoreUnavailableError) return false;
      throw error;
    });
    if (isSo) return performance.now() - startedAt;
    if (performance.now() - startedAt > msMax) throw new Error(`after ${msMax / 1_000} s: ${await why()}`);
    await sleep(everyMs);
  }
}
