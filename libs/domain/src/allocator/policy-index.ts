import { chainOf } from '../policy/account-instance.ts';
import { leastSize, tierOrders, type Account, type Bundle, type Programme } from '../policy/bundle.ts';
import type { TierOrders } from '../policy/condition.ts';
import { readersOf, type Readers } from './touched.ts';

// What is looked up in the live bundle on every record, found once when the bundle goes live.

/** Another programme of the same exclusive set. */
export interface Rival {
  readonly id: string;
  /** It comes before in the bundle, and so goes first. */
  readonly isBefore: boolean;
}

export interface PolicyIndex {
  readonly tiers: TierOrders;
  readonly programmes: ReadonlyMap<string, Programme>;
  /** Of the programmes, in the order of the bundle. */
  readonly ids: readonly string[];
  /** Of all of them. */
  readonly places: readonly number[];
  readonly accounts: ReadonlyMap<string, Account>;
  /** By account, the smallest grant or stage of its programmes; accounts that only bundle others have none. */
  readonly leasts: ReadonlyMap<string, number>;
  /** By programme, the scopes that stop it: all, itself, its account and those around that. */
  readonly scopes: ReadonlyMap<string, ReadonlySet<string>>;
  /** By programme. */
  readonly rivals: ReadonlyMap<string, readonly Rival[]>;
  readonly readers: Readers;
}

export function indexOf(bundle: Bundle | null): PolicyIndex {
  const programmes = bundle?.programmes ?? [];
  const accounts = bundle?.accounts ?? [];
  const leasts = new Map<string, number>();
  for (const programme of programmes) {
    const { account, stages } = programme;
    if (account === null) continue;
    const sizes = [leastSize(programme), ...stages.map(({ size }) => size)];
    leasts.set(account, Math.min(leasts.get(account) ?? Infinity, ...sizes));
  }
  return {
    tiers: bundle === null ? new Map<string, readonly string[]>() : tierOrders(bundle),
    programmes: new Map(programmes.map((each) => [each.id, each])),
    ids: programmes.map(({ id }) => id),
    places: programmes.map((_, at) => at),
    accounts: new Map(accounts.map((each) => [each.id, each])),
    leasts,
    scopes: new Map(programmes.map((each) => [each.id, scopesOf(each, accounts)])),
    rivals: new Map(programmes.map((each) => [each.id, rivalsOf(each, programmes)])),
    readers: bundle === null ? new Map<string, ReadonlySet<string>>() : readersOf(bundle),
  };
}

function scopesOf({ id, account }: Programme, accounts: readonly Account[]): ReadonlySet<string> {
  const chain = account === null ? [] : chainOf(accounts, account);
  return new Set(['all', `programme:${id}`, ...chain.map((each) => `account:${each.id}`)]);
}

function rivalsOf(programme: Programme, programmes: readonly Programme[]): readonly Rival[] {
  const { exclusive } = programme;
  if (exclusive === null) return [];
  const at = programmes.indexOf(programme);
  return programmes.flatMap(({ id, exclusive: set }, place) =>
    set === exclusive && place !== at ? [{ id, isBefore: place < at }] : [],
  );
}
