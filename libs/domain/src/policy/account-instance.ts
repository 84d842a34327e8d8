import type { ZoneTransition } from '../controls.ts';
import { murmur2 } from '../stage/murmur2.ts';
import { civilOfDay, localDay, startOfLocalDay, startOfPeriod } from '../time.ts';
import type { Account, PeriodLength } from './bundle.ts';

// A budget has an instance per calendar period, and per legal entity, category or country where it says so. An
// instance is named by what it is of: `growth`, `growth@2026-11-01`, `relief~entity-91@2026-09-01`. Ids hold neither
// `~` nor `@`.

/** A calendar period of the market zone. */
export interface Period {
  /** First local day, `2026-11-01`. */
  readonly from: string;
  readonly startMs: number;
  /** First instant of the next one. */
  readonly endMs: number;
}

export interface Instance {
  readonly account: string;
  readonly of: string | null;
  readonly from: string | null;
}

export function periodAt(length: PeriodLength, atMs: number, zone: readonly ZoneTransition[]): Period {
  const today = localDay(atMs, zone);
  const first = length === 'day' ? today : startOfPeriod(length, today, 0);
  const next = length === 'day' ? today + 1 : startOfPeriod(length, today, -1);
  const { year, month, day } = civilOfDay(first);
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    from: `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`,
    startMs: startOfLocalDay(first, zone),
    endMs: startOfLocalDay(next, zone),
  };
}

/** How an account's instance is called for a merchant at an instant; null: the merchant has no such owner. */
export function instanceFor(
  account: Account,
  of: { readonly entityId: string | null; readonly category: string | null; readonly country: string | null },
  atMs: number,
  zone: readonly ZoneTransition[],
): string | null {
  const { per, period } = account;
  const owner = per === null ? null : per === 'entity' ? of.entityId : of[per];
  if (per !== null && owner === null) return null;
  return instanceName({
    account: account.id,
    of: owner,
    from: period === null ? null : periodAt(period, atMs, zone).from,
  });
}

export function instanceName({ account, of, from }: Instance): string {
  return `${account}${of === null ? '' : `~${of}`}${from === null ? '' : `@${from}`}`;
}

export function parseInstance(name: string): Instance {
  const [rest, from] = split(name, '@');
  const [account, of] = split(rest, '~');
  return { account, of, from };
}

function split(text: string, mark: string): readonly [string, string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** The account itself and those it lies within, innermost first; it ends where one would come twice. */
export function chainOf(accounts: readonly Account[], id: string): readonly Account[] {
  const chain: Account[] = [];
  for (let next: string | null = id; next !== null;) {
    const wanted: string = next;
    const account = accounts.find((each) => each.id === wanted);
    if (account === undefined || chain.includes(account)) break;
    chain.push(account);
    next = account.within;
  }
  return chain;
}

/** The treasury partition of an account: that of the outermost account around it, so that a chain is in one place. */
export function treasuryOf(accounts: readonly Account[], id: string, treasuries: number): number {
  const outermost = chainOf(accounts, id).at(-1)?.id ?? id;
  const bytes = Uint8Array.from(outermost, (character) => character.charCodeAt(0));
  return (murmur2(bytes) & 0x7fffffff) % treasuries;
}
