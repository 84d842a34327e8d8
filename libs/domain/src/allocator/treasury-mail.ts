import type { LeaseRequest, LeaseReturn } from '../outputs.ts';
import type { Account } from '../policy/bundle.ts';
import { parseInstance, periodAt, instanceName, treasuryOf } from '../policy/account-instance.ts';
import { formatPosition } from '../stage/position.ts';
import { writeEvent } from '../stage/write-event.ts';
import type { Lease } from '../controls.ts';
import type { Allocation } from './allocation.ts';
import { accountOf } from './money.ts';
import type { ApplicantRow } from './applicant-row.ts';
import { balanceOf, emptyPurse, giveBack, isEmpty, leaseIn, type Purse } from './purse.ts';

// What a partition writes to the treasury and hears from it. It asks for what those need who wait, ahead of need for a
// share, and gives back what it has no use for: at once where little is left, after a while where there is plenty.

/** Of the last share, less than this part left means: ask for the next. */
const LOW_WATER = 4;
/** An empty purse of a period that is over is kept this long, for whoever reads accounts. */
const KEEP_CLOSED_MS = 40 * 24 * 3_600_000;

/** A lease arrived, or word of how the account stands. */
export function takeLease(allocation: Allocation, purses: { [instance: string]: Purse }, lease: Lease): void {
  const { root } = allocation;
  const before = purses[lease.account] ?? emptyPurse(root.nowMs);
  const isAnswer = lease.answers !== null && lease.answers === before.asked?.sequence;
  const isShare = lease.amount > (before.asked?.need ?? 0);
  const isRefusal = isAnswer && lease.amount === 0;
  purses[lease.account] = {
    ...leaseIn(before, lease.amount),
    asked: isAnswer ? null : before.asked,
    // Where there was no share there is none to go below.
    lastShare: isShare ? lease.amount : isRefusal ? 0 : before.lastShare,
    isScarce: lease.isScarce,
    isDry: before.isDry && lease.amount === 0 && lease.isScarce,
    refusedAtMs: isRefusal ? root.nowMs : lease.amount > 0 ? null : before.refusedAtMs,
    usedAtMs: lease.amount > 0 ? root.nowMs : before.usedAtMs,
  };
}

/** Money ahead of need for every account of the bundle that partitions share. */
export function askForShares(allocation: Allocation): void {
  const { bundle, root } = allocation;
  for (const account of bundle?.accounts ?? []) {
    if (account.per !== null || !isLeasedFrom(allocation, account)) continue;
    const instance = instanceNow(allocation, account);
    const purse = (root.purses[instance] ??= emptyPurse(root.nowMs));
    if (purse.leasedIn === 0 && purse.asked === null)
      root.purses[instance] = ask(allocation, instance, null, purse, 0);
  }
}

/** At the end of a record: asks and gives back for the purses that it moved; at a tick for all of them. */
export function balanceBooks(allocation: Allocation, isTick: boolean): void {
  const { root, moved } = allocation;
  const instances = isTick ? Object.keys(root.purses) : moved;
  // While those who wait are being served nothing is idle yet.
  const isServing = root.isFunded || root.isRevised || root.sweeps['waiting']!.cursor !== null;
  for (const instance of instances) {
    const purse = root.purses[instance];
    if (purse === undefined) continue;
    root.purses[instance] = balanced(allocation, instance, null, purse, isTick, isServing);
    if (isTick && isForgotten(allocation, root.purses, instance)) delete root.purses[instance];
  }
  moved.clear();
}

/** The same for a merchant's own purses, whose money never lies idle. */
export function balanceOwnBooks(allocation: Allocation, row: ApplicantRow): void {
  for (const instance in row.purses) {
    row.purses[instance] = balanced(allocation, instance, row.id, row.purses[instance]!, true, false);
    if (isForgotten(allocation, row.purses, instance)) delete row.purses[instance];
  }
}

function balanced(
  allocation: Allocation,
  instance: string,
  holder: string | null,
  before: Purse,
  isTick: boolean,
  isServing: boolean,
): Purse {
  const { root } = allocation;
  const account = accountOf(allocation, instance);
  const isOpen = account !== null && !isOver(allocation, account, instance);
  const isUseless =
    holder !== null || before.isScarce || !isOpen || root.nowMs - before.usedAtMs >= account.idleMs;
  let purse = before;
  if (purse.free > 0 && isUseless && !isServing) {
    purse = { ...giveBack(purse, purse.free), lastShare: 0 };
    post(allocation, 'updraft.treasury.return.v1', instance, (address) => ({
      ...address,
      holder,
      amount: before.free,
      balance: balanceOf(purse),
    }));
  }
  if (!isOpen || isServing || purse.refusedAtMs === root.nowMs) return purse;
  const need = Math.max(0, purse.wanted - purse.free);
  // Between ticks a request that is out stands: a burst of applicants must not become a burst of requests. Who no
  // longer needs what was asked for says so, or it would be kept from others.
  const { asked } = purse;
  const hasChanged = asked === null ? need > 0 : isTick && need !== asked.need;
  if (hasChanged) return ask(allocation, instance, holder, purse, need);
  const isLow = holder === null && !purse.isScarce && purse.free * LOW_WATER < purse.lastShare;
  return isLow && asked === null ? ask(allocation, instance, holder, purse, 0) : purse;
}

