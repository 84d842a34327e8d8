import type { PartitionMachine } from '#domain/stage/stage';
import {
  LostOwnershipError,
  StoreUnavailableError,
  type SnapshotMark,
  type SnapshotStore,
} from '#store/snapshot-store';
import type { Claim } from '#stream/log';
import type { Clock } from './clock.ts';
import type { RunnerLimits } from './limit.ts';
import type { StageReport } from './report.ts';

/** Snapshots of one owned partition, written behind: one in flight, the next one only after it. */
export interface Snapshotter {
  /** Counts stepped records towards the next snapshot. */
  stepped(records: number): void;
  /** At a batch boundary whose publication is acknowledged: freezes and starts writing when it is time. */
  consider(mark: SnapshotMark, isLast?: boolean): void;
  /** Resolves when nothing is in flight; rejects when a write failed for good. */
  settled(): Promise<void>;
  /** True while unsaved changes are older than the limit: the partition must stop reading. */
  isOverdue(): boolean;
  /** Time until a snapshot is due, ms; null when nothing changed since the last one. */
  dueInMs(): number | null;
  /** Stops retrying. */
  abandon(): void;
}

export function createSnapshotter(
  store: SnapshotStore,
  clock: Clock,
  limits: RunnerLimits,
  claim: Claim,
  machine: PartitionMachine,
  report: (report: StageReport) => void,
  /** A write ended: well, or with the error that says that the partition is lost. */
  onSettled: (failure: unknown) => void,
): Snapshotter {
  let records = 0;
  /** When the oldest change that no snapshot holds was made; null: none. */
  let unsavedSince: number | null = null;
  let lastAt = clock.now();
  let pauseMs = limits.snapshotEveryMs;
  let inFlight: Promise<void> | null = null;
  let failure: unknown = null;
  let isAbandoned = false;

  async function write(mark: SnapshotMark): Promise<void> {
    const freezingAt = clock.now();
    const frozen = machine.freeze();
    const startedAt = clock.now();
    const wanted = (startedAt - freezingAt) * limits.snapshotPauseFactor;
    pauseMs = Math.max(limits.snapshotEveryMs, Math.min(wanted, limits.snapshotPauseMaxMs));
    let backOffMs = limits.retryFirstMs;
    while (!isAbandoned) {
      try {
        await store.save(claim, mark, frozen);
        machine.thawed();
        report({ kind: 'snapshot', rows: frozen.rows.length, ms: clock.now() - startedAt });
        return;
      } catch (error) {
        if (error instanceof LostOwnershipError) report({ kind: 'snapshot-refused', why: error.message });
        if (!(error instanceof StoreUnavailableError)) throw error;
        // The frozen bytes are kept: they are the only copy of what changed, and are written again.
        report({ kind: 'waiting', why: `snapshot: ${error.message}` });
        await clock.sleep(backOffMs);
        backOffMs = Math.min(backOffMs * 2, limits.retryMaxMs);
      }
    }
  }

  function isTime(): boolean {
    return (
      clock.now() - lastAt >= pauseMs ||
      records >= limits.snapshotRecordsMax ||
      machine.dirtyBytes() >= limits.snapshotBytesMax ||
      machine.dirtyRows() >= limits.snapshotRowsMax
    );
  }

  return {
    stepped(count) {
      records += count;
      unsavedSince ??= clock.now();
    },
    consider(mark, isLast = false) {
      if (inFlight !== null || failure !== null || unsavedSince === null || !(isLast || isTime())) return;
      const frozenSince = unsavedSince;
      records = 0;
      unsavedSince = null;
      lastAt = clock.now();
      inFlight = write(mark).then(
        () => {
          inFlight = null;
          onSettled(null);
        },
        (error: unknown) => {
          inFlight = null;
          failure = error;
          unsavedSince = frozenSince;
          onSettled(error);
        },
      );
    },
    async settled() {
      await inFlight;
      if (failure !== null) throw failure as Error;
    },
    isOverdue: () => inFlight !== null && clock.now() - lastAt > limits.snapshotAgeMaxMs,
    dueInMs: () =>
      unsavedSince === null || inFlight !== null ? null : Math.max(0, lastAt + pauseMs - clock.now()),
    abandon: () => (isAbandoned = true),
  };
}
