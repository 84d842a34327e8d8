import { BPS, clamp, QUANTITY_MAX } from '../number.ts';
import {
  HISTOGRAMS,
  numberAnswered,
  type FactSum,
  type Formula,
  type Metric,
  type PlainWindow,
  type Rounding,
  type Statistic,
  type Window,
} from '../policy/formula.ts';
import { DAYS_KEPT, placeFrom } from './bucket.ts';
import { derivedMeterOf } from './derived-metric.ts';
import { FACT } from './fact.ts';
import type { MerchantNow } from './merchant-now.ts';
import { spanOf } from './span.ts';
import { distinctMeter, violationMeter } from './scan.ts';
import type { PlaceOf, Watch } from './verdict.ts';
import type { SlotBook, SlotPlace } from './window.ts';
import type { Condition } from '../policy/condition.ts';

/** The value of a formula in its own unit; null is "not assessed", which is neither 0 nor a pass. */
export type Meter = (merchant: MerchantNow) => number | null;

export interface MeterScope {
  /** Place of the metric that is made. */
  readonly at: number;
  readonly book: SlotBook;
  readonly placeOf: PlaceOf;
  readonly statistics: readonly Statistic[];
  /** The verdict of a condition of a score. */
  watch(condition: Condition): Watch;
}

/** A formula made ready: names became places, windows became running totals. */
export interface LiveMeter {
  readonly meter: Meter;
  /** Of what is not kept as totals: the next local day on which time alone changes what is looked at. */
  readonly nextDay: ((merchant: MerchantNow) => number) | null;
}

export function meterOf(metric: Metric, scope: MeterScope): LiveMeter {
  const { formula } = metric;
  if ('distinct' in formula) return distinctMeter(formula);
  if ('violations' in formula) return violationMeter(formula);
  return { meter: plainMeterOf(metric, scope), nextDay: null };
}

type Of<Key extends string> = Extract<Formula, { readonly [K in Key]: unknown }>;
type Plain = Exclude<Formula, Of<'distinct'> | Of<'violations'>>;

function plainMeterOf(metric: Metric, scope: MeterScope): Meter {
  const formula = metric.formula as Plain;
  if ('sum' in formula)
    return chosenMeter(formula.window, scope, (parts) => sumMeter(formula.sum, parts, scope));
  if ('ratio' in formula) {
    return chosenMeter(formula.window, scope, (parts) => ratioMeter(formula, parts, scope));
  }
  if ('daysWith' in formula) {
    const window = keptWindow(formula.window);
    const slot = scope.book.slotOf(scope.at, FACT[formula.daysWith], window, formula.atLeast);
    return ({ sums }) => sums[slot]!;
  }
  if ('daily' in formula) return dailyMeter(formula, scope);
  if ('percentile' in formula) {
    return chosenMeter(formula.window, scope, (parts) => percentileMeter(formula, parts, scope));
  }
  if ('daysSince' in formula) {
    const { daysSince } = formula;
    return ({ ages }) => ages[daysSince];
  }
  if ('state' in formula) {
    const { state } = formula;
    return ({ states }) => {
      const value = states[state];
      return value === null ? null : Math.min(value, QUANTITY_MAX);
    };
  }
  if ('answer' in formula) {
    const { answer } = formula;
    return ({ survey }) => numberAnswered(survey[answer]);
  }
  return derivedMeterOf(metric.id, formula, scope);
}

/** All days that are kept, where a formula needs the days and not only what they come to. */
export function keptWindow(window: PlainWindow): PlainWindow {
  return 'ever' in window ? { days: DAYS_KEPT, lag: 0 } : window;
}

/** Parts of a window with how many times each counts. */
type Parts = readonly { readonly window: PlainWindow; readonly times: number }[];

/** Where a window is chosen, the first in which there is enough. */
function chosenMeter(window: Window, scope: MeterScope, meterOver: (parts: Parts) => Meter): Meter {
  if ('weighted' in window) return meterOver(window.weighted);
  if (!('firstOf' in window)) return meterOver([{ window, times: 1 }]);
  const choices = window.firstOf.map((each) => ({
    by: scope.book.slotOf(scope.at, FACT[window.by], each.window),
    atLeast: each.atLeast,
    meter: meterOver([{ window: each.window, times: 1 }]),
  }));
  const last = choices.at(-1)!.meter;
  return (at) => {
    for (const { by, atLeast, meter } of choices) if (at.sums[by]! >= atLeast) return meter(at);
    return last(at);
  };
}

