import { BPS, clamp, mulDivFloor, QUANTITY_MAX } from '../../number.ts';
import type { FactId } from '../../scoring/fact.ts';
import {
  HISTOGRAMS,
  type Formula,
  type Metric,
  type PlainWindow,
  type ScoreComponent,
  type Window,
} from '../formula.ts';
import { isYoung } from './fact-history.ts';
import { rangeFrom, type Range } from './range.ts';

// What values a metric can have, from its formula alone. Wider than the truth where the truth is not known: whoever
// says that something can never be true must be right.

type Of<Key extends string> = Extract<Formula, { readonly [K in Key]: unknown }>;

/** Each fact with what it is a part of: the same event adds to both, on the same day. */
const PART_OF: Readonly<Partial<Record<FactId, readonly FactId[]>>> = {
  shippedOnTime: ['ordersShipped'],
  shippedTracked: ['ordersShipped'],
  deliveredOnTime: ['deliveredPromised', 'ordersDelivered'],
  deliveredPromised: ['ordersDelivered'],
  qualityRefunds: ['refunds'],
  returnsRefunded: ['returnsClosed'],
  disputesArbitrated: ['disputesResolved'],
  disputesLost: ['disputesArbitrated', 'disputesResolved'],
  lowReviews: ['ratings3OrLess', 'reviews'],
  ratings3OrLess: ['reviews'],
  lowReviewsRemoved: ['reviewsRemoved'],
  firstMessagesReceived: ['messagesReceived'],
  answeredInTime: ['firstMessages', 'repliesIn24h', 'repliesIn48h'],
  repliesIn1m: ['firstMessages'],
  repliesIn5m: ['firstMessages'],
  repliesIn30m: ['firstMessages'],
  repliesIn2h: ['firstMessages'],
  repliesIn24h: ['firstMessages'],
  repliesIn48h: ['firstMessages'],
  videosPublished: ['contentPublished'],
};
const STARS_MAX = 5;
const DAYS_AT_MOST: Readonly<Record<'week' | 'month' | 'quarter' | 'year', number>> = {
  week: 7,
  month: 31,
  quarter: 92,
  year: 366,
};
const ALWAYS_REPORTED: readonly string[] = ['openOrders', 'overdueOrders', 'depositDueMinor'];

/** Of every metric, in the bundle's order of reading. */
export function metricRanges(metrics: readonly Metric[]): ReadonlyMap<string, Range> {
  const ranges = new Map<string, Range>();
  const rangeOf = (id: string): Range => ranges.get(id) ?? rangeFrom(-QUANTITY_MAX, QUANTITY_MAX, true);
  for (const { id, formula } of metrics) {
    const range = rangeOfFormula(formula, rangeOf);
    ranges.set(id, isYoung(formula) ? { ...range, mayMiss: true } : range);
  }
  return ranges;
}

export function rangeOfFormula(formula: Formula, rangeOf: (id: string) => Range): Range {
  if ('sum' in formula) {
    const isGiven = formula.sum.some(({ times }) => times > 0);
    return rangeFrom(0, isGiven ? QUANTITY_MAX : 0, false);
  }
  if ('ratio' in formula) return ratioRange(formula, rangeOf);
  if ('daysWith' in formula) return rangeFrom(0, daysAtMost(formula.window), false);
  if ('daily' in formula) return rangeFrom(1, QUANTITY_MAX, true);
  if ('distinct' in formula) return rangeFrom(0, formula.atMost, false);
  if ('percentile' in formula) {
    const { edges } = HISTOGRAMS[formula.percentile];
    return rangeFrom(edges[0]!, edges.at(-1)! + 1, true);
  }
  if ('violations' in formula) return rangeFrom(0, QUANTITY_MAX, false);
  if ('daysSince' in formula) return rangeFrom(0, QUANTITY_MAX, true);
  if ('state' in formula) return rangeFrom(0, QUANTITY_MAX, !ALWAYS_REPORTED.includes(formula.state));
  if ('answer' in formula) return rangeFrom(0, QUANTITY_MAX, true);
  return derivedRange(formula, rangeOf);
}

