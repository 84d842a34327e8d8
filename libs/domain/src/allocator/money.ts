import type { BudgetEvidence } from '../outputs.ts';
import { instanceFor, parseInstance, periodAt } from '../policy/account-instance.ts';
import type { Account } from '../policy/bundle.ts';
import { formatInstant } from '../time.ts';
import type { Allocation } from './allocation.ts';
import type { ApplicantRow, Shortage, Standing } from './applicant-row.ts';
import { balanceOf, emptyPurse, type Purse } from './purse.ts';

// Where a grant's money comes from: the purse of its account's instance, in the partition or, for accounts per legal
// entity, with the merchant. Who cannot be paid at once waits until a lease comes or the wait is over.

/** The account of an instance, as the live bundle has it. */
export function accountOf({ policy }: Allocation, instance: string): Account | null {
  return policy.accounts.get(parseInstance(instance).account) ?? null;
}

/**
 * The purses that hold an instance: the merchant's own for accounts per legal entity, else the partition's. A purse
 * stays where it is when a bundle turns the one into the other.
 */
export function pursesFor(
  allocation: Allocation,
  row: ApplicantRow,
  instance: string,
): { [instance: string]: Purse } {
  const { purses } = allocation.root;
  if (instance in row.purses) return row.purses;
  if (instance in purses) return purses;
  return accountOf(allocation, instance)?.per === 'entity' ? row.purses : purses;
}

export function purseOf(allocation: Allocation, row: ApplicantRow, instance: string): Purse {
  return pursesFor(allocation, row, instance)[instance] ?? emptyPurse(allocation.root.nowMs);
}

/** Posts to an account and says what it was before and after. */
export function post(
  allocation: Allocation,
  row: ApplicantRow,
  instance: string,
  posting: (purse: Purse) => Purse,
): BudgetEvidence {
  const { before, after } = move(allocation, row, instance, posting);
  return budgetEvidence(allocation, row, instance, before, after);
}

/** Posts to an account. */
export function move(
  allocation: Allocation,
  row: ApplicantRow,
  instance: string,
  posting: (purse: Purse) => Purse,
): { readonly before: Purse; readonly after: Purse } {
  const purses = pursesFor(allocation, row, instance);
  const before = purses[instance] ?? emptyPurse(allocation.root.nowMs);
  const after = posting(before);
  purses[instance] = after;
  if (purses !== row.purses) {
    allocation.moved.add(instance);
    if (after.free > before.free && after.wanted > 0) allocation.root.isFunded = true;
  }
  return { before, after };
}

export function budgetEvidence(
  allocation: Allocation,
  row: ApplicantRow,
  instance: string,
  before: Purse,
  after: Purse,
): BudgetEvidence {
  const unit = accountOf(allocation, instance)?.unit ?? 'exposures';
  const members = { account: instance, after: balanceOf(after), before: balanceOf(before) };
  const isOwn = pursesFor(allocation, row, instance) === row.purses;
  return isOwn ? { ...members, holder: row.id, unit } : { ...members, unit };
}

/** The same for who got no money: with the instant at which the account has a new period. */
export function shortage(allocation: Allocation, row: ApplicantRow, instance: string): BudgetEvidence {
  const { root } = allocation;
  const purse = purseOf(allocation, row, instance);
  const evidence = budgetEvidence(allocation, row, instance, purse, purse);
  const period = accountOf(allocation, instance)?.period ?? null;
  if (period === null) return evidence;
  const { unit, ...members } = evidence;
  return { ...members, refillsAt: formatInstant(periodAt(period, root.nowMs, root.zone).endMs), unit };
}

/** The account's instance for this merchant now; null where it has no entity, category or country to have one of. */
export function instanceOf({ root }: Allocation, row: ApplicantRow, account: Account): string | null {
  const { capability } = row;
  if (capability === null) return null;
  return instanceFor(account, capability, root.nowMs, root.zone);
}

