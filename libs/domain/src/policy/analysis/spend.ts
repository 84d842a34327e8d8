import { DAY_MS, HOUR_MS } from '../../time.ts';
import { QUANTITY_MAX } from '../../number.ts';
import type { Account, AccountUnit, Bundle, PeriodLength, Programme } from '../bundle.ts';
import { chainOf } from '../account-instance.ts';
import { largestSize } from './fit.ts';
import { PROMISE_GRANTS_MAX, promiseBps } from './promise.ts';

// How much can be spent at most, from what the policy says alone: budgets, what each programme may give one merchant,
// and how many merchants there are. What grants of an earlier bundle still spend is not in it.

/** Of whom there are how many; null: not known, and only budgets bound. */
export interface Numbers {
  readonly merchants: number | null;
  /** Legal entities, categories, countries that merchants are of over the time looked at. Null: one per merchant. */
  readonly entities: number | null;
  readonly categories: number | null;
  readonly countries: number | null;
}

/** So many units at most, and why; null: there is no bound. */
export interface Bound {
  readonly units: number | null;
  readonly because: string;
}

export interface SpendBound {
  readonly account: string;
  readonly unit: AccountUnit;
  /** Spent on one local day; of seats: booked at one time. */
  readonly perDay: Bound;
  /** Spent of the account's budget for one of its periods; of a calendar month where it has none. */
  readonly perPeriod: Bound & { readonly period: PeriodLength };
  /** Spent while the bundle is live. */
  readonly inAll: Bound;
  /** Null where no programme is paid from it, or not even one grant. */
  readonly grants: GrantsAtOnce | null;
}

/** How many grants a full account pays for at once, whoever's it is, where all are as large as they can be. */
export interface GrantsAtOnce {
  readonly count: number;
  readonly size: number;
  /** See `promiseBps`; null where there are so many that it says nothing. */
  readonly promiseBps: number | null;
}

/** Of all accounts in a unit together. */
export interface TotalBound {
  readonly unit: AccountUnit;
  readonly perDay: Bound;
  readonly inAll: Bound;
}

/** The longest local day: one on which clocks go back. */
const LONGEST_DAY_MS = DAY_MS + HOUR_MS;
const PERIOD_DAYS: Readonly<Record<PeriodLength, readonly [shortest: number, longest: number]>> = {
  day: [1, 1],
  week: [7, 7],
  month: [28, 31],
  quarter: [90, 92],
  year: [365, 366],
};

export const NOBODY_COUNTED: Numbers = { merchants: null, entities: null, categories: null, countries: null };

/** Of every account in the bundle's order. */
export function worstCaseSpend(bundle: Bundle, numbers: Numbers): readonly SpendBound[] {
  return bundle.accounts.map((account) => {
    const period = account.period ?? 'month';
    const ofPeriod =
      account.period === null
        ? boundOver(bundle, account, numbers, longestMs(period))
        : least([
            budgetOf(account, numbers),
            boundOver(bundle, account, numbers, lifeMs(bundle, account, period)),
          ]);
    return {
      account: account.id,
      unit: account.unit,
      perDay: boundOver(bundle, account, numbers, LONGEST_DAY_MS),
      perPeriod: { ...ofPeriod, period },
      inAll: boundOver(bundle, account, numbers, null),
      grants: grantsAtOnce(bundle, account),
    };
  });
}

function grantsAtOnce({ accounts, programmes }: Bundle, { id }: Account): GrantsAtOnce | null {
  const sizes = programmes
    .filter(({ account }) => account === id)
    .map((each) => largestSize(each) + stageUnits(each));
  if (sizes.length === 0) return null;
  const size = Math.max(...sizes);
  const count = Math.floor(Math.min(...chainOf(accounts, id).map(({ total }) => total)) / size);
  if (count === 0) return null;
  return { count, size, promiseBps: count > PROMISE_GRANTS_MAX ? null : promiseBps(count) };
}