function derivedRange(
  formula: Exclude<
    Formula,
    | Of<'sum'>
    | Of<'ratio'>
    | Of<'daysWith'>
    | Of<'daily'>
    | Of<'distinct'>
    | Of<'percentile'>
    | Of<'violations'>
    | Of<'daysSince'>
    | Of<'state'>
    | Of<'answer'>
  >,
  rangeOf: (id: string) => Range,
): Range {
  if ('total' in formula) return totalRange(formula, rangeOf);
  if ('pickOf' in formula) return pickedRange(formula, rangeOf);
  if ('firstOf' in formula) return firstRange(formula.firstOf, rangeOf);
  if ('score' in formula) return scoreRange(formula, rangeOf);
  if ('marginal' in formula) {
    const { low, high, mayBe, mayMiss } = rangeOf(formula.marginal);
    return { low: marginal(low, formula.bands), high: marginal(high, formula.bands), mayBe, mayMiss };
  }
  if ('rank' in formula) return { ...rangeFrom(0, formula.cutsBps.at(-1)!, true) };
  if ('mean' in formula) {
    const { low, high, mayBe } = rangeOf(formula.mean);
    return { low: bounded(low * formula.times), high: bounded(high * formula.times), mayBe, mayMiss: true };
  }
  return { ...rangeOf(formula.held), mayMiss: true };
}

function ratioRange({ ratio, per, scale, shrink }: Of<'ratio'>, rangeOf: (id: string) => Range): Range {
  const [one] = ratio;
  const [whole] = per;
  const isPlain = ratio.length === 1 && per.length === 1 && one!.times > 0 && one!.times <= whole!.times;
  const mayBe = per.some(({ times }) => times > 0);
  let [low, high] = [0, QUANTITY_MAX];
  if (isPlain && (one!.fact === whole!.fact || PART_OF[one!.fact]?.includes(whole!.fact))) high = scale;
  else if (isPlain && one!.times === whole!.times && one!.fact === 'stars' && whole!.fact === 'reviews') {
    [low, high] = [scale, scale * STARS_MAX];
  }
  if (shrink === null) return { low, high, mayBe, mayMiss: true };
  const mean = rangeOf(shrink.towards);
  // Rounded once: what lies between two whole numbers stays between them.
  return {
    low: Math.min(low, mean.low),
    high: Math.max(high, mean.high),
    mayBe: mayBe && mean.mayBe,
    mayMiss: true,
  };
}

function totalRange(formula: Of<'total'>, rangeOf: (id: string) => Range): Range {
  let [low, high] = [formula.plus, formula.plus];
  let [mayBe, mayMiss] = [true, false];
  for (const { metric, per, times, rateBps } of formula.total) {
    const part = rangeOf(metric);
    const at = (value: number): number => {
      const whole = bounded(Math.floor(value / per) * times);
      return bounded(Math.floor((whole * rateBps) / BPS));
    };
    const ends = part.mayBe ? [at(part.low), at(part.high)] : [];
    if (formula.missingIsZero && part.mayMiss) ends.push(0);
    mayBe &&= ends.length > 0;
    mayMiss ||= part.mayMiss && !formula.missingIsZero;
    low = bounded(low + Math.min(...ends));
    high = bounded(high + Math.max(...ends));
  }
  if (!mayBe) return { low: 0, high: -1, mayBe, mayMiss: true };
  const [least, most] = [formula.atLeast ?? -QUANTITY_MAX, formula.atMost ?? QUANTITY_MAX];
  return { low: clamp(low, least, most), high: clamp(high, least, most), mayBe, mayMiss };
}

function pickedRange({ pickOf, pick }: Of<'pickOf'>, rangeOf: (id: string) => Range): Range {
  const parts = pickOf.map(rangeOf).filter(({ mayBe }) => mayBe);
  const sure = parts.filter(({ mayMiss }) => !mayMiss);
  const lows = parts.map(({ low }) => low);
  const highs = parts.map(({ high }) => high);
  const mayMiss = sure.length === 0;
  if (parts.length === 0) return { low: 0, high: -1, mayBe: false, mayMiss };
  return pick === 'least'
    ? rangeFrom(
        Math.min(...lows),
        mayMiss ? Math.max(...highs) : Math.min(...sure.map(({ high }) => high)),
        mayMiss,
      )
    : rangeFrom(
        mayMiss ? Math.min(...lows) : Math.max(...sure.map(({ low }) => low)),
        Math.max(...highs),
        mayMiss,
      );
}

function firstRange(choices: readonly (string | number)[], rangeOf: (id: string) => Range): Range {
  let [low, high, mayBe] = [QUANTITY_MAX, -QUANTITY_MAX, false];
  for (const choice of choices) {
    const range = typeof choice === 'number' ? rangeFrom(choice, choice, false) : rangeOf(choice);
    if (!range.mayBe) continue;
    mayBe = true;
    low = Math.min(low, range.low);
    high = Math.max(high, range.high);
    if (!range.mayMiss) return { low, high, mayBe, mayMiss: false };
  }
  return { low, high, mayBe, mayMiss: true };
}

