import { capOf } from './posting.ts';
import type { InstanceRow } from './instance-row.ts';

// When little is left of an instance, its holders give back at once what they have free, and are leased exactly what
// they need. It becomes scarce when somebody has to wait for it, when it owes, or when a lease leaves less than each
// partition might need next. Between a quarter and a half of its total nothing changes either way, so that it does not
// turn with every lease and return.

/** Never called scarce by the size of requests while this part of the total is left. */
const LITTLE_PART = 4;
/** Ample again from this part of the total on: twice as much, so that holders are not told in turn. */
const AMPLE_PART = 2;

export function isAnyScarce(chain: readonly InstanceRow[]): boolean {
  return chain.some(({ isScarce }) => isScarce);
}

/** After a lease: fewer than `spread` holders can have the least that this one asked for. */
export function isLittleLeft({ unleased, total }: InstanceRow, least: number, spread: number): boolean {
  return unleased < Math.min(least * spread, Math.ceil(total / LITTLE_PART));
}

/** How the first row of the chain stands once those who could be served were. */
export function isNowScarce(chain: readonly InstanceRow[]): boolean {
  const { total, owed, unleased, waiting, isScarce } = chain[0]!;
  if (owed > 0 || waiting.length > 0 || hasUnserved(chain)) return true;
  return isScarce && !(total > 0 && unleased * AMPLE_PART >= total);
}

/** Whether somebody waits for funds that can ever be enough. */
export function hasUnserved(chain: readonly InstanceRow[]): boolean {
  const { queue, isServing } = chain[0]!;
  const cap = capOf(chain);
  return !isServing && queue.some(({ least }) => least <= cap);
}