/** Of all accounts that lie within no other, by unit. */
export function worstCaseInAll({ accounts }: Bundle, spend: readonly SpendBound[]): readonly TotalBound[] {
  const outermost = spend.filter(({ account }) => accounts.find(({ id }) => id === account)!.within === null);
  const units = [...new Set(outermost.map(({ unit }) => unit))];
  return units.map((unit) => {
    const own = outermost.filter((each) => each.unit === unit);
    const [perDay, inAll] = [sum(own.map((each) => each.perDay)), sum(own.map((each) => each.inAll))];
    return { unit, perDay, inAll };
  });
}

/** The budget of one period, or of all time: its total, of each owner where there are owners. */
function budgetOf(account: Account, numbers: Numbers): Bound {
  const { id, total, per, period } = account;
  const each = period === null ? '' : ` each ${period}`;
  if (per === null) return { units: total, because: `${id} holds ${shown(total)}${each}` };
  const key = ({ entity: 'entities', category: 'categories', country: 'countries' } as const)[per];
  const owners = numbers[key] ?? numbers.merchants;
  if (total === 0) return { units: 0, because: `${id} holds nothing` };
  if (owners === null) return { units: null, because: `${id} holds ${shown(total)}${each} for each ${per}` };
  const kind = numbers[key] === null ? `merchants, each a ${per} of its own,` : key;
  const because = `${shown(owners)} ${kind} × ${shown(total)} of ${id}${each}`;
  return { units: times(owners, total), because };
}

/** Spent within so long a time; null: while the bundle is live. */
function boundOver(bundle: Bundle, account: Account, numbers: Numbers, overMs: number | null): Bound {
  const paid = bundle.programmes.filter((each) => each.account === account.id);
  const within = bundle.accounts.filter((each) => each.within === account.id);
  const parts = [
    ...paid.map((each) => boundOfProgramme(each, account, numbers, overMs)),
    ...within.map((each) => boundOver(bundle, each, numbers, overMs)),
  ];
  return least([budgetOver(bundle, account, numbers, overMs), sum(parts)]);
}

/** The budgets that can be spent within a time: those of the periods in it, and of earlier ones whose grants go on. */
function budgetOver(bundle: Bundle, account: Account, numbers: Numbers, overMs: number | null): Bound {
  const one = budgetOf(account, numbers);
  if (account.period === null || one.units === 0) return one;
  if (overMs === null) return { units: null, because: `${account.id} begins anew each ${account.period}` };
  if (one.units === null) return one;
  const goesOnMs = longestGrantMs(bundle, account);
  const shortestMs = PERIOD_DAYS[account.period][0] * DAY_MS - HOUR_MS;
  const periods = 2 + Math.floor((overMs + goesOnMs) / shortestMs);
  return { units: times(one.units, periods), because: `${periods} periods × ${one.because}` };
}

/** How long the grants of one period of an account can go on spending, counted from its begin. */
function lifeMs(bundle: Bundle, account: Account, period: PeriodLength): number {
  return longestMs(period) + longestGrantMs(bundle, account);
}

function longestGrantMs({ accounts, programmes }: Bundle, account: Account): number {
  const inside = new Set([account.id]);
  for (let size = 0; size !== inside.size;) {
    size = inside.size;
    for (const { id, within } of accounts) if (within !== null && inside.has(within)) inside.add(id);
  }
  const lives = programmes
    .filter(({ account: id }) => id !== null && inside.has(id))
    .map(({ durationMs, settleMs, renew }) => durationMs * (1 + (renew?.timesMax ?? 0)) + settleMs);
  return Math.max(0, ...lives);
}

function longestMs(period: PeriodLength): number {
  return PERIOD_DAYS[period][1] * DAY_MS + HOUR_MS;
}

/** All merchants times what one can spend. */
function boundOfProgramme(
  programme: Programme,
  account: Account,
  { merchants }: Numbers,
  overMs: number | null,
): Bound {
  const one = account.unit === 'seats' ? seatsOfOne(programme) : ofOne(programme, overMs);
  if (merchants === null)
    return { units: null, because: `${programme.id}: ${one.because} for each merchant` };
  const because = `${shown(merchants)} merchants × ${one.because} of ${programme.id}`;
  return { units: times(merchants, one.units), because };
}

