import type { SnapshotStore } from '#store/snapshot-store';
import type { Logs } from '#stream/log';

const INPUTS: Readonly<Record<string, string>> = {
  scoring: 'activity',
  allocator: 'capability',
  treasury: 'treasury',
  census: 'census',
};

/**
 * Whether nothing is under way any more: all `stagePartitions` have a snapshot at the end of their input. The snapshots
 * are read before the ends: what a snapshot covers has been written by then with all that it led to, so where no log
 * reaches beyond them afterwards there is nothing left that could lead to more, round whatever circle.
 */
export async function isAtRest(logs: Logs, store: SnapshotStore, stagePartitions: number): Promise<boolean> {
  const heads = await store.heads();
  const ends = new Map<string, readonly number[]>();
  for (const log of Object.values(INPUTS)) ends.set(log, await logs.endOffsets(log));
  const atEnd = heads.filter(({ stage, partition, snapshot }) => {
    const end = ends.get(INPUTS[stage] ?? '')?.[partition];
    return end !== undefined && snapshot !== null && snapshot.mark.inputOffset >= end;
  });
  return atEnd.length === stagePartitions;
}
