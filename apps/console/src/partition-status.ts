import { countDeadLetters } from '#store/read/find-dead-letters';
import { readProgress, type Progress } from '#store/read/progress';
import type { Head, SnapshotStore } from '#store/snapshot-store';
import type { Database } from '#store/sql';
import type { Logs } from '#stream/log';
import type { ControlMarks } from './project/capability.ts';
import { readAsOf, readTogether, type AsOf, type ProjectedLog } from './read-scope.ts';

const PROJECTED: readonly ProjectedLog[] = ['capability', 'decisions', 'grants', 'dead-letters'];
const TREASURY = 'treasury';
const CENSUS = 'census';
/** Stages whose partitions are others than those of activity. */
const SHARED: readonly string[] = [TREASURY, CENSUS];
const STAGE_INPUTS: { readonly [stage: string]: string } = {
  scoring: 'activity',
  allocator: 'capability',
  [TREASURY]: TREASURY,
  [CENSUS]: CENSUS,
};

interface ProjectionStatus {
  readonly position: string | null;
  /** Records of the log that are not projected yet. */
  readonly lag: number;
  readonly alarm: string | null;
}

interface StageStatus {
  readonly owner: string | null;
  readonly takeover: number;
  /** Last record that the snapshot covers; the stage itself is further on. */
  readonly snapshotPosition: string | null;
  readonly publishedPosition: string | null;
  readonly snapshotAgeMs: number | null;
  /** Records of the input log beyond the snapshot: what a take-over would re-execute at most. */
  readonly inputBeyondSnapshot: number | null;
  /** As of the snapshot: what is adverse to a merchant waits. */
  readonly isCatchingUp: boolean | null;
}

export interface Status {
  readonly asOf: AsOf;
  /** Dead letters by reason, over all partitions. */
  readonly deadLetters: { readonly [reason: string]: number };
  readonly partitions: readonly {
    readonly partition: number;
    /** Log time and the position that said so. */
    readonly now: string | null;
    readonly nowPosition: string | null;
    readonly projections: { readonly [log: string]: ProjectionStatus };
    readonly stages: { readonly [stage: string]: StageStatus };
  }[];
  /** Partitions of the treasury, which are others than those of activity. */
  readonly treasury: readonly {
    readonly partition: number;
    readonly projection: ProjectionStatus;
    /** Null until the treasury has saved. */
    readonly stage: StageStatus | null;
  }[];
  /** The same of the census, of which nothing is projected. */
  readonly census: readonly { readonly partition: number; readonly stage: StageStatus | null }[];
}

type StoredHead = Awaited<ReturnType<SnapshotStore['heads']>>[number];

/** Partitions by stages: where each stands and how far behind it is. For operators, so the wall clock is allowed. */
export class PartitionStatus {
  constructor(
    private readonly logs: Logs,
    private readonly database: Database,
    private readonly partitions: number,
    private readonly snapshots: SnapshotStore,
    private readonly wallClockMs: () => number = Date.now,
  ) {}

  async read(): Promise<Status> {
    const { asOf, progress, deadLetters } = await readTogether(this.database, async (sql) => ({
      asOf: await readAsOf(sql, [...PROJECTED, TREASURY], this.partitions),
      progress: await readProgress(sql),
      deadLetters: await countDeadLetters(sql),
    }));
    const heads = await this.snapshots.heads();
    const ends = new Map<string, readonly number[]>();
    for (const log of ['activity', ...SHARED, ...PROJECTED]) ends.set(log, await this.logs.endOffsets(log));
    return {
      asOf,
      deadLetters,
      partitions: Array.from({ length: this.partitions }, (_, partition) => {
        const clock = progress.find(
          (each) => each.projection === 'capability' && each.partition === partition,
        );
        const marks = clock === undefined ? null : (JSON.parse(clock.marks) as ControlMarks);
        return {
          partition,
          now: isoOf(marks?.nowMs ?? null),
          nowPosition: marks?.nowPosition ?? null,
          projections: Object.fromEntries(
            PROJECTED.map((log) => {
              return [log, projectionOf(progress, log, partition, ends.get(log)?.[partition] ?? 0)];
            }),
          ),
          stages: Object.fromEntries(
            heads
              .filter((head) => head.partition === partition && !SHARED.includes(head.stage))
              .map((head) => [
                head.stage,
                this.stageStatus(head, ends.get(STAGE_INPUTS[head.stage] ?? '')?.[partition]),
              ]),
          ),
        };
      }),
      treasury: (ends.get(TREASURY) ?? []).map((end, partition) => {
        const projection = projectionOf(progress, TREASURY, partition, end);
        return { partition, projection, stage: this.sharedStatus(heads, TREASURY, partition, end) };
      }),
      census: (ends.get(CENSUS) ?? []).map((end, partition) => {
        return { partition, stage: this.sharedStatus(heads, CENSUS, partition, end) };
      }),
    };
  }

  private sharedStatus(
    heads: readonly StoredHead[],
    stage: string,
    partition: number,
    inputEnd: number,
  ): StageStatus | null {
    const head = heads.find((each) => each.stage === stage && each.partition === partition);
    return head === undefined ? null : this.stageStatus(head, inputEnd);
  }

  private stageStatus(head: StoredHead, inputEnd: number | undefined): StageStatus {
    const mark = (head satisfies Head).snapshot?.mark ?? null;
    return {
      owner: head.owner,
      takeover: head.takeover,
      snapshotPosition: mark?.position ?? null,
      publishedPosition: mark?.published?.position ?? null,
      snapshotAgeMs: head.savedAt === null ? null : Math.max(0, this.wallClockMs() - head.savedAt),
      inputBeyondSnapshot:
        mark === null || inputEnd === undefined ? null : Math.max(0, inputEnd - mark.inputOffset),
      isCatchingUp: mark === null ? null : mark.facts['catchingUp'] === 1,
    };
  }
}

function projectionOf(
  progress: readonly Progress[],
  log: string,
  partition: number,
  end: number,
): ProjectionStatus {
  const stored = progress.find((each) => each.projection === log && each.partition === partition);
  const marks = stored === undefined ? {} : (JSON.parse(stored.marks) as { alarm?: string });
  return {
    position: stored?.position ?? null,
    lag: Math.max(0, end - (stored?.nextOffset ?? 0)),
    alarm: marks.alarm ?? null,
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