interface OfOne {
  readonly units: number;
  readonly because: string;
}

/** A seat is booked while its grant runs, and a merchant has one grant of a programme at a time. */
function seatsOfOne(programme: Programme): OfOne {
  const seats = largestSize(programme) + stageUnits(programme);
  return { units: seats, because: `${shown(seats)} seats at a time` };
}

/** What one merchant can spend of a programme within a time. */
function ofOne(programme: Programme, overMs: number | null): OfOne {
  const { openingsMax, perMerchantMax } = programme;
  const lifelong = grantUnits(programme, null);
  // The cap is asked for before a grant opens, grows or is renewed; stages come on top of it.
  const cap = perMerchantMax + stageUnits(programme);
  const byOpenings = times(openingsMax, lifelong);
  const ever =
    byOpenings <= cap
      ? { units: byOpenings, because: `${shown(openingsMax)} openings × ${shown(lifelong)}` }
      : { units: cap, because: `${shown(cap)} by its limit and stages` };
  if (overMs === null) return ever;
  const openings = Math.min(openingsMax, openingsWithin(programme, overMs));
  const units = grantUnits(programme, overMs);
  const within = times(openings, units);
  if (within >= ever.units) return ever;
  return { units: within, because: `${shown(openings)} openings in the time × ${shown(units)}` };
}

/**
 * Grants that can be spending within a time: between the end of one and the start of the next lies the cool-down, of a
 * floor its days besides, and what was used of an ended one may be told until it settled.
 */
function openingsWithin({ coolDownMs, settleMs, floor }: Programme, overMs: number): number {
  const apartMs = coolDownMs + (floor?.withinMs ?? 0);
  return apartMs === 0 ? Infinity : 1 + Math.floor((overMs + settleMs) / apartMs);
}

/** What one grant can spend within a time: what it has, its stages, and the renewals that fall into it. */
function grantUnits(programme: Programme, overMs: number | null): number {
  const { renew, durationMs } = programme;
  const all = renew?.timesMax ?? 0;
  const renewals = overMs === null ? all : Math.min(all, 1 + Math.floor(overMs / durationMs));
  return times(largestSize(programme), 1 + renewals) + stageUnits(programme);
}

function stageUnits({ stages }: Programme): number {
  return stages.reduce((units, { size }) => units + size, 0);
}

function least(bounds: readonly Bound[]): Bound {
  const known = bounds.filter(({ units }) => units !== null).sort((a, b) => a.units! - b.units!);
  if (known.length === 0) return bounds[0]!;
  const others = known.slice(1).map(({ because }) => because);
  const [first] = known;
  return others.length === 0
    ? first!
    : { units: first!.units, because: `min(${[first!.because, ...others].join('; ')})` };
}

function sum(bounds: readonly Bound[]): Bound {
  if (bounds.length === 0) return { units: 0, because: 'no programme is paid from it' };
  if (bounds.length === 1) return bounds[0]!;
  const isBound = bounds.every(({ units }) => units !== null);
  const units = isBound
    ? Math.min(
        bounds.reduce((all, each) => all + each.units!, 0),
        QUANTITY_MAX,
      )
    : null;
  return { units, because: bounds.map(({ because }) => because).join(' + ') };
}

function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : Math.min(a * b, QUANTITY_MAX);
}

/** As a line for people: `all exposures: 4,200,000 a day, without bound in all`. */
export function shownTotal({ unit, perDay, inAll }: TotalBound): string {
  const when = unit === 'seats' ? 'at one time' : 'a day';
  return `all ${unit}: ${shownBound(perDay)} ${when}, ${shownBound(inAll)} in all`;
}

export function shownBound({ units }: Bound): string {
  return units === null ? 'without bound' : shown(units);
}

/** Thousands apart, the same everywhere. */
export function shown(units: number): string {
  return String(units).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}
