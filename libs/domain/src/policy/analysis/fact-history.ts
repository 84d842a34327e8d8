import { FACT_PLACE, FACT_SINCE, type FactId } from '../../scoring/fact.ts';
import { HISTOGRAMS, type Formula, type Window } from '../formula.ts';

// What a formula counts, and since when that has been counted.

/** The facts that a formula reads by itself. */
export function factsOf(formula: Formula): readonly FactId[] {
  if ('sum' in formula) return [...formula.sum.map(({ fact }) => fact), ...chosenBy(formula.window)];
  if ('ratio' in formula) {
    const facts = [...formula.ratio, ...formula.per].map(({ fact }) => fact);
    return [...facts, ...chosenBy(formula.window)];
  }
  if ('daysWith' in formula) return [formula.daysWith];
  if ('daily' in formula) return [formula.daily];
  if (!('percentile' in formula)) return [];
  const { within, of } = HISTOGRAMS[formula.percentile];
  return [...within, of, ...chosenBy(formula.window)];
}

function chosenBy(window: Window): readonly FactId[] {
  return 'firstOf' in window ? [window.by] : [];
}

/** The engine that counted a fact first. */
export function sinceOf(fact: FactId): number {
  return FACT_SINCE[FACT_PLACE.get(fact)!]!;
}

/** Whether it reads a fact that a workspace may be older than. */
export function isYoung(formula: Formula): boolean {
  return factsOf(formula).some((fact) => sinceOf(fact) > 1);
}

/** The windows that a formula adds up over. */
export function windowOf(formula: Formula): Window | null {
  return 'window' in formula ? formula.window : null;
}
