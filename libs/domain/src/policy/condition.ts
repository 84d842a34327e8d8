import type { Json } from '../canonical.ts';
import type { ConditionEvidence, Verdict } from '../outputs.ts';

// Conditions are structure, never expression strings, so that verdicts, margins, recourse and static analysis come
// from one tree. A third value, "not assessed", runs through all of it by Kleene's rules.

export type Comparison = '>=' | '>' | '<=' | '<' | '=' | '!=';

/** An atomic condition. `id` is unique in its bundle. */
export type Atom =
  | { readonly id: string; readonly metric: string; readonly op: Comparison; readonly value: number }
  | { readonly id: string; readonly tierAtLeast: string }
  | { readonly id: string; readonly training: string }
  | { readonly id: string; readonly tool: string }
  /** Of this class, recorded and not cleared. */
  | { readonly id: string; readonly violation: string }
  | { readonly id: string; readonly survey: string; readonly isNot: string }
  | { readonly id: string; readonly survey: string; readonly is: string }
  | { readonly id: string; readonly flag: 'known' | 'closed'; readonly is: boolean };

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Atom;

/** What conditions look at: the merchant as a capability record describes it. */
export interface MerchantView {
  readonly isKnown: boolean;
  readonly isClosed: boolean;
  readonly tier: string | null;
  readonly trainings: readonly string[];
  readonly tools: readonly string[];
  readonly violations: readonly string[];
  readonly survey: { readonly [question: string]: string };
  readonly metrics: { readonly [metric: string]: number | null };
}

/** Ids of the ladder's tiers, lowest first. */
export type TierOrder = readonly string[];

export function evaluate(condition: Condition, view: MerchantView, tiers: TierOrder): Verdict {
  if ('all' in condition) return allOf(condition.all.map((each) => evaluate(each, view, tiers)));
  if ('any' in condition)
    return negate(allOf(condition.any.map((each) => negate(evaluate(each, view, tiers)))));
  if ('not' in condition) return negate(evaluate(condition.not, view, tiers));
  return verdictOn(condition, view, tiers);
}

/** The verdict of `assess` without its evidence, for whoever only asks whether. */
function verdictOn(atom: Atom, view: MerchantView, tiers: TierOrder): Verdict {
  if ('metric' in atom) {
    const value = view.metrics[atom.metric] ?? null;
    return value === null ? 'not-assessed' : verdictOf(compareTo(atom.op, value - atom.value)[0]);
  }
  if ('tierAtLeast' in atom) {
    if (view.tier === null) return 'not-assessed';
    return verdictOf(tiers.indexOf(view.tier) >= tiers.indexOf(atom.tierAtLeast));
  }
  return assess(atom, view, tiers).verdict;
}

/** The atoms of a tree, left to right. */
export function atomsOf(condition: Condition): readonly Atom[] {
  if ('all' in condition) return condition.all.flatMap(atomsOf);
  if ('any' in condition) return condition.any.flatMap(atomsOf);
  if ('not' in condition) return atomsOf(condition.not);
  return [condition];
}

/**
 * The atoms that explain why the tree is not true: those whose change alone or together would make it so. Empty when
 * it is true. Under a `not` the roles of true and false change places.
 */
export function failingAtoms(condition: Condition, view: MerchantView, tiers: TierOrder): readonly string[] {
  return blame(condition, view, tiers, 'true');
}

function blame(
  condition: Condition,
  view: MerchantView,
  tiers: TierOrder,
  wanted: Verdict,
): readonly string[] {
  if (evaluate(condition, view, tiers) === wanted) return [];
  if ('not' in condition) return blame(condition.not, view, tiers, negate(wanted));
  if ('all' in condition) return condition.all.flatMap((each) => blame(each, view, tiers, wanted));
  if ('any' in condition) return condition.any.flatMap((each) => blame(each, view, tiers, wanted));
  return [condition.id];
}

export type Assessment = Omit<ConditionEvidence, 'asOf'>;

