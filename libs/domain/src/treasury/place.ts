import type { ZoneTransition } from '../controls.ts';
import { instanceName, parseInstance, periodAt } from '../policy/account-instance.ts';
import type { Account, PeriodLength } from '../policy/bundle.ts';
import { DAY_MS, parseInstant, startOfLocalDay } from '../time.ts';

/** What the accounts of a bundle say of an instance. */
export interface Place {
  readonly total: number;
  readonly period: PeriodLength | null;
  /** Name of the instance around it. */
  readonly within: string | null;
}

/**
 * Null where the bundle has no such account, or has it with other periods or other owners: whoever still holds some of
 * such an instance gives it back, and what the account has now is leased under the names of now.
 */
export function placeOf(
  accounts: readonly Account[],
  name: string,
  zone: readonly ZoneTransition[],
): Place | null {
  const { account: id, of, from } = parseInstance(name);
  const account = accounts.find((each) => each.id === id);
  if (account === undefined || (account.per === null) !== (of === null)) return null;
  const startMs = from === null ? null : startOfLocalDay(dayOf(from), zone);
  const period = account.period === null || startMs === null ? null : periodAt(account.period, startMs, zone);
  if ((account.period === null) !== (from === null) || (period?.from ?? null) !== from) return null;
  const around = accounts.find((each) => each.id === account.within);
  return {
    total: account.total,
    period: account.period,
    within: around === undefined ? null : nameAround(around, startMs, zone, name),
  };
}

/** First instant after the period of an instance. */
export function periodEndMs(name: string, period: PeriodLength, zone: readonly ZoneTransition[]): number {
  const { from } = parseInstance(name);
  return periodAt(period, startOfLocalDay(dayOf(from!), zone), zone).endMs;
}

/** The instance around: of the period that holds the first instant of this one's. */
function nameAround(
  { id, per, period }: Account,
  startMs: number | null,
  zone: readonly ZoneTransition[],
  inner: string,
): string {
  if (per !== null) throw new Error(`${inner} lies within ${id}, which is kept per ${per}`);
  if (period === null) return id;
  // Which period of the outer one it would count against is not in its name.
  if (startMs === null) throw new Error(`${inner} has no period and lies within ${id}, which has`);
  return instanceName({ account: id, of: null, from: periodAt(period, startMs, zone).from });
}

/** Number of the local day, counted from 1970-01-01. */
function dayOf(from: string): number {
  return parseInstant(`${from}T00:00:00.000Z`) / DAY_MS;
}
