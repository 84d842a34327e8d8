import { BPS, clamp, mulDivClamped, QUANTITY_MAX } from '../number.ts';
import { statisticId, type Formula } from '../policy/formula.ts';
import type { Meter, MeterScope } from './metric.ts';
import { scoreMeterOf } from './score.ts';
import type { PlaceOf } from './verdict.ts';

// Metrics of other metrics, and of what the census says of the merchant's group.

type Of<Key extends string> = Extract<Formula, { readonly [K in Key]: unknown }>;
export type Derived =
  | Of<'total'>
  | Of<'pickOf'>
  | Of<'firstOf'>
  | Of<'score'>
  | Of<'marginal'>
  | Of<'rank'>
  | Of<'mean'>
  | Of<'held'>;

export function derivedMeterOf(id: string, formula: Derived, scope: MeterScope): Meter {
  const { placeOf } = scope;
  if ('total' in formula) return totalMeter(formula, placeOf);
  if ('pickOf' in formula) return pickMeter(formula, placeOf);
  if ('firstOf' in formula) {
    const choices = formula.firstOf.map((each) => (typeof each === 'string' ? { at: placeOf(each) } : each));
    return ({ values }) => {
      for (const choice of choices) {
        const value = typeof choice === 'number' ? choice : values[choice.at]!;
        if (value !== null) return value;
      }
      return null;
    };
  }
  if ('score' in formula) return scoreMeterOf(formula.score, scope);
  if ('marginal' in formula) {
    const at = placeOf(formula.marginal);
    return ({ values }) => (values[at] === null ? null : marginalOf(values[at]!, formula.bands));
  }
  if ('held' in formula) return ({ held }) => held[id]?.value ?? null;
  return 'mean' in formula ? meanMeter(formula, scope) : rankMeter(formula, scope);
}

function pickMeter({ pickOf, pick }: Of<'pickOf'>, placeOf: PlaceOf): Meter {
  const places = pickOf.map(placeOf);
  const isLeast = pick === 'least';
  return ({ values }) => {
    let found: number | null = null;
    for (const at of places) {
      const value = values[at]!;
      if (value !== null && (found === null || (isLeast ? value < found : value > found))) found = value;
    }
    return found;
  };
}

function meanMeter(formula: Of<'mean'>, { statistics }: MeterScope): Meter {
  const { times, membersMin } = formula;
  const id = statisticId(formula.mean, formula.by);
  const place = statistics.findIndex((each) => each.id === id);
  return (merchant) => {
    const found = merchant.statistics[place] ?? null;
    if (found === null || found.merchants < membersMin) return null;
    return mulDivClamped(found.mean, times, 1);
  };
}

/** The highest cut that it reached. A cut where nobody lies above is reached by nobody. */
function rankMeter(formula: Of<'rank'>, { placeOf, statistics }: MeterScope): Meter {
  const at = placeOf(formula.rank);
  const id = statisticId(formula.rank, formula.by);
  const place = statistics.findIndex((each) => each.id === id);
  const shares = statistics[place]!.cutsBps;
  const cuts = formula.cutsBps.map((share) => ({ share, line: shares.indexOf(share) }));
  return (merchant) => {
    const value = merchant.values[at]!;
    const found = merchant.statistics[place] ?? null;
    if (value === null || found === null) return null;
    let reached = 0;
    for (const { share, line } of cuts) {
      const cut = found.cuts[line] ?? null;
      if (cut !== null && value >= cut) reached = Math.max(reached, share);
    }
    return reached;
  };
}

/** What each band's rate makes of the part of the value within it. Each part is rounded down. */
export function marginalOf(value: number, bands: Of<'marginal'>['bands']): number {
  let from = 0;
  let sum = 0;
  for (const { upTo, rateBps } of bands) {
    const part = Math.max(0, Math.min(value, upTo ?? value) - from);
    sum = Math.min(sum + mulDivClamped(part, rateBps, BPS), QUANTITY_MAX);
    from = upTo ?? value;
  }
  return sum;
}

function totalMeter(formula: Of<'total'>, placeOf: PlaceOf): Meter {
  const { plus, atLeast, atMost, missingIsZero } = formula;
  const terms = formula.total.map((term) => ({ ...term, at: placeOf(term.metric) }));
  return ({ values }) => {
    let sum = plus;
    for (const { at, per, times, rateBps } of terms) {
      const value = values[at]!;
      if (value === null && !missingIsZero) return null;
      if (value === null) continue;
      const whole = mulDivClamped(Math.floor(value / per), times, 1);
      sum = clamp(sum + mulDivClamped(whole, rateBps, BPS), -QUANTITY_MAX, QUANTITY_MAX);
    }
    return clamp(sum, atLeast ?? -QUANTITY_MAX, atMost ?? QUANTITY_MAX);
  };
}
