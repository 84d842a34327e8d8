import type { Allocation } from './allocation.ts';
import { leastOf } from './treasury-mail.ts';

/**
 * Those who wait, in the order in which they came. One sweep at a time, so that who waits at the end is not starved by
 * money that keeps coming; it ends early when nobody can be served any more.
 */
export function startWaitingSweep(allocation: Allocation): void {
  const { root, rows, bundle } = allocation;
  const sweep = root.sweeps['waiting']!;
  const isFutile = sweep.cursor !== null && !root.isRevising && !canServe(allocation);
  if (isFutile) root.sweeps['waiting'] = { ...sweep, cursor: null };
  else if (sweep.cursor !== null) return;
  root.isRevising = false;
  if (rows.waiting.size === 0 || bundle === null) {
    root.isFunded = false;
    root.isRevised = false;
    return;
  }
  if (!root.isRevised && !(root.isFunded && canServe(allocation))) {
    root.isFunded = false;
    return;
  }
  root.isRevising = root.isRevised;
  root.isFunded = false;
  root.isRevised = false;
  root.sweeps['waiting'] = { number: sweep.number + 1, cursor: '' };
}

/** Whether some purse that is waited for holds enough for its smallest grant. */
function canServe(allocation: Allocation): boolean {
  const { purses } = allocation.root;
  for (const instance in purses) {
    const { wanted, free } = purses[instance]!;
    if (wanted > 0 && free >= Math.min(wanted, leastOf(allocation, instance))) return true;
  }
  return false;
}
