import type { AccountBalance } from '#domain/outputs';
import { parseInstance } from '#domain/policy/account-instance';
import type { Account } from '#domain/policy/bundle';
import { comparePositions, parsePosition } from '#domain/stage/position';

// Where the units of each account are, by the balances that decisions and the treasury's mail carry: the last one that
// was said of each purse counts.

export interface AccountStatement {
  /** What a purse holds as of a position, `3/18842/0/1`. Purses of accounts per entity are their merchant's. */
  note(
    at: { readonly position: string; readonly instance: string; readonly holder: string | null },
    balance: AccountBalance,
  ): void;
  /** One row an account, those around it included in none but its own: what lies within counts there as well. */
  table(accounts: readonly Account[]): string;
}

interface Noted {
  readonly position: string;
  readonly account: string;
  readonly balance: AccountBalance;
}

export function createAccountStatement(): AccountStatement {
  const purses = new Map<string, Noted>();
  return {
    note({ position, instance, holder }, balance) {
      const purse = `${parsePosition(position)[0]} ${holder ?? ''} ${instance}`;
      const before = purses.get(purse);
      if (
        before !== undefined &&
        comparePositions(parsePosition(before.position), parsePosition(position)) > 0
      )
        return;
      purses.set(purse, { position, account: parseInstance(instance).account, balance });
    },
    table(accounts) {
      const rows = accounts.map((account) => rowOf(account, accounts, [...purses.values()]));
      return [['account', 'unit', ...COLUMNS], ...rows].map(line).join('\n');
    },
  };
}

const COLUMNS = ['total', 'spent', 'held', 'free', 'treasury', 'clawed back'];
const WIDTHS = [20, 10];
const NUMBER_WIDTH = 12;

function rowOf(account: Account, accounts: readonly Account[], purses: readonly Noted[]): string[] {
  const { id, unit, total } = account;
  const own = purses.filter((each) => isWithin(accounts, each.account, id)).map(({ balance }) => balance);
  const sum = (of: (balance: AccountBalance) => number): number =>
    own.reduce((all, each) => all + of(each), 0);
  const spent = sum((balance) => balance.spent);
  const held = sum(({ held: running, settling }) => running + settling);
  const free = sum((balance) => balance.free);
  const clawedBack = sum((balance) => balance.clawedBack);
  // There are as many totals as there are periods and owners.
  const isOne = account.per === null && account.period === null;
  const rest = isOne ? String(total - spent - held - free) : '-';
  return [
    id,
    unit,
    isOne ? String(total) : 'each',
    String(spent),
    String(held),
    String(free),
    rest,
    String(clawedBack),
  ];
}

function isWithin(accounts: readonly Account[], id: string, around: string): boolean {
  for (let next: string | null = id; next !== null;) {
    if (next === around) return true;
    const wanted: string = next;
    next = accounts.find((account) => account.id === wanted)?.within ?? null;
  }
  return false;
}

function line(cells: readonly string[]): string {
  const padded = cells.map((cell, index) => {
    return index < WIDTHS.length ? `${cell} `.padEnd(WIDTHS[index]!) : cell.padStart(NUMBER_WIDTH);
  });
  return `  ${padded.join('')}`;
}
