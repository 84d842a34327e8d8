import type { ConditionEvidence, TierStanding, Verdict } from '../outputs.ts';
import { verdictOn } from './assess.ts';

// Conditions are structure, never expression strings, so that verdicts, margins, recourse and static analysis come
// from one tree. A third value, "not assessed", runs through all of it by Kleene's rules.

export type Comparison = '>=' | '>' | '<=' | '<' | '=' | '!=';

/** What stands for a value that is not assessed; null: the third value goes on. */
export type Missing = 'holds' | 'fails' | null;

/** An atomic condition. `id` is unique in its bundle. */
export type Atom =
  | {
      readonly id: string;
      readonly metric: string;
      readonly op: Comparison;
      readonly value: number;
      readonly missing: Missing;
    }
  /** Against so many times another metric. */
  | {
      readonly id: string;
      readonly metric: string;
      readonly op: Comparison;
      readonly than: string;
      readonly times: number;
      readonly missing: Missing;
    }
  | { readonly id: string; readonly metric: string; readonly assessed: boolean }
  | { readonly id: string; readonly tierAtLeast: string; readonly ladder: string; readonly missing: Missing }
  /** The published tier is held, and its own enter line is not met. */
  | { readonly id: string; readonly warned: boolean; readonly ladder: string }
  | { readonly id: string; readonly training: string }
  | { readonly id: string; readonly enrolled: string }
  | { readonly id: string; readonly exam: string }
  | { readonly id: string; readonly certification: string }
  | { readonly id: string; readonly tool: string }
  /** Of this class, recorded and not cleared. */
  | { readonly id: string; readonly violation: string }
  | { readonly id: string; readonly survey: string; readonly isNot: string }
  | { readonly id: string; readonly survey: string; readonly is: string }
  | { readonly id: string; readonly flag: Flag; readonly is: boolean }
  /** One of these. */
  | { readonly id: string; readonly category: readonly string[] }
  | { readonly id: string; readonly country: readonly string[] }
  /** Log time lies in this period of the bundle's calendars. */
  | { readonly id: string; readonly during: string };

export const FLAGS = ['known', 'closed', 'searchBlocked'] as const;
export type Flag = (typeof FLAGS)[number];

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  /** So many of them. */
  | { readonly atLeast: number; readonly of: readonly Condition[] }
  | { readonly not: Condition }
  /** Holds as well where the waiver does, which is never blamed. */
  | { readonly waiveIf: Condition; readonly condition: Condition }
  | Atom;

/** What conditions look at: the merchant as a capability record describes it. */
export interface MerchantView {
  readonly isKnown: boolean;
  readonly isClosed: boolean;
  readonly isSearchBlocked: boolean;
  readonly category: string | null;
  readonly country: string | null;
  readonly ladders: { readonly [ladder: string]: TierStanding };
  readonly trainings: readonly string[];
  readonly enrolled: readonly string[];
  readonly exams: readonly string[];
  readonly certifications: readonly string[];
  readonly tools: readonly string[];
  readonly violations: readonly string[];
  readonly survey: { readonly [question: string]: string };
  readonly metrics: { readonly [metric: string]: number | null };
  /** Periods of the bundle's calendars that log time lies in. */
  readonly periods: readonly string[];
}

/** Ids of the tiers of each ladder, lowest first. */
export type TierOrders = ReadonlyMap<string, readonly string[]>;

export type Assessment = Omit<ConditionEvidence, 'asOf'>;

export function evaluate(condition: Condition, view: MerchantView, tiers: TierOrders): Verdict {
  if ('all' in condition) return allOf(condition.all, view, tiers);
  if ('any' in condition) return anyOf(condition.any, view, tiers);
  if ('of' in condition) return atLeastOf(condition.atLeast, condition.of, view, tiers);
  if ('not' in condition) return negate(evaluate(condition.not, view, tiers));
  if ('waiveIf' in condition) {
    const verdict = evaluate(condition.condition, view, tiers);
    return verdict === 'true' ? verdict : either(verdict, evaluate(condition.waiveIf, view, tiers));
  }
  return verdictOn(condition, view, tiers);
}

/** The parts of a condition that is not an atom; a waiver comes last. */
export function partsOf(condition: Condition): readonly Condition[] | null {
  if ('all' in condition) return condition.all;
  if ('any' in condition) return condition.any;
  if ('of' in condition) return condition.of;
  if ('not' in condition) return [condition.not];
  return 'waiveIf' in condition ? [condition.condition, condition.waiveIf] : null;
}

const atomsKnown = new WeakMap<Condition, readonly Atom[]>();

/** The atoms of a tree, left to right. */
export function atomsOf(condition: Condition): readonly Atom[] {
  let atoms = atomsKnown.get(condition);
  if (atoms === undefined) {
    const parts = partsOf(condition);
    atoms = parts === null ? [condition as Atom] : parts.flatMap(atomsOf);
    atomsKnown.set(condition, atoms);
  }
  return atoms;
}

/**
 * The atoms that explain why the tree is not true: those whose change alone or together would make it so. Empty when
 * it is true, and only then. Under a `not` the roles of true and false change places: there a waiver that holds is what
 * stands in the way.
 */
export function failingAtoms(condition: Condition, view: MerchantView, tiers: TierOrders): readonly string[] {
  return blame(condition, view, tiers, 'true');
}

function blame(
  condition: Condition,
  view: MerchantView,
  tiers: TierOrders,
  wanted: Verdict,
): readonly string[] {
  if (evaluate(condition, view, tiers) === wanted) return [];
  if ('not' in condition) return blame(condition.not, view, tiers, negate(wanted));
  if ('waiveIf' in condition && wanted === 'true') return blame(condition.condition, view, tiers, wanted);
  const parts = partsOf(condition);
  if (parts === null) return [(condition as Atom).id];
  return parts.flatMap((each) => blame(each, view, tiers, wanted));
}

function allOf(parts: readonly Condition[], view: MerchantView, tiers: TierOrders): Verdict {
  let all: Verdict = 'true';
  for (const part of parts) {
    const verdict = evaluate(part, view, tiers);
    if (verdict === 'false') return 'false';
    if (verdict === 'not-assessed') all = 'not-assessed';
  }
  return all;
}

function anyOf(parts: readonly Condition[], view: MerchantView, tiers: TierOrders): Verdict {
  let any: Verdict = 'false';
  for (const part of parts) {
    any = either(any, evaluate(part, view, tiers));
    if (any === 'true') return any;
  }
  return any;
}

function either(one: Verdict, other: Verdict): Verdict {
  if (one === 'true' || other === 'true') return 'true';
  return one === 'false' ? other : one;
}

/** False once so many can no longer be true, whatever those say that are not assessed. */
function atLeastOf(
  wanted: number,
  parts: readonly Condition[],
  view: MerchantView,
  tiers: TierOrders,
): Verdict {
  const counts = { true: 0, false: 0, 'not-assessed': 0 };
  for (const part of parts) counts[evaluate(part, view, tiers)] += 1;
  if (counts.true >= wanted) return 'true';
  return parts.length - counts.false < wanted ? 'false' : 'not-assessed';
}

export function negate(verdict: Verdict): Verdict {
  return verdict === 'true' ? 'false' : verdict === 'false' ? 'true' : verdict;
}