/** A fact over several windows, or several facts; a sum below 0 counts as 0. */
function sumMeter(sum: FactSum, parts: Parts, { book, at }: MeterScope): (merchant: MerchantNow) => number {
  const terms = parts.flatMap(({ window, times }) =>
    sum.map((each) => ({ slot: book.slotOf(at, FACT[each.fact], window), times: each.times * times })),
  );
  if (terms.length === 1 && terms[0]!.times === 1) {
    const { slot } = terms[0]!;
    return ({ sums }) => sums[slot]!;
  }
  return ({ sums }) => {
    let total = 0;
    let isExact = true;
    for (const { slot, times } of terms) {
      total += sums[slot]! * times;
      isExact &&= Number.isSafeInteger(total);
    }
    return isExact ? clamp(total, 0, QUANTITY_MAX) : exactSum(sums, terms);
  };
}

function exactSum(
  sums: MerchantNow['sums'],
  terms: readonly { readonly slot: SlotPlace; readonly times: number }[],
): number {
  let total = 0n;
  for (const { slot, times } of terms) total += BigInt(sums[slot]!) * BigInt(times);
  return clamp(Number(total), 0, QUANTITY_MAX);
}

function ratioMeter(formula: Of<'ratio'>, parts: Parts, scope: MeterScope): Meter {
  const { ratio, per, scale, round, minimumCount, shrink } = formula;
  const of = sumMeter(ratio, parts, scope);
  const per_ = sumMeter(per, parts, scope);
  const towards = shrink === null ? null : { at: scope.placeOf(shrink.towards), as: shrink.as };
  return (merchant) => {
    const count = per_(merchant);
    if (count < minimumCount) return null;
    if (towards === null) return count === 0 ? null : divide(of(merchant), scale, count, 0, 0, round);
    const mean = merchant.values[towards.at]!;
    if (mean === null || count + towards.as === 0) return null;
    return divide(of(merchant), scale, count, mean, towards.as, round);
  };
}

/** (of × scale + mean × as) ÷ (count + as), exact and rounded once. */
export function divide(
  of: number,
  scale: number,
  count: number,
  mean: number,
  as: number,
  round: Rounding,
): number {
  const above = of * scale + mean * as;
  const below = count + as;
  const half = round === 'nearest' ? 2 : 1;
  const add = round === 'down' ? 0 : round === 'up' ? below - 1 : below;
  // Every part is smaller than what they make together, or below 2^53 by itself.
  if (
    Number.isSafeInteger(of * scale) &&
    Number.isSafeInteger(mean * as) &&
    Number.isSafeInteger(2 * above + add)
  ) {
    return clamp(Math.floor((above * half + add) / (below * half)), -QUANTITY_MAX, QUANTITY_MAX);
  }
  const exact = (BigInt(of) * BigInt(scale) + BigInt(mean) * BigInt(as)) * BigInt(half) + BigInt(add);
  const divisor = BigInt(below) * BigInt(half);
  const quotient = exact / divisor;
  const floor = exact < 0n && exact % divisor !== 0n ? quotient - 1n : quotient;
  return clamp(Number(floor), -QUANTITY_MAX, QUANTITY_MAX);
}

function dailyMeter({ daily, pick, window }: Of<'daily'>, { book, at }: MeterScope): Meter {
  const kept = keptWindow(window);
  const fact = FACT[daily];
  // Its total is not read, but changes when the days do.
  book.slotOf(at, fact, kept);
  const span = spanOf(kept);
  return ({ buckets, today }) => {
    const column = buckets.columns[fact];
    if (column === null || column === undefined) return null;
    const { days, amounts } = column;
    const to = span.to(today);
    let found: number | null = null;
    for (
      let place = placeFrom(column, span.from(today));
      place < days.length && days[place]! <= to;
      place++
    ) {
      const amount = amounts[place]!;
      if (amount === 0) continue;
      if (found === null || pick === 'latest') found = amount;
      else found = pick === 'largest' ? Math.max(found, amount) : Math.min(found, amount);
    }
    return found;
  };
}

function percentileMeter(formula: Of<'percentile'>, parts: Parts, scope: MeterScope): Meter {
  const { atBps, minimumCount } = formula;
  const { edges, within, of } = HISTOGRAMS[formula.percentile];
  const all = sumMeter([{ fact: of, times: 1 }], parts, scope);
  const reached = within.map((fact) => sumMeter([{ fact, times: 1 }], parts, scope));
  return (merchant) => {
    const count = all(merchant);
    if (count < minimumCount || count === 0) return null;
    const found = reached.findIndex((sum) => isShare(sum(merchant), count, atBps));
    return found < 0 ? edges.at(-1)! + 1 : edges[found]!;
  };
}

/** Whether `part` is at least this share of `whole`. */
function isShare(part: number, whole: number, bps: number): boolean {
  const [above, below] = [part * BPS, whole * bps];
  if (Number.isSafeInteger(above) && Number.isSafeInteger(below)) return above >= below;
  return BigInt(part) * BigInt(BPS) >= BigInt(whole) * BigInt(bps);
}
