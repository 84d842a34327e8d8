import type { PartitionRun } from './check-partition.ts';
import type { Findings } from './finding.ts';
import type { TreasuryRun } from './treasury-run.ts';

// Partitions and treasuries are read side by side in an order in which everything comes after what led to it: a lease
// after the treasury's record that it is from, a request or return after the record of activity that it is from. Where
// that is impossible somebody heard of something before it was said.

interface Reached {
  readonly name: string;
  isBusy: boolean;
}

/** Steps everything there is. */
export async function runInOrder(
  partitions: readonly PartitionRun[],
  treasuries: readonly TreasuryRun[],
  findings: Findings,
): Promise<void> {
  const marks = {
    partitions: partitions.map((_, at): Reached => ({ name: `activity ${at}`, isBusy: false })),
    treasuries: treasuries.map((_, at): Reached => ({ name: `treasury ${at}`, isBusy: false })),
  };

  /** Runs `until` unless the log is itself waited for. */
  async function busy(mark: Reached, offset: number, until: () => Promise<void>): Promise<void> {
    if (mark.isBusy) {
      findings.add('treasury', `${mark.name}/${offset}`, 'leads to something that stands before it');
      return;
    }
    mark.isBusy = true;
    await until();
    mark.isBusy = false;
  }

  async function reachPartition(partition: number, offset: number): Promise<void> {
    const run = partitions[partition];
    const next = (await run?.next()) ?? null;
    if (run === undefined || next === null || next > offset) return;
    await busy(marks.partitions[partition]!, offset, async () => {
      for (let at = await run.next(); at !== null && at <= offset; at = await run.next()) {
        const cause = await run.cause();
        if (cause !== null) await reachTreasury(cause.treasury, cause.offset);
        await run.step();
      }
    });
  }

  async function reachTreasury(treasury: number, offset: number): Promise<void> {
    const run = treasuries[treasury];
    const next = (await run?.next()) ?? null;
    if (run === undefined || next === null || next > offset) return;
    await busy(marks.treasuries[treasury]!, offset, async () => {
      for (let at = await run.next(); at !== null && at <= offset; at = await run.next()) {
        const cause = await run.cause();
        if (cause !== null) await reachPartition(cause.partition, cause.offset);
        await run.step();
      }
    });
  }

  for (const treasury of treasuries.keys()) await reachTreasury(treasury, Infinity);
  for (const partition of partitions.keys()) await reachPartition(partition, Infinity);
}
