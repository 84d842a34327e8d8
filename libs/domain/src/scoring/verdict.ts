import type { Atom, Comparison, TierOrder } from '../policy/condition.ts';

// Verdicts of atomic conditions as scoring watches them: only whether they changed counts, for each event, so here
// stands no margin and no text. `assess` in policy/condition.ts says the same with its reasons; a test holds the two
// to each other.

/** What atoms look at; metric values by place. */
export interface Watched {
  readonly tier: string | null;
  readonly isKnown: boolean;
  readonly isClosed: boolean;
  readonly trainings: readonly string[];
  readonly tools: readonly string[];
  readonly violations: readonly string[];
  readonly survey: { readonly [question: string]: string };
  readonly values: readonly (number | null)[];
}

/** `t`rue, `f`alse, `n`ot assessed. */
export type VerdictLetter = 't' | 'f' | 'n';
export type Watch = (merchant: Watched) => VerdictLetter;

export function watchOf(atom: Atom, placeOf: (metric: string) => number, tiers: TierOrder): Watch {
  if ('metric' in atom) return watchMetric(placeOf(atom.metric), atom.op, atom.value);
  if ('tierAtLeast' in atom) {
    const wanted = tiers.indexOf(atom.tierAtLeast);
    return ({ tier }) => (tier === null ? 'n' : letter(tiers.indexOf(tier) >= wanted));
  }
  if ('training' in atom) return ({ trainings }) => letter(trainings.includes(atom.training));
  if ('tool' in atom) return ({ tools }) => letter(tools.includes(atom.tool));
  if ('violation' in atom) return ({ violations }) => letter(violations.includes(atom.violation));
  if ('flag' in atom) {
    return ({ isKnown, isClosed }) => letter((atom.flag === 'known' ? isKnown : isClosed) === atom.is);
  }
  if ('isNot' in atom) return ({ survey }) => letter(survey[atom.survey] !== atom.isNot);
  return ({ survey }) => {
    const answer = survey[atom.survey];
    return answer === undefined ? 'n' : letter(answer === atom.is);
  };
}

function watchMetric(at: number, op: Comparison, line: number): Watch {
  const holds = comparisonOf(op);
  return ({ values }) => {
    const value = values[at]!;
    return value === null ? 'n' : letter(holds(value, line));
  };
}

function comparisonOf(op: Comparison): (value: number, line: number) => boolean {
  switch (op) {
    case '>=':
      return (value, line) => value >= line;
    case '>':
      return (value, line) => value > line;
    case '<=':
      return (value, line) => value <= line;
    case '<':
      return (value, line) => value < line;
    case '=':
      return (value, line) => value === line;
    case '!=':
      return (value, line) => value !== line;
  }
}

function letter(isTrue: boolean): VerdictLetter {
  return isTrue ? 't' : 'f';
}
