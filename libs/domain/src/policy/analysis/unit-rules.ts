import { BPS } from '../../number.ts';
import type { Json } from '../../canonical.ts';
import type { Formula, Metric, MetricUnit } from '../formula.ts';
import type { Inquiry } from './advice.ts';
import { factsOf } from './fact-history.ts';
import { placedAtoms, placedConditions } from './placed.ts';

const STARS_MIN = 100;
const STARS_MAX = 500;
const BOUNDS: Readonly<Partial<Record<MetricUnit, readonly [number, number]>>> = {
  rate: [0, BPS],
  score: [0, BPS],
  stars: [0, STARS_MAX],
};
const SHARES: readonly MetricUnit[] = ['rate', 'score'];

export function adviseOnUnits(inquiry: Inquiry, source: unknown): void {
  for (const metric of inquiry.bundle.metrics) {
    adviseOnFormula(inquiry, metric);
    adviseOnParts(inquiry, metric);
  }
  adviseOnValues(inquiry);
  adviseOnComparisons(inquiry);
  if (source !== null) adviseOnPercentages(inquiry, source, '', null);
}

/** Values outside the scale of a unit, wherever something is compared with one. */
function adviseOnValues(inquiry: Inquiry): void {
  const { bundle } = inquiry;
  const check = (field: string, metric: string, value: number): void =>
    checkValue(inquiry, field, metric, value);
  for (const { field, condition } of placedConditions(bundle).flatMap(placedAtoms)) {
    if ('value' in condition) check(field, condition.metric, condition.value);
  }
  for (const { id, by, tiers } of bundle.ladders) {
    for (const tier of tiers) {
      for (const [key, line] of [
        ['enter', tier.enter],
        ['leave', tier.keep],
      ] as const) {
        if (by !== null && line !== null && 'value' in line) {
          check(`/ladders/${id}/tiers/${tier.id}/${key}`, by, line.value);
        }
      }
    }
  }
  for (const { id, formula } of bundle.metrics) {
    if (!('score' in formula)) continue;
    for (const [i, { metric, from, to }] of formula.score.components.entries()) {
      check(`/metrics/${id}/score/components/${i}/from`, metric, from);
      check(`/metrics/${id}/score/components/${i}/to`, metric, to);
    }
  }
  const { replies } = bundle.capacity;
  if (replies !== null) check('/capacity/replies/floor', replies.metric, replies.floor);
}

function checkValue({ metrics, advise }: Inquiry, field: string, metric: string, value: number): void {
  const found = metrics.get(metric);
  // Scores of another scale than basis points have their own.
  if (found === undefined || ('score' in found.formula && found.formula.score.scale !== BPS)) return;
  const bounds = BOUNDS[found.unit];
  if (bounds === undefined) {
    if (value < 0 && found.unit !== 'points' && !('total' in found.formula)) {
      advise('unit-value', field, value, `${metric} is ${found.unit}, which is never below 0`);
    }
    return;
  }
  const isStarsInWhole = found.unit === 'stars' && value > 0 && value < STARS_MIN;
  if (value >= bounds[0] && value <= bounds[1] && !isStarsInWhole) return;
  const says = isStarsInWhole
    ? `${metric} is hundredths of stars, from ${STARS_MIN} to ${STARS_MAX}`
    : `${metric} is ${found.unit}, from ${bounds[0]} to ${bounds[1]}`;
  advise('unit-value', field, value, says);
}

function adviseOnComparisons({ bundle, metrics, advise }: Inquiry): void {
  for (const { field, condition } of placedConditions(bundle).flatMap(placedAtoms)) {
    if (!('than' in condition)) continue;
    const [one, other] = [metrics.get(condition.metric)?.unit, metrics.get(condition.than)?.unit];
    if (one === other) continue;
    const says = `${condition.metric} is ${one}, and ${condition.than} is ${other}`;
    advise('unit-mixed', field, condition.than, says);
  }
}

