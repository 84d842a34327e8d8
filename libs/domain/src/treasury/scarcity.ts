import { parseInstance } from '../policy/account-instance.ts';
import { capOf } from './posting.ts';
import type { InstanceRow } from './instance-row.ts';

// When little is left of an instance, its holders give back at once what they have free, and are leased exactly what
// they need. It becomes scarce when somebody has to wait for it, when it owes, when there is nothing left to lease
// ahead of need, or when a lease leaves less than each of its holders might need next. Between a quarter and a half of
// its total nothing changes either way, so that it does not turn with every lease and return.

/** Of what is free every holder may take this part ahead of need: half of it if all ask. */
export const SHARE_PART = 2;
/** Never called scarce by the size of requests while this part of the total is left. */
const LITTLE_PART = 4;
/** Ample again from this part of the total on: twice as much, so that holders are not told in turn. */
const AMPLE_PART = 2;

export function isAnyScarce(chain: readonly InstanceRow[]): boolean {
  return chain.some(({ isScarce }) => isScarce);
}

/** After a lease: not all holders can have the least that this one asked for. */
export function isLittleLeft(row: InstanceRow, least: number, partitions: number): boolean {
  const holders = holdersOf(row, partitions);
  return row.unleased < Math.min(least * holders, Math.ceil(row.total / LITTLE_PART));
}

/** How the first row of the chain stands once those who could be served were. */
export function isNowScarce(chain: readonly InstanceRow[], partitions: number): boolean {
  const row = chain[0]!;
  const { total, owed, unleased, waiting, isScarce, isServing } = row;
  if (owed > 0 || waiting.length > 0 || hasUnserved(chain)) return true;
  // Who is still to be served decides.
  if (total === 0 || isServing) return isScarce;
  if (unleased < SHARE_PART * holdersOf(row, partitions)) return true;
  return isScarce && unleased * AMPLE_PART < total;
}

/** Holders that are reckoned with: all partitions, or the one shop that most legal entities have. */
function holdersOf({ id }: InstanceRow, partitions: number): number {
  return parseInstance(id).of === null ? partitions : 1;
}

/** Whether somebody waits for funds that can ever be enough. */
export function hasUnserved(chain: readonly InstanceRow[]): boolean {
  const { queue, isServing } = chain[0]!;
  const cap = capOf(chain);
  return !isServing && queue.some(({ least }) => least <= cap);
}