export type Funding =
  /** The money is there: reserve this much. */
  | { readonly kind: 'now'; readonly amount: number }
  /** It waits; `isNew` when it begins to. */
  | { readonly kind: 'waits'; readonly isNew: boolean; readonly untilMs: number }
  /** It waited in vain, or others did: no money. */
  | { readonly kind: 'none'; readonly why: Shortage };

/** What is asked of an account's instance. */
export interface Demand {
  readonly account: Account;
  readonly instance: string;
  readonly wanted: number;
  /** The least that is of use to who waited as long as it may. */
  readonly least: number;
}

/** Money for somebody against whom nothing speaks; begins, keeps or ends a wait. */
export function fund(allocation: Allocation, row: ApplicantRow, standing: Standing, demand: Demand): Funding {
  const { nowMs } = allocation.root;
  const { account, instance, wanted, least } = demand;
  const before = standing.wait;
  // A new period, or another entity: it waits there, in the place that it had.
  const wait = before?.account === instance ? before : null;
  if (wait === null) stopWaiting(allocation, row, standing);
  const purses = pursesFor(allocation, row, instance);
  const purse = purses[instance] ?? emptyPurse(nowMs);
  const isTimeUp = wait !== null && wait.why === null && nowMs >= wait.untilMs;
  const hasWaited = isTimeUp || (wait !== null && wait.why !== null);
  const isLate = hasWaited || (wait === null && purse.isDry);
  // Who waited as long as it may takes what there is.
  const amount = isLate ? Math.min(wanted, purse.free) : wanted;
  const isEnough = amount >= Math.min(wanted, least) && amount <= purse.free;
  // First come, first served: out of turn only where there is enough for everybody who waits, and once when the time
  // is up. A merchant's own purse has nobody else to wait for.
  const isInTurn =
    allocation.isServing ||
    isTimeUp ||
    purses === row.purses ||
    purse.free >= purse.wanted + (wait === null ? wanted : 0);
  if (isEnough && isInTurn) {
    stopWaiting(allocation, row, standing);
    return { kind: 'now', amount };
  }
  const why = isLate ? (wait?.why ?? (hasWaited ? 'budget-held-elsewhere' : 'budget-dry')) : null;
  const untilMs = wait?.untilMs ?? nowMs + account.waitMs;
  setWait(allocation, row, standing, {
    account: instance,
    need: wanted,
    sinceMs: before?.sinceMs ?? nowMs,
    turn: before?.turn ?? ++allocation.root.turns,
    untilMs,
    why,
  });
  if (why === null) return { kind: 'waits', isNew: wait === null, untilMs };
  if (isTimeUp) purses[instance] = { ...purses[instance]!, isDry: true };
  return { kind: 'none', why };
}

/** Leaves the queue: served, or something else speaks against it now. */
export function stopWaiting(allocation: Allocation, row: ApplicantRow, standing: Standing): void {
  if (standing.wait !== null) setWait(allocation, row, standing, null);
}

function setWait(
  allocation: Allocation,
  row: ApplicantRow,
  standing: Standing,
  wait: Standing['wait'],
): void {
  const before = standing.wait;
  standing.wait = wait;
  const [was, is] = [before?.need ?? 0, wait?.need ?? 0];
  if (before !== null && before.account !== wait?.account) addWanted(allocation, row, before.account, -was);
  if (wait === null) return;
  const change = before?.account === wait.account ? is - was : is;
  if (change !== 0) addWanted(allocation, row, wait.account, change);
}

function addWanted(allocation: Allocation, row: ApplicantRow, instance: string, change: number): void {
  const purses = pursesFor(allocation, row, instance);
  const purse = purses[instance] ?? emptyPurse(allocation.root.nowMs);
  purses[instance] = { ...purse, wanted: purse.wanted + change };
  if (purses !== row.purses) allocation.moved.add(instance);
}
