import { BPS, QUANTITY_MAX } from '../number.ts';
import { HISTOGRAMS, statisticId, type Formula } from '../policy/formula.ts';
import { tierOrders, type Bundle } from '../policy/bundle.ts';
import { DAYS_KEPT } from '../scoring/bucket.ts';
import { groupOf } from '../census/group.ts';
import type { Moment } from '../scoring/evaluate.ts';
import type { FactId } from '../scoring/fact.ts';
import type { MerchantRow } from '../scoring/merchant-row.ts';
import { isDefective } from '../scoring/marked-orders.ts';
import { openOrdersAt } from '../scoring/open-orders.ts';
import { spanOf } from '../scoring/span.ts';
import { watchCondition, type Watched } from '../scoring/verdict.ts';
import { DAY_MS } from '../time.ts';
import { amounts, floored, isKnownThrough, limited, sum } from './plain-window.ts';

// What metrics mean, in the plainest way: every value from the merchant's days and lists, day by day, with numbers of
// any size, and nothing kept. Scoring keeps totals and works out only what changed; tests hold it to this.

export type PlainMoment = Pick<Moment, 'nowMs' | 'today' | 'factsSince' | 'statistic'>;

/** Values by place of the metric. */
export function plainValues(bundle: Bundle, row: MerchantRow, moment: PlainMoment): (number | null)[] {
  const values: (number | null)[] = [];
  const tiers = tierOrders(bundle);
  const placeOf = (id: string): number => bundle.metrics.findIndex((metric) => metric.id === id);
  const of = (id: string): number | null => values[placeOf(id)]!;
  for (const { id, formula } of bundle.metrics) {
    const plain: Plain = {
      row,
      moment,
      of,
      held: () => row.held[id]?.value ?? null,
      isTrue: (condition) => watchCondition(condition, placeOf, tiers)(plainWatched(row, values, [])) === 't',
      statistic(metric, by) {
        const group = groupOf(by, row);
        const named = statisticId(metric, by);
        const found = group === null ? null : moment.statistic(named, group);
        return found === null ? null : { ...found, ...bundle.statistics.find((each) => each.id === named)! };
      },
    };
    values.push(isKnownThrough(formula, moment) ? measured(formula, plain) : null);
  }
  return values;
}

/** What conditions look at, from a row; ladders aside. */
export function plainWatched(
  row: MerchantRow,
  values: readonly (number | null)[],
  periods: readonly string[],
): Watched {
  const isKnown = row.instants.registered !== null;
  return { ...row, isKnown, values, ladders: {}, periods };
}

interface Plain {
  readonly row: MerchantRow;
  readonly moment: PlainMoment;
  of(metric: string): number | null;
  held(): number | null;
  isTrue(condition: Parameters<typeof watchCondition>[0]): boolean;
  statistic(
    metric: string,
    by: 'category' | 'country' | 'all',
  ): { merchants: number; mean: number; cuts: readonly (number | null)[]; cutsBps: readonly number[] } | null;
}

function measured(formula: Formula, plain: Plain): number | null {
  const { row, moment } = plain;
  if ('sum' in formula) return limited(sum(plain, formula.sum, formula.window));
  if ('ratio' in formula) return ratio(formula, plain);
  if ('daysWith' in formula) {
    return amounts(plain, formula.daysWith, formula.window).filter((amount) => amount >= formula.atLeast)
      .length;
  }
  if ('daily' in formula) return daily(formula, amounts(plain, formula.daily, formula.window));
  if ('distinct' in formula) return Math.min(formula.atMost, distinct(formula, plain));
  if ('percentile' in formula) return percentile(formula, plain);
  if ('violations' in formula) return violations(formula, plain);
  if ('daysSince' in formula) {
    const isDeposit = formula.daysSince === 'depositDue';
    const since = formula.daysSince === 'depositDue' ? row.depositDueByMs : row.instants[formula.daysSince];
    if (since === null || (isDeposit && since > moment.nowMs)) return null;
    return Math.max(0, Math.floor((moment.nowMs - since) / DAY_MS));
  }
  if ('state' in formula) {
    const { open, overdue } = openOrdersAt({ perDay: row.open.perDay, sums: null }, moment.today);
    const due = row.depositDueMinor ?? 0;
    const states = { ...row, openOrders: open, overdueOrders: overdue, depositDueMinor: due };
    const value = states[formula.state];
    return value === null ? null : Math.min(value, QUANTITY_MAX);
  }
  if ('answer' in formula) {
    const said = row.survey[formula.answer];
    return said !== undefined && said !== '' && said.replaceAll(/[0-9]/g, '') === '' ? Number(said) : null;
  }
  return derived(formula, plain);
}

type Of<Key extends string> = Extract<Formula, { readonly [K in Key]: unknown }>;
type Derived =
  | Of<'total'>
  | Of<'pickOf'>
  | Of<'firstOf'>
  | Of<'score'>
  | Of<'marginal'>
  | Of<'rank'>
  | Of<'mean'>
  | Of<'held'>;

