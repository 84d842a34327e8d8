import type { Formula, Metric } from '../policy/formula.ts';
import { statisticsOf } from '../policy/order.ts';
import { addFact } from '../scoring/bucket.ts';
import { evaluateMerchant, type Moment } from '../scoring/evaluate.ts';
import { FACT, type FactId } from '../scoring/fact.ts';
import { liveBundle } from '../scoring/live-bundle.ts';
import { merchantRowFormat, type MerchantRow } from '../scoring/merchant-row.ts';
import { DAY_MS, dayOfCivil, HOUR_MS } from '../time.ts';
import { smallBundle } from './small-bundle.ts';

// One formula of one merchant, through the evaluation that scoring uses.

export const TODAY = dayOfCivil(2026, 11, 28);
export const NOW_MS = TODAY * DAY_MS + 12 * HOUR_MS;
const NAMES = { en: 'One' };
const SMALL = smallBundle({ programmes: [], ladders: [] });

export type ToldFact = readonly [day: number, fact: FactId, amount: number];

export interface OneMerchant {
  readonly facts?: readonly ToldFact[];
  readonly row?: (row: MerchantRow) => void;
  readonly moment?: Partial<Moment>;
  /** Metrics before the one in question. */
  readonly before?: Readonly<Record<string, Formula>>;
}

/** The value of a formula of one merchant, days of facts counted from today. */
export function measure(
  formula: Formula,
  { facts = [], row: change, moment, before = {} }: OneMerchant = {},
): number | null {
  const row = merchantRowFormat.create('m');
  for (const [day, fact, amount] of facts) addFact(row.buckets, TODAY + day, FACT[fact], amount);
  change?.(row);
  const metrics = Object.entries({ ...before, it: formula }).map(([id, each]): Metric => ({
    id,
    names: NAMES,
    unit: 'count',
    formula: each,
    grain: null,
  }));
  const bundle = { ...SMALL, metrics, statistics: statisticsOf(metrics) };
  const gauge = evaluateMerchant(row, liveBundle('one', bundle), {
    nowMs: NOW_MS,
    today: TODAY,
    zone: [{ fromMs: 0, offsetMinutes: 0 }],
    canFall: true,
    activatedMs: 0,
    factsSince: {},
    statistic: () => null,
    ...moment,
  });
  return gauge.values.at(-1)!;
}

export function one(fact: FactId, times = 1): { readonly fact: FactId; readonly times: number }[] {
  return [{ fact, times }];
}

/** A metric that is a given number. */
export function valueOf(value: number): Formula {
  return { firstOf: [value] };
}

/** A metric that is not assessed. */
export const NOTHING: Formula = { daysSince: 'firstSale' };