/** One atom with its value, line and margin. */
export function assess(atom: Atom, view: MerchantView, tiers: TierOrder): Assessment {
  if ('metric' in atom) return assessMetric(atom, view.metrics[atom.metric] ?? null);
  if ('tierAtLeast' in atom) {
    const wanted = tiers.indexOf(atom.tierAtLeast);
    if (view.tier === null)
      return evidence(atom.id, 'tier', '>=', atom.tierAtLeast, null, null, 'not-assessed');
    const margin = tiers.indexOf(view.tier) - wanted;
    return evidence(atom.id, 'tier', '>=', atom.tierAtLeast, view.tier, margin, verdictOf(margin >= 0));
  }
  if ('training' in atom) {
    const isDone = view.trainings.includes(atom.training);
    return evidence(atom.id, `training:${atom.training}`, 'completed', true, isDone, null, verdictOf(isDone));
  }
  if ('tool' in atom) {
    const isUsed = view.tools.includes(atom.tool);
    return evidence(atom.id, `tool:${atom.tool}`, 'adopted', true, isUsed, null, verdictOf(isUsed));
  }
  if ('violation' in atom) {
    const stands = view.violations.includes(atom.violation);
    return evidence(atom.id, `violation:${atom.violation}`, 'stands', true, stands, null, verdictOf(stands));
  }
  if ('flag' in atom) {
    const value = atom.flag === 'known' ? view.isKnown : view.isClosed;
    return evidence(atom.id, `flag:${atom.flag}`, '=', atom.is, value, null, verdictOf(value === atom.is));
  }
  return assessSurvey(atom, view.survey[atom.survey] ?? null);
}

function assessMetric(atom: Extract<Atom, { metric: string }>, value: number | null): Assessment {
  const what = `metric:${atom.metric}`;
  if (value === null) return evidence(atom.id, what, atom.op, atom.value, null, null, 'not-assessed');
  const difference = value - atom.value;
  const [isTrue, margin] = compareTo(atom.op, difference);
  return evidence(atom.id, what, atom.op, atom.value, value, margin, verdictOf(isTrue));
}

/** Truth and margin: how far on the right side; a strict bound needs one unit more than an inclusive one. */
function compareTo(op: Comparison, difference: number): [boolean, number] {
  switch (op) {
    case '>=':
      return [difference >= 0, difference];
    case '>':
      return [difference > 0, difference - 1];
    case '<=':
      return [difference <= 0, 0 - difference];
    case '<':
      return [difference < 0, 0 - difference - 1];
    case '=':
      return [difference === 0, difference === 0 ? 0 : -Math.abs(difference)];
    case '!=':
      return [difference !== 0, difference === 0 ? -1 : Math.abs(difference) - 1];
  }
}

/** A question that was not answered is not assessed for `is`, and is no objection for `isNot`. */
function assessSurvey(atom: Extract<Atom, { survey: string }>, answer: string | null): Assessment {
  const what = `survey:${atom.survey}`;
  if ('isNot' in atom) {
    return evidence(atom.id, what, '!=', atom.isNot, answer, null, verdictOf(answer !== atom.isNot));
  }
  const verdict = answer === null ? 'not-assessed' : verdictOf(answer === atom.is);
  return evidence(atom.id, what, '=', atom.is, answer, null, verdict);
}

function evidence(
  id: string,
  what: string,
  op: string,
  line: Json,
  value: Json,
  margin: number | null,
  verdict: Verdict,
): Assessment {
  return { id, line, margin, op, value, verdict, what };
}

function verdictOf(isTrue: boolean): Verdict {
  return isTrue ? 'true' : 'false';
}

function allOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('false')) return 'false';
  return verdicts.includes('not-assessed') ? 'not-assessed' : 'true';
}

function negate(verdict: Verdict): Verdict {
  return verdict === 'true' ? 'false' : verdict === 'false' ? 'true' : verdict;
}
