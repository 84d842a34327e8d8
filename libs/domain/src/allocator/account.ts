import { addQuantity, addSafe } from '../number.ts';
import type { AccountBalance } from '../outputs.ts';

// The account of one partition: its share of a budget, double entry. Whatever happens, at every position:
// leasedIn = free + held + settling + spent + returned, and no part is negative. Usage is clamped first: what goes
// beyond the hold is overrun, which is reported and stands outside the budget.

export interface Account extends AccountBalance {
  /** What the last activation gave this partition in all. */
  readonly share: number;
  /** Part of a cut that could not be returned yet because it was not free. */
  readonly owed: number;
}

export function openAccount(): Account {
  return { leasedIn: 0, free: 0, held: 0, settling: 0, spent: 0, returned: 0, overrun: 0, share: 0, owed: 0 };
}

/** floor(total ÷ partitions), the remainder one by one to the lowest partitions. */
export function shareOfTotal(total: number, partitions: number, partition: number): number {
  const even = Math.floor(total / partitions);
  return even + (partition < total - even * partitions ? 1 : 0);
}

/** A new share: a raise is leased in, a cut takes what is free now and the rest as it becomes free. */
export function setShare(account: Account, share: number): Account {
  const change = share - account.share;
  if (change <= 0) return settleDebt({ ...account, share, owed: account.owed - change });
  const forgiven = Math.min(account.owed, change);
  const raise = change - forgiven;
  return checked({
    ...account,
    share,
    owed: account.owed - forgiven,
    leasedIn: addSafe(account.leasedIn, raise),
    free: addSafe(account.free, raise),
  });
}

export function reserve(account: Account, amount: number): Account {
  return checked({ ...account, free: account.free - amount, held: account.held + amount });
}

export function commitUsage(
  account: Account,
  amount: number,
  from: 'held' | 'settling',
  overrun: number,
): Account {
  return checked({
    ...account,
    [from]: account[from] - amount,
    spent: account.spent + amount,
    overrun: addQuantity(account.overrun, overrun),
  });
}

export function release(account: Account, amount: number, from: 'held' | 'settling'): Account {
  return settleDebt({ ...account, [from]: account[from] - amount, free: account.free + amount });
}

/** The grant ended; its unused hold waits for usage that is still to be reported. */
export function beginSettling(account: Account, amount: number): Account {
  return checked({ ...account, held: account.held - amount, settling: account.settling + amount });
}

export function balanceOf(account: Account): AccountBalance {
  const { leasedIn, free, held, settling, spent, returned, overrun } = account;
  return { leasedIn, free, held, settling, spent, returned, overrun };
}

function settleDebt(account: Account): Account {
  const paid = Math.min(account.owed, account.free);
  return checked({
    ...account,
    owed: account.owed - paid,
    free: account.free - paid,
    returned: account.returned + paid,
  });
}

function checked(account: Account): Account {
  const { leasedIn, free, held, settling, spent, returned } = account;
  if (leasedIn !== free + held + settling + spent + returned) {
    throw new Error(`account out of balance: ${JSON.stringify(account)}`);
  }
  if (Math.min(free, held, settling, spent, returned, account.owed) < 0) {
    throw new Error(`account overdrawn: ${JSON.stringify(account)}`);
  }
  return account;
}
