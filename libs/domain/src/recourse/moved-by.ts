import type { Bundle } from '../policy/bundle.ts';
import { atomsOf, type Atom } from '../policy/condition.ts';
import { HISTOGRAMS, type FactSum, type Formula, type Window } from '../policy/formula.ts';
import { conditionsOfLadder } from '../policy/ladder.ts';
import { readBy } from '../policy/order.ts';

/** The facts, states and instants that a condition depends on, by way of metrics of metrics and of ladders. */
export function movedBy(atom: Atom, bundle: Bundle): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visitMetric = (id: string): void => {
    const metric = bundle.metrics.find((each) => each.id === id);
    if (metric === undefined || seen.has(id)) return;
    seen.add(id);
    for (const each of readOf(metric.formula)) found.add(each);
    for (const read of readBy(metric)) visitMetric(read);
  };
  const visit = (each: Atom): void => {
    if ('metric' in each) visitMetric(each.metric);
    if ('than' in each) visitMetric(each.than);
    if (!('ladder' in each) || seen.has(`ladder ${each.ladder}`)) return;
    seen.add(`ladder ${each.ladder}`);
    const ladder = bundle.ladders.find(({ id }) => id === each.ladder);
    if (ladder !== undefined) conditionsOfLadder(ladder).flatMap(atomsOf).forEach(visit);
  };
  visit(atom);
  return found;
}

function readOf(formula: Formula): readonly string[] {
  if ('sum' in formula) return [...factsOf(formula.sum), ...chosenBy(formula.window)];
  if ('ratio' in formula) {
    return [...factsOf(formula.ratio), ...factsOf(formula.per), ...chosenBy(formula.window)];
  }
  if ('daysWith' in formula) return [formula.daysWith];
  if ('daily' in formula) return [formula.daily];
  // Another buyer comes with another order.
  if ('distinct' in formula) return formula.distinct === 'buyers' ? ['ordersPaid'] : [];
  if ('percentile' in formula) {
    const { within, of } = HISTOGRAMS[formula.percentile];
    return [...within, of, ...chosenBy(formula.window)];
  }
  if ('daysSince' in formula) return [formula.daysSince];
  return 'state' in formula ? [formula.state] : [];
}

function factsOf(sum: FactSum): readonly string[] {
  return sum.map(({ fact }) => fact);
}

function chosenBy(window: Window): readonly string[] {
  return 'firstOf' in window ? [window.by] : [];
}
