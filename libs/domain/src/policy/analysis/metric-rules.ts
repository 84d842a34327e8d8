import { DAYS_KEPT } from '../../scoring/bucket.ts';
import type { Json } from '../../canonical.ts';
import type { Formula, Metric, Window } from '../formula.ts';
import { placedAtoms, placedConditions } from './placed.ts';
import { factsOf, sinceOf, windowOf } from './fact-history.ts';
import type { Inquiry } from './advice.ts';
import { daysAtMost, reachOf } from './metric-range.ts';
import { rangeFrom, type Range } from './range.ts';

export function adviseOnMetrics(inquiry: Inquiry): void {
  for (const metric of inquiry.bundle.metrics) {
    adviseOnFormula(inquiry, metric);
    adviseOnHistory(inquiry, metric);
    adviseOnBands(inquiry, metric);
    adviseOnGrain(inquiry, metric);
  }
  adviseOnSamples(inquiry);
}

function rangeIn({ world }: Inquiry, id: string): Range {
  return world.ranges.get(`metric:${id}`) ?? rangeFrom(0, -1, true);
}

function adviseOnFormula(inquiry: Inquiry, { id, formula }: Metric): void {
  const { advise } = inquiry;
  const at = `/metrics/${id}`;
  const tell = (rule: Parameters<Inquiry['advise']>[0], key: string, value: Json, says: string): void =>
    advise(rule, `${at}/${key}`, value, says);
  if (!rangeIn(inquiry, id).mayBe) advise('metric-never-assessed', at, id, `${id} never has a value`);
  if ('firstOf' in formula) {
    const sure = formula.firstOf.findIndex(
      (each) => typeof each === 'number' || !rangeIn(inquiry, each).mayMiss,
    );
    const idle = formula.firstOf[sure + 1];
    if (sure >= 0 && idle !== undefined) {
      const says = `${String(formula.firstOf[sure])} always has a value`;
      tell('choice-never-used', `firstOf/${sure + 1}`, idle, says);
    }
  }
  if (!('score' in formula)) return;
  const { components, floors, deductions, scale } = formula.score;
  const weight = components.reduce((sum, { weightBps }) => sum + weightBps, 0);
  if (weight !== 10_000) {
    tell('weights-not-full', 'score/components', weight, `the weights of ${id} add up to ${weight / 100}%`);
  }
  for (const [i, { metric, from, to }] of components.entries()) {
    const { low, high, mayBe } = rangeIn(inquiry, metric);
    if (!mayBe || (high > Math.min(from, to) && low < Math.max(from, to))) continue;
    const says = `${metric} lies between ${low} and ${high}, and the scale between ${from} and ${to}`;
    tell('component-constant', `score/components/${i}`, metric, says);
  }
  for (const [i, { atLeast }] of floors.entries()) {
    if (atLeast <= scale) continue;
    tell('score-bound', `score/floors/${i}/atLeast`, atLeast, `a full score of ${id} is ${scale}`);
  }
  for (const [i, { points }] of deductions.entries()) {
    if (points <= scale) continue;
    tell('score-bound', `score/deductions/${i}/points`, points, `a full score of ${id} is ${scale}`);
  }
}

function adviseOnHistory({ advise }: Inquiry, { id, formula }: Metric): void {
  const at = `/metrics/${id}`;
  const window = windowOf(formula);
  // Violations are kept one by one, for longer.
  if (window !== null && !('violations' in formula) && beyondHistory(window)) {
    const says = `the window of ${id} may reach further back than ${DAYS_KEPT} days`;
    advise('window-beyond-history', `${at}/window`, JSON.stringify(window), says);
  }
  const young = factsOf(formula).find((fact) => sinceOf(fact) > 1);
  if (young === undefined) return;
  const says = `${young} is counted since engine ${sinceOf(young)}`;
  advise('fact-since', at, young, says);
}

function beyondHistory(window: Window): boolean {
  if ('firstOf' in window) return window.firstOf.some((each) => beyondHistory(each.window));
  if ('weighted' in window) return window.weighted.some((each) => beyondHistory(each.window));
  if ('ever' in window) return false;
  return (reachOf(window) ?? daysAtMost(window)) > DAYS_KEPT;
}

function adviseOnBands(inquiry: Inquiry, { id, formula }: Metric): void {
  if (!('marginal' in formula)) return;
  const { advise } = inquiry;
  const { marginal, bands } = formula;
  const at = `/metrics/${id}/bands`;
  const { high } = rangeIn(inquiry, marginal);
  for (const [i, { rateBps }] of bands.entries()) {
    const before = bands[i - 1];
    if (before === undefined) continue;
    if (before.rateBps === rateBps) {
      advise('band-same-rate', `${at}/${i}`, rateBps, `the rate goes on as before, ${rateBps / 100}%`);
    }
    if (before.upTo !== null && high <= before.upTo) {
      advise('band-unreachable', `${at}/${i}`, before.upTo, `${marginal} is at most ${high}`);
    }
  }
  const last = bands.at(-1)!;
  if (last.upTo !== null && high > last.upTo) {
    const says = `nothing is reckoned on what ${marginal} is above ${last.upTo}`;
    advise('band-end', `${at}/${bands.length - 1}`, last.upTo, says);
  }
}

function adviseOnGrain(inquiry: Inquiry, { id, grain }: Metric): void {
  if (grain === null) return;
  const { advise, bundle } = inquiry;
  const sizes = bundle.programmes.flatMap(({ size }) =>
    'metric' in size && size.metric === id ? [size] : [],
  );
  if (sizes.length === 0) {
    advise('grain-unused', `/metrics/${id}/grain`, id, `no size follows ${id}`);
    return;
  }
  const { high } = rangeIn(inquiry, id);
  const sizesAt = (edge: number): string =>
    sizes
      .map(({ per, times, minimum, maximum }) => {
        const units = Math.min(Math.floor(edge / per) * times, maximum);
        return units < minimum ? 0 : units;
      })
      .join(' ');
  for (const [i, edge] of grain.edges.entries()) {
    const isIdle = i > 0 && (edge > high || sizesAt(edge) === sizesAt(grain.edges[i - 1]!));
    if (!isIdle) continue;
    const says =
      edge > high ? `${id} is at most ${high}` : `sizes are the same as from ${grain.edges[i - 1]} on`;
    advise('grain-edge-idle', `/metrics/${id}/grain/edges/${i}`, edge, says);
  }
}

/** Rates of a single case, where they decide something. */
function adviseOnSamples({ bundle, metrics, advise }: Inquiry): void {
  const told = new Set<string>();
  const lines = bundle.ladders.flatMap(({ id, by }) =>
    by === null ? [] : [{ field: `/ladders/${id}/by`, metric: by }],
  );
  const asked = placedConditions(bundle)
    .flatMap(placedAtoms)
    .flatMap(({ field, condition }) => ('op' in condition ? [{ field, metric: condition.metric }] : []));
  for (const { field, metric } of [...lines, ...asked]) {
    const formula = metrics.get(metric)?.formula;
    if (formula === undefined || !isOfOneCase(formula) || told.has(metric)) continue;
    told.add(metric);
    advise('small-sample', field, metric, `${metric} is assessed from a single case on`);
  }
}

function isOfOneCase(formula: Formula): boolean {
  return 'ratio' in formula && formula.minimumCount === 1 && formula.shrink === null;
}
