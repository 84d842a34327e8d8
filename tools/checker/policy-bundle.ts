import { daysBefore } from './local-day.ts';

// What the checker reads of a compiled bundle, and how instances of its accounts are named.

export interface Account {
  readonly id: string;
  readonly unit: string;
  readonly total: number;
  readonly period: 'day' | 'week' | 'month' | 'quarter' | 'year' | null;
  readonly within: string | null;
  readonly per: 'entity' | 'category' | 'country' | null;
}

export interface Programme {
  readonly id: string;
  readonly account: string | null;
  readonly exclusive: string | null;
}

export interface PolicyBundle {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly programmes: ReadonlyMap<string, Programme>;
}

/** By hash. */
export type Bundles = ReadonlyMap<string, PolicyBundle>;

export function readBundle(text: string): PolicyBundle {
  const { accounts, programmes } = JSON.parse(text) as {
    accounts: readonly Account[];
    programmes: readonly Programme[];
  };
  return {
    accounts: new Map(accounts.map((each) => [each.id, each])),
    programmes: new Map(programmes.map((each) => [each.id, each])),
  };
}

/** `relief~entity-91@2026-09-01`: an account, whose it is, and the first day of its period. */
export interface Instance {
  readonly account: string;
  readonly of: string | null;
  readonly from: string | null;
}

export function instanceOf(name: string): Instance {
  const [, account, of, from] = /^([^~@]*)(?:~([^@]*))?(?:@(.*))?$/s.exec(name) ?? [];
  return { account: account ?? name, of: of ?? null, from: from ?? null };
}

export function nameOf({ account, of, from }: Instance): string {
  return [account, of === null ? '' : `~${of}`, from === null ? '' : `@${from}`].join('');
}

/** First day of the calendar period that holds a day, both `YYYY-MM-DD`. */
export function periodFrom(period: NonNullable<Account['period']>, day: string): string {
  const month = Number(day.slice(5, 7));
  const quarter = String(month - ((month - 1) % 3)).padStart(2, '0');
  switch (period) {
    case 'day':
      return day;
    case 'week':
      // Sunday is 0, and weeks begin on Monday.
      return daysBefore(day, (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7);
    case 'month':
      return `${day.slice(0, 7)}-01`;
    case 'quarter':
      return `${day.slice(0, 4)}-${quarter}-01`;
    case 'year':
      return `${day.slice(0, 4)}-01-01`;
  }
}

/** The instance around one, as a bundle has it; null where it lies in none. */
export function instanceAround({ accounts }: PolicyBundle, name: string): string | null {
  const { account, from } = instanceOf(name);
  const outer = accounts.get(accounts.get(account)?.within ?? '');
  if (outer === undefined) return null;
  const start = outer.period === null || from === null ? null : periodFrom(outer.period, from);
  return nameOf({ account: outer.id, of: null, from: start });
}

/** The outermost account around one: all within it are leased by one treasury partition. */
export function outermost({ accounts }: PolicyBundle, id: string): string {
  const seen = new Set([id]);
  for (let at = id; ;) {
    const within = accounts.get(at)?.within ?? null;
    if (within === null || seen.has(within) || !accounts.has(within)) return at;
    seen.add(within);
    at = within;
  }
}
