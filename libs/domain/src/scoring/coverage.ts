import type { Bundle } from '../policy/bundle.ts';
import type { Formula, PlainWindow, Window } from '../policy/formula.ts';
import { DAYS_KEPT } from './bucket.ts';
import { FACT, FACT_SINCE, type FactId } from './fact.ts';
import { spanOf, type Span } from './span.ts';

// A window that reaches where nothing is known is not assessed: neither what was forgotten nor what was not counted yet
// may pass for nothing. Rolling and calendar windows that reach too far back are refused when a policy is compiled.

/** By number of an engine: the first local day on which the workspace had all that this engine counted first. */
export type FactsSince = Readonly<Record<number, number>>;

interface Needed {
  readonly span: Span;
  /** Fixed days are forgotten one after the other. */
  readonly isFixed: boolean;
  /** The engine that counted the fact first. */
  readonly engine: number;
}

/** What the windows of a metric need. */
export type Coverage = readonly Needed[];

export function coverageOf(formula: Formula): Coverage {
  if ('distinct' in formula || 'violations' in formula || !('window' in formula)) return [];
  const facts = factsOf(formula);
  return plainWindows(formula.window).flatMap((window) =>
    [...new Set(facts.map((fact) => FACT_SINCE[FACT[fact]]!))].map((engine) => ({
      span: spanOf(window),
      isFixed: 'fromDay' in window,
      engine,
    })),
  );
}

/** Whether the metric could ever lack something in this workspace. */
export function canLack(coverage: Coverage, since: FactsSince): boolean {
  return coverage.some(({ isFixed, engine }) => isFixed || since[engine] !== undefined);
}

export function isCovered(coverage: Coverage, since: FactsSince, today: number): boolean {
  for (const { span, isFixed, engine } of coverage) {
    const from = span.from(today);
    if (isFixed && from <= today - DAYS_KEPT) return false;
    if (from < (since[engine] ?? -Infinity)) return false;
  }
  return true;
}

/** The next local day on which the answer may change. */
export function nextCoverageDay(coverage: Coverage, since: FactsSince, today: number): number {
  let next = Infinity;
  for (const { span, isFixed, engine } of coverage) {
    const forgotten = isFixed ? span.from(today) + DAYS_KEPT : Infinity;
    const counted = since[engine] === undefined ? Infinity : span.leaves(since[engine] - 1);
    for (const day of [forgotten, counted]) if (day > today && day < next) next = day;
  }
  return next;
}

function factsOf(
  formula: Extract<Bundle['metrics'][number]['formula'], { window: unknown }>,
): readonly FactId[] {
  if ('sum' in formula) return [...formula.sum.map(({ fact }) => fact), ...choosers(formula.window)];
  if ('ratio' in formula) {
    return [...[...formula.ratio, ...formula.per].map(({ fact }) => fact), ...choosers(formula.window)];
  }
  if ('daysWith' in formula) return [formula.daysWith];
  if ('daily' in formula) return [formula.daily];
  // Those of replies came together.
  return 'percentile' in formula ? ['repliesIn1m', ...choosers(formula.window)] : [];
}

function choosers(window: Window): readonly FactId[] {
  return 'by' in window ? [window.by] : [];
}

function plainWindows(window: Window): readonly PlainWindow[] {
  if ('weighted' in window) return window.weighted.map((each) => each.window);
  return 'firstOf' in window ? window.firstOf.map((each) => each.window) : [window];
}