function scoreRange({ score }: Of<'score'>, rangeOf: (id: string) => Range): Range {
  const { components, scale, minimumWeightBps, floors, deductions } = score;
  const parts = components
    .map((component) => ({ ...component, range: rangeOf(component.metric) }))
    .filter(({ range }) => range.mayBe)
    .map(({ range, ...component }) => {
      const ends = [componentBps(component, range.low), componentBps(component, range.high)];
      const { weightBps } = component;
      return { weightBps, mayMiss: range.mayMiss, low: Math.min(...ends), high: Math.max(...ends) };
    });
  const weightOf = (all: readonly { readonly weightBps: number }[]): number =>
    all.reduce((sum, { weightBps }) => sum + weightBps, 0);
  const sure = weightOf(parts.filter(({ mayMiss }) => !mayMiss));
  const inBps = (bps: number): number => mulDivFloor(bps, scale, BPS);
  const most = inBps(Math.ceil(meanAtMost(parts.map((part) => ({ ...part, bps: part.high })))));
  const least = inBps(Math.floor(-meanAtMost(parts.map((part) => ({ ...part, bps: -part.low })))));
  const raised = Math.max(most, ...floors.map(({ atLeast }) => atLeast));
  const added = deductions.reduce((sum, { points }) => sum + Math.max(0, -points), 0);
  const taken = deductions.reduce((sum, { points }) => sum + Math.max(0, points), 0);
  return {
    low: clamp(least - taken, 0, scale),
    high: clamp(raised + added, 0, scale),
    mayBe: parts.length > 0 && weightOf(parts) >= minimumWeightBps,
    mayMiss: sure < Math.max(1, minimumWeightBps),
  };
}

/** The largest weighted mean of parts, of which those that may be missing can be left out. */
function meanAtMost(
  parts: readonly { readonly weightBps: number; readonly mayMiss: boolean; readonly bps: number }[],
): number {
  let [weight, weighted] = [0, 0];
  for (const { weightBps, mayMiss, bps } of parts) {
    if (mayMiss) continue;
    weight += weightBps;
    weighted += weightBps * bps;
  }
  const others = parts.filter(({ mayMiss }) => mayMiss).sort((a, b) => b.bps - a.bps);
  for (const { weightBps, bps } of others) {
    if (weight > 0 && bps * weight <= weighted) break;
    weight += weightBps;
    weighted += weightBps * bps;
  }
  return weight === 0 ? 0 : weighted / weight;
}

function componentBps({ from, to }: ScoreComponent, value: number): number {
  return to > from
    ? mulDivFloor(clamp(value - from, 0, to - from), BPS, to - from)
    : mulDivFloor(clamp(from - value, 0, from - to), BPS, from - to);
}

function marginal(value: number, bands: Of<'marginal'>['bands']): number {
  let [from, sum] = [0, 0];
  for (const { upTo, rateBps } of bands) {
    const part = Math.max(0, Math.min(value, upTo ?? value) - from);
    sum = bounded(sum + Math.floor((part * rateBps) / BPS));
    from = upTo ?? value;
  }
  return sum;
}

function bounded(value: number): number {
  return clamp(value, -QUANTITY_MAX, QUANTITY_MAX);
}

/** Days that a window can have at most; those of a window that knows no bound are without end. */
export function daysAtMost(window: PlainWindow): number {
  if ('ever' in window) return QUANTITY_MAX;
  if ('days' in window) return window.days;
  if ('fromDay' in window) return window.toDay - window.fromDay + 1;
  return DAYS_AT_MOST[window.calendar] * window.count;
}

/** How far back a window looks from today, days; null where it is bound to dates, or has no bound. */
export function reachOf(window: Window): number | null {
  if ('firstOf' in window) return furthest(window.firstOf.map((each) => reachOf(each.window)));
  if ('weighted' in window) return furthest(window.weighted.map((each) => reachOf(each.window)));
  if ('days' in window) return window.days + window.lag;
  if ('calendar' in window) return DAYS_AT_MOST[window.calendar] * (window.back + window.count);
  return null;
}

function furthest(reaches: readonly (number | null)[]): number | null {
  const known = reaches.filter((reach) => reach !== null);
  return known.length === 0 ? null : Math.max(...known);
}
