import type { InstanceRow, Waiting } from './instance-row.ts';
import { parseHolder } from './instance-row.ts';
import { isKept, passOver, sentToTheEnd } from './patience.ts';
import { capOf, freeOf, leaseOut } from './posting.ts';
import { isAnyScarce, isLittleLeft, isNowScarce, SHARE_PART } from './scarcity.ts';
import { say, type TreasuryPartition } from './treasury-partition.ts';
import { before, mustWait } from './waiting-list.ts';

/** Leases that one look at an instance makes. */
export const SERVED_MAX = 64;
/** A request that finds so many before it is answered with nothing. */
export const QUEUE_MAX = 10_000;

/** Puts a request into the queue; a later one of the same holder has the place of the earlier one. */
export function enqueue(treasury: TreasuryPartition, chain: readonly InstanceRow[], request: Waiting): void {
  const { root } = treasury;
  const row = chain[0]!;
  const at = row.queue.findIndex(({ holder }) => holder === request.holder);
  if (at >= 0) {
    const { passedOver, keptUntilMs } = row.queue[at]!;
    row.queue[at] = { ...request, passedOver, keptUntilMs };
  } else if (row.queue.length < QUEUE_MAX) {
    row.queue.push(request);
    root.waiting += 1;
  } else answerNothing(treasury, chain, request);
}

/** Takes the holder's request out of the queue; false where it has none there. */
export function withdraw({ root }: TreasuryPartition, row: InstanceRow, holder: string): boolean {
  const at = row.queue.findIndex((waiting) => waiting.holder === holder);
  if (at < 0) return false;
  row.queue.splice(at, 1);
  root.waiting -= 1;
  return true;
}

/** What a partition is leased ahead of need; nothing while little is left, or to the purse of a merchant. */
export function shareAhead(
  { root }: TreasuryPartition,
  chain: readonly InstanceRow[],
  holder: string,
): number {
  if (isAnyScarce(chain) || parseHolder(holder).merchant !== null) return 0;
  return Math.floor(freeOf(chain) / (SHARE_PART * root.genesis!.partitions));
}

/** Leases and answers; `least` says whether little is left then. */
export function lease(
  treasury: TreasuryPartition,
  chain: readonly InstanceRow[],
  { holder, sequence, least }: Pick<Waiting, 'holder' | 'sequence' | 'least'>,
  amount: number,
): void {
  const { partitions } = treasury.root.genesis!;
  leaseOut(chain, holder, amount);
  for (const row of chain) if (isLittleLeft(row, least, partitions)) setScarce(treasury, row, true);
  say(treasury, chain[0]!, { holder, amount, answers: sequence, isScarce: isAnyScarce(chain) });
}

export function answerNothing(
  treasury: TreasuryPartition,
  chain: readonly InstanceRow[],
  { holder, sequence }: Pick<Waiting, 'holder' | 'sequence'>,
): void {
  say(treasury, chain[0]!, { holder, amount: 0, answers: sequence, isScarce: isAnyScarce(chain) });
}

/** Serves those who can be served, in order of arrival, at most SERVED_MAX. */
export function serve(treasury: TreasuryPartition, chain: readonly InstanceRow[]): void {
  const { root } = treasury;
  const row = chain[0]!;
  row.isServing = false;
  const cap = capOf(chain);
  const passed: Waiting[] = [];
  const served = new Set<Waiting>();
  let free = freeFor(chain);
  for (const waiting of row.queue) {
    if (free === 0) break;
    if (free >= waiting.least) {
      row.isServing = served.size === SERVED_MAX;
      if (row.isServing) break;
      const { holder, need } = waiting;
      lease(treasury, chain, waiting, Math.min(free, Math.max(need, shareAhead(treasury, chain, holder))));
      served.add(waiting);
      keepUntil(row, passOver(passed, root.nowMs));
      for (const each of chain) keepUntil(each, passOver(before(each, row.id), root.nowMs));
      free = freeFor(chain);
    } else if (waiting.least <= cap) passed.push(waiting);
    if (passed.some(isKept)) break;
  }
  if (served.size === 0) return;
  row.queue = row.queue.filter((waiting) => !served.has(waiting));
  root.waiting -= served.size;
}

/** What the first of the chain may be leased now: nothing while others come before it somewhere. */
export function freeFor(chain: readonly InstanceRow[]): number {
  const { id } = chain[0]!;
  return chain.some((row) => mustWait(row, id)) ? 0 : freeOf(chain);
}

/** Ends the keeping of funds, of an instance's queue and list, that went on long enough. */
export function endKeeping({ root }: TreasuryPartition, row: InstanceRow): void {
  if (row.keptUntilMs === null || row.keptUntilMs > root.nowMs) return;
  row.keptUntilMs = null;
  row.queue = sentToTheEnd(row.queue, root.nowMs);
  row.waiting = sentToTheEnd(row.waiting, root.nowMs);
  row.next = 0;
  for (const { keptUntilMs } of [...row.queue, ...row.waiting]) keepUntil(row, keptUntilMs);
}

/** The period is over: whoever still waits gets nothing, at most SERVED_MAX at a time. */
export function refuseAll(treasury: TreasuryPartition, chain: readonly InstanceRow[]): void {
  const row = chain[0]!;
  const refused = row.queue.splice(0, SERVED_MAX);
  for (const waiting of refused) answerNothing(treasury, chain, waiting);
  treasury.root.waiting -= refused.length;
  row.isServing = row.queue.length > 0;
}

/** Judges every instance of the chain after it was served or not. */
export function judge(treasury: TreasuryPartition, chain: readonly InstanceRow[]): void {
  const { partitions } = treasury.root.genesis!;
  for (const [at, row] of chain.entries()) setScarce(treasury, row, isNowScarce(chain.slice(at), partitions));
}

function setScarce({ root }: TreasuryPartition, row: InstanceRow, isScarce: boolean): void {
  if (row.isScarce === isScarce) return;
  row.isScarce = isScarce;
  root.scarce += isScarce ? 1 : -1;
  if (row.isAncestor) root.isLookWanted = true;
}

function keepUntil(row: InstanceRow, untilMs: number | null): void {
  if (untilMs !== null) row.keptUntilMs = Math.min(row.keptUntilMs ?? untilMs, untilMs);
}