function ask(
  allocation: Allocation,
  instance: string,
  holder: string | null,
  purse: Purse,
  need: number,
): Purse {
  const { root } = allocation;
  const least = leastOf(allocation, instance);
  const sequence = nextSequence(allocation, instance);
  const after = { ...purse, asked: { need, sequence } };
  post(allocation, 'updraft.treasury.request.v1', instance, (address) => ({
    ...address,
    holder,
    need,
    // With what is free already it makes up the smallest grant.
    least: need > 0 ? Math.min(need, Math.max(1, least - purse.free)) : least,
    bundle: root.bundleHash ?? '',
    balance: balanceOf(after),
  }));
  return after;
}

function nextSequence(allocation: Allocation, instance: string): number {
  return (allocation.root.sent[treasuryFor(allocation, instance)] ?? 0) + 1;
}

/** Remembered: an account that the bundle drops is still returned to where it was leased. */
function treasuryFor({ bundle, root }: Allocation, instance: string): number {
  const { account } = parseInstance(instance);
  return (root.homes[account] ??= treasuryOf(bundle?.accounts ?? [], account, root.treasuries));
}

/** The smallest grant or stage of the account's programmes; 0 where it has none. */
export function leastOf({ policy }: Allocation, instance: string): number {
  return policy.leasts.get(parseInstance(instance).account) ?? 0;
}

type Address = Pick<LeaseRequest, 'writer' | 'sequence' | 'position' | 'account'>;

function post(
  allocation: Allocation,
  type: string,
  instance: string,
  dataOf: (address: Address) => LeaseRequest | LeaseReturn,
): void {
  const { root, partition } = allocation;
  const to = treasuryFor(allocation, instance);
  const sequence = nextSequence(allocation, instance);
  root.sent[to] = sequence;
  const position = [...allocation.inputPosition, allocation.ordinal++];
  const id = formatPosition(position);
  const writer = `allocator/${partition}`;
  const text = writeEvent({
    id,
    source: `/updraft/${root.logId}/allocator`,
    type,
    subject: null,
    timeMs: root.nowMs,
    data: dataOf({ writer, sequence, position: id, account: instance }),
  });
  allocation.outputs.push({ log: 'treasury', partition: to, key: null, position, text });
}

/** The instance of an account that is one for the whole partition, as of now. */
export function instanceNow({ root }: Allocation, account: Account): string {
  const from = account.period === null ? null : periodAt(account.period, root.nowMs, root.zone).from;
  return instanceName({ account: account.id, of: null, from });
}

/** The calendar moved on: new periods ask for their share, and everybody who waits is looked at again. */
export function turnPeriods(allocation: Allocation): void {
  const { bundle, root } = allocation;
  let hasTurned = false;
  for (const { id, period } of bundle?.accounts ?? []) {
    if (period === null) continue;
    const { from } = periodAt(period, root.nowMs, root.zone);
    if (root.periods[id] === from) continue;
    hasTurned = true;
    root.periods[id] = from;
  }
  if (!hasTurned) return;
  root.isRevised = true;
  askForShares(allocation);
}

function isOver({ root }: Allocation, account: Account, instance: string): boolean {
  const { from } = parseInstance(instance);
  return (
    account.period !== null && from !== null && from < periodAt(account.period, root.nowMs, root.zone).from
  );
}

/** Empty, of a period long over: nothing will move it any more. */
function isForgotten(
  allocation: Allocation,
  purses: { [instance: string]: Purse },
  instance: string,
): boolean {
  const { root } = allocation;
  const { from } = parseInstance(instance);
  const period = accountOf(allocation, instance)?.period ?? null;
  if (from === null || period === null) return false;
  return from < periodAt(period, root.nowMs - KEEP_CLOSED_MS, root.zone).from && isEmpty(purses[instance]!);
}

/** Accounts that only bundle others together are never leased from themselves. */
function isLeasedFrom({ policy }: Allocation, { id }: Account): boolean {
  return policy.leasts.has(id);
}
