/** What a partition may hold and how often it writes. They affect cost, never meaning. */
export interface RunnerLimits {
  /** Records taken from the queue, stepped and published together. */
  readonly batchRecordsMax: number;
  /** Queued records beyond which the partition's reading pauses. */
  readonly queueRecordsMax: number;
  /** Output bytes after which a batch is cut and published. */
  readonly publishBytesMax: number;
  readonly snapshotEveryMs: number;
  /** A snapshot waits for so many times what freezing the last one took: fewer, larger ones under load. */
  readonly snapshotPauseFactor: number;
  readonly snapshotPauseMaxMs: number;
  readonly snapshotRecordsMax: number;
  readonly snapshotBytesMax: number;
  /** Dirty rows that start a snapshot early. */
  readonly snapshotRowsMax: number;
  /** With unsaved changes older than this the partition stops reading until a snapshot commits. */
  readonly snapshotAgeMaxMs: number;
  /** Rows kept in memory; clean ones beyond it are dropped, longest unused first. */
  readonly rowsLoadedMax: number;
  /** An orderly end gives the last batch and snapshot so long; then the next owner does them. Null: any time. */
  readonly stopMsMax: number | null;
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
}

/** One row leads to another and soon to no more: an applicant to its grants, those to their accounts. */
export const PLAN_ROUNDS_MAX = 16;

export const CLUSTER_LIMITS: RunnerLimits = {
  batchRecordsMax: 4_000,
  queueRecordsMax: 20_000,
  publishBytesMax: 8 * 1024 * 1024,
  snapshotEveryMs: 2_000,
  snapshotPauseFactor: 25,
  snapshotPauseMaxMs: 10_000,
  snapshotRecordsMax: 200_000,
  snapshotBytesMax: 256 * 1024 * 1024,
  snapshotRowsMax: 100_000,
  snapshotAgeMaxMs: 30_000,
  rowsLoadedMax: 200_000,
  stopMsMax: 10_000,
  retryFirstMs: 100,
  retryMaxMs: 5_000,
};

/** One session serves everybody: snapshots stay small, so that none holds it for long. */
export const EMBEDDED_LIMITS: RunnerLimits = { ...CLUSTER_LIMITS, snapshotRowsMax: 5_000 };
