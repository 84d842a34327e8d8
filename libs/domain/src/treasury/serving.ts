import type { InstanceRow, Waiting } from './instance-row.ts';
import { parseHolder } from './instance-row.ts';
import { capOf, freeOf, leaseOut } from './posting.ts';
import { isAnyScarce, isLittleLeft, isNowScarce } from './scarcity.ts';
import { say, type TreasuryPartition } from './treasury-partition.ts';

// The queue of an instance. It is served in order of arrival. A request that cannot be served now is passed over by
// those behind it, so that a large one does not block small ones; but only so often. Then funds are kept for it, so
// that small ones do not starve it; but only so long. Then it goes to the end of the queue, where all this begins anew.

/** Small ones that go by before a large one is next: some, so that they rarely wait, and not so many that it starves. */
const PASSED_OVER_MAX = 8;
/** Ample for holders that were told of scarcity to give back; longer it would be a block. */
const HOLD_MAX_MS = 60_000;
/** Leases that one look at an instance makes. */
export const SERVED_MAX = 64;
/** A request that finds so many before it is answered with nothing. */
export const QUEUE_MAX = 10_000;
/** Of what is free every partition may take this part ahead of need: half of it if all ask. */
const SHARE_PART = 2;

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
  const spread = parseHolder(holder).merchant === null ? treasury.root.genesis!.partitions : 1;
  leaseOut(chain, holder, amount);
  for (const row of chain) if (isLittleLeft(row, least, spread)) setScarce(treasury, row, true);
  say(treasury, chain[0]!, { holder, amount, answers: sequence, isScarce: isAnyScarce(chain) });
}

export function answerNothing(
  treasury: TreasuryPartition,
  chain: readonly InstanceRow[],
  { holder, sequence }: Pick<Waiting, 'holder' | 'sequence'>,
): void {
  say(treasury, chain[0]!, { holder, amount: 0, answers: sequence, isScarce: isAnyScarce(chain) });
}

/** Serves those who can be served, at most SERVED_MAX. */
export function serve(treasury: TreasuryPartition, chain: readonly InstanceRow[]): void {
  const { root } = treasury;
  const row = chain[0]!;
  row.isServing = false;
  sendToTheEnd(row, root.nowMs);
  const cap = capOf(chain);
  const passed: Waiting[] = [];
  const served = new Set<Waiting>();
  for (const waiting of row.queue) {
    const free = freeOf(chain);
    if (free === 0) break;
    if (free >= waiting.least) {
      row.isServing = served.size === SERVED_MAX;
      if (row.isServing) break;
      const { holder, need } = waiting;
      lease(treasury, chain, waiting, Math.min(free, Math.max(need, shareAhead(treasury, chain, holder))));
      served.add(waiting);
      passOver(passed, root.nowMs);
    } else if (waiting.least <= cap) passed.push(waiting);
    // From here on funds are kept for one that was passed over often enough.
    if (passed.some(isKept)) break;
  }
  row.queue = row.queue.filter((waiting) => !served.has(waiting));
  root.waiting -= served.size;
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
  for (const [at, row] of chain.entries()) setScarce(treasury, row, isNowScarce(chain.slice(at)));
}

function setScarce({ root }: TreasuryPartition, row: InstanceRow, isScarce: boolean): void {
  if (row.isScarce === isScarce) return;
  row.isScarce = isScarce;
  root.scarce += isScarce ? 1 : -1;
  if (row.isAncestor) root.isLookWanted = true;
}

function isKept({ keptUntilMs }: Waiting): boolean {
  return keptUntilMs !== null;
}

function passOver(passed: readonly Waiting[], nowMs: number): void {
  for (const waiting of passed) {
    waiting.passedOver += 1;
    if (waiting.passedOver === PASSED_OVER_MAX) waiting.keptUntilMs = nowMs + HOLD_MAX_MS;
  }
}

function sendToTheEnd(row: InstanceRow, nowMs: number): void {
  const isOver = ({ keptUntilMs }: Waiting): boolean => keptUntilMs !== null && keptUntilMs <= nowMs;
  const over = row.queue.filter(isOver);
  if (over.length === 0) return;
  const anew = over.map((waiting) => ({ ...waiting, passedOver: 0, keptUntilMs: null }));
  row.queue = [...row.queue.filter((waiting) => !isOver(waiting)), ...anew];
}