function derived(formula: Derived, plain: Plain): number | null {
  const { of } = plain;
  if ('total' in formula) return total(formula, plain);
  if ('pickOf' in formula) {
    const known = formula.pickOf.map(of).filter((value) => value !== null);
    if (known.length === 0) return null;
    return formula.pick === 'least' ? Math.min(...known) : Math.max(...known);
  }
  if ('firstOf' in formula) {
    return (
      formula.firstOf
        .map((each) => (typeof each === 'number' ? each : of(each)))
        .find((each) => each !== null) ?? null
    );
  }
  if ('score' in formula) return score(formula, plain);
  if ('marginal' in formula) return marginal(formula, of(formula.marginal));
  if ('held' in formula) return plain.held();
  if ('mean' in formula) {
    const found = plain.statistic(formula.mean, formula.by);
    if (found === null || found.merchants < formula.membersMin) return null;
    return limited(BigInt(found.mean) * BigInt(formula.times));
  }
  const value = of(formula.rank);
  const found = plain.statistic(formula.rank, formula.by);
  if (value === null || found === null) return null;
  const lineOf = (share: number): number => found.cuts[found.cutsBps.indexOf(share)] ?? Infinity;
  return Math.max(0, ...formula.cutsBps.filter((share) => value >= lineOf(share)));
}

function ratio(formula: Of<'ratio'>, plain: Plain): number | null {
  const of = sum(plain, formula.ratio, formula.window);
  const per = sum(plain, formula.per, formula.window);
  const mean = formula.shrink === null ? 0 : plain.of(formula.shrink.towards);
  if (per < BigInt(formula.minimumCount) || mean === null) return null;
  const as = BigInt(formula.shrink?.as ?? 0);
  const above = of * BigInt(formula.scale) + BigInt(mean) * as;
  const below = per + as;
  if (formula.round === 'down') return limited(floored(above, below));
  if (formula.round === 'up') return limited(floored(above + below - 1n, below));
  return limited(floored(above * 2n + below, below * 2n));
}

function daily({ pick }: Of<'daily'>, found: readonly number[]): number | null {
  if (found.length === 0) return null;
  return pick === 'latest' ? found.at(-1)! : pick === 'largest' ? Math.max(...found) : Math.min(...found);
}

function distinct({ distinct: of, window }: Of<'distinct'>, { row, moment }: Plain): number {
  const span = spanOf(window);
  if (of === 'buyers') {
    return [...row.buyers.days.values()].filter((day) => day >= span.from(moment.today)).length;
  }
  const from = Math.max(span.from(moment.today), moment.today - DAYS_KEPT + 1);
  const meant = [...row.markedOrders.values()].filter(
    (order) => isDefective(order) && order.day >= from && order.day <= span.to(moment.today),
  );
  return new Set(meant.map(({ buyer }) => buyer)).size;
}

function percentile(formula: Of<'percentile'>, plain: Plain): number | null {
  const { edges, within, of } = HISTOGRAMS[formula.percentile];
  const counted = (fact: FactId): bigint => sum(plain, [{ fact, times: 1 }], formula.window);
  const count = counted(of);
  if (count < BigInt(formula.minimumCount) || count === 0n) return null;
  const found = edges.find((_, at) => counted(within[at]!) * BigInt(BPS) >= count * BigInt(formula.atBps));
  return found ?? edges.at(-1)! + 1;
}

function violations(formula: Of<'violations'>, { row, moment }: Plain): number {
  const span = spanOf(formula.window);
  const points = row.breaches
    .filter(({ day }) => day >= span.from(moment.today) && day <= span.to(moment.today))
    .filter((each) => formula.of === null || formula.of.includes(each.class))
    .filter(({ severity }) => formula.severity === null || formula.severity.includes(severity!))
    .map((each) => each.points);
  if (formula.violations === 'count') return points.length;
  if (formula.violations === 'largest') return Math.min(QUANTITY_MAX, Math.max(0, ...points));
  return limited(points.reduce((all, each) => all + BigInt(each), 0n));
}

function total(
  { total: terms, plus, atLeast, atMost, missingIsZero }: Of<'total'>,
  { of }: Plain,
): number | null {
  let all = plus;
  for (const { metric, per, times, rateBps } of terms) {
    const value = of(metric);
    if (value === null && !missingIsZero) return null;
    const whole = BigInt(limited(floored(BigInt(value ?? 0), BigInt(per)) * BigInt(times)));
    all = limited(BigInt(all) + BigInt(limited(floored(whole * BigInt(rateBps), BigInt(BPS)))));
  }
  return Math.min(Math.max(all, atLeast ?? -QUANTITY_MAX), atMost ?? QUANTITY_MAX);
}

function marginal({ bands }: Of<'marginal'>, value: number | null): number | null {
  if (value === null) return null;
  let [from, all] = [0, 0];
  for (const { upTo, rateBps } of bands) {
    const part = Math.max(0, Math.min(value, upTo ?? value) - from);
    all = limited(BigInt(all) + floored(BigInt(part) * BigInt(rateBps), BigInt(BPS)));
    from = upTo ?? value;
  }
  return all;
}

function score(
  { score: { components, minimumWeightBps, scale, floors, deductions } }: Of<'score'>,
  plain: Plain,
): number | null {
  const known = components.filter(({ metric }) => plain.of(metric) !== null);
  const weight = known.reduce((all, each) => all + each.weightBps, 0);
  if (weight === 0 || weight < minimumWeightBps) return null;
  let weighted = 0n;
  for (const { metric, from, to, weightBps } of known) {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const value = Math.min(Math.max(plain.of(metric)!, low), high);
    const above = BigInt(to > from ? value - from : from - value) * BigInt(BPS);
    weighted += BigInt(weightBps) * floored(above, BigInt(high - low));
  }
  let value = Number(floored(weighted * BigInt(scale), BigInt(weight * BPS)));
  for (const { when, atLeast } of floors) if (plain.isTrue(when)) value = Math.max(value, atLeast);
  for (const { when, points } of deductions) if (plain.isTrue(when)) value -= points;
  return floors.length + deductions.length === 0 ? value : Math.min(Math.max(value, 0), scale);
}