/** What a metric is made of must be of its unit, unless it is converted. */
function adviseOnParts({ metrics, advise }: Inquiry, { id, unit, formula }: Metric): void {
  const at = `/metrics/${id}`;
  for (const part of alike(formula)) {
    const other = metrics.get(part)?.unit;
    if (other === undefined || other === unit || (SHARES.includes(other) && SHARES.includes(unit))) continue;
    advise('unit-mixed', at, part, `${id} is ${unit}, and ${part} is ${other}`);
  }
}

function alike(formula: Formula): readonly string[] {
  if ('ratio' in formula) return formula.shrink === null ? [] : [formula.shrink.towards];
  if ('pickOf' in formula) return formula.pickOf;
  if ('firstOf' in formula) return formula.firstOf.filter((each) => typeof each === 'string');
  if ('mean' in formula) return [formula.mean];
  if ('held' in formula) return [formula.held];
  if (!('total' in formula)) return [];
  return formula.total
    .filter(({ per, times, rateBps }) => per === 1 && Math.abs(times) === 1 && rateBps === BPS)
    .map(({ metric }) => metric);
}

function adviseOnFormula({ advise }: Inquiry, { id, unit, formula }: Metric): void {
  const says = misfit(formula, unit);
  if (says !== null) advise('unit-formula', `/metrics/${id}/unit`, unit, `${id}: ${says}`);
}

function misfit(formula: Formula, unit: MetricUnit): string | null {
  if ('ratio' in formula) {
    if (unit === 'rate' && formula.scale !== BPS) return `a rate has the scale ${BPS}`;
    if (unit === 'stars' && formula.scale !== STARS_MIN) return `stars have the scale ${STARS_MIN}`;
    return null;
  }
  if ('daysSince' in formula || 'daysWith' in formula) return unit === 'days' ? null : 'it counts days';
  if ('score' in formula) return ['score', 'points'].includes(unit) ? null : 'it is a score';
  if ('rank' in formula) return unit === 'rate' ? null : 'a rank is a share';
  if ('distinct' in formula) return unit === 'count' ? null : 'it counts buyers';
  if (!('sum' in formula)) return null;
  const isMoney = factsOf(formula).some((fact) => fact.endsWith('Minor'));
  if (isMoney && unit !== 'minor') return 'it adds up minor units of money';
  return !isMoney && unit === 'minor' ? 'it adds up no money' : null;
}

/** Percentages as they were written: once compiled they are numbers like others. */
function adviseOnPercentages(
  inquiry: Inquiry,
  source: unknown,
  field: string,
  compared: string | null,
): void {
  if (typeof source === 'string') {
    const unit = inquiry.metrics.get(compared ?? '')?.unit;
    if (unit === undefined || SHARES.includes(unit) || !source.endsWith('%')) return;
    inquiry.advise('unit-percentage', field, source, `${compared} is ${unit}`);
    return;
  }
  if (typeof source !== 'object' || source === null) return;
  const of = source as Readonly<Record<string, Json>>;
  const own = [of['metric'], of['by']].find((each) => typeof each === 'string') ?? null;
  for (const [key, value] of Object.entries(of)) {
    const id = Array.isArray(source) ? (value as { readonly id?: unknown } | null)?.id : undefined;
    const below = `${field}/${typeof id === 'string' ? id : key}`;
    const isLine = ['value', 'enter', 'leave', 'floor', 'from', 'to'].includes(key);
    const isWithin =
      ['tiers', 'lines'].includes(key) || Array.isArray(source) || (compared !== null && own === null);
    const isMinimum = key === 'atLeast' && !('of' in of) && !('when' in of);
    if (typeof value === 'string') {
      const isCompared = isLine || isMinimum || field.endsWith('/lines');
      if (isCompared) adviseOnPercentages(inquiry, value, below, own ?? compared);
    } else adviseOnPercentages(inquiry, value, below, isWithin ? (own ?? compared) : null);
  }
}
