import { marginOf } from '../policy/assess.ts';
import { partsOf, type Atom, type Condition, type Missing, type TierOrders } from '../policy/condition.ts';
import type { TierStanding } from '../outputs.ts';

// Verdicts of conditions as scoring watches them: only whether they changed counts, for each event, so here stands no
// margin and no text. `assess` in policy/assess.ts says the same with its reasons; a test holds the two to each other.

/** What atoms look at; metric values by place. */
export interface Watched {
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
  readonly values: readonly (number | null)[];
  readonly periods: readonly string[];
}

/** `t`rue, `f`alse, `n`ot assessed. */
export type VerdictLetter = 't' | 'f' | 'n';
export type Watch = (merchant: Watched) => VerdictLetter;
export type PlaceOf = (metric: string) => number;

/** The verdict of a whole condition. */
export function watchCondition(condition: Condition, placeOf: PlaceOf, tiers: TierOrders): Watch {
  const parts = partsOf(condition);
  if (parts === null) return watchOf(condition as Atom, placeOf, tiers);
  const watches = parts.map((part) => watchCondition(part, placeOf, tiers));
  if ('not' in condition) return (merchant) => NEGATED[watches[0]!(merchant)];
  const wanted = 'all' in condition ? watches.length : 'of' in condition ? condition.atLeast : 1;
  return (merchant) => {
    let isTrue = 0;
    let isFalse = 0;
    for (const watch of watches) {
      const verdict = watch(merchant);
      if (verdict === 't') isTrue += 1;
      else if (verdict === 'f') isFalse += 1;
    }
    if (isTrue >= wanted) return 't';
    return watches.length - isFalse < wanted ? 'f' : 'n';
  };
}

const NEGATED: Readonly<Record<VerdictLetter, VerdictLetter>> = { t: 'f', f: 't', n: 'n' };

export function watchOf(atom: Atom, placeOf: PlaceOf, tiers: TierOrders): Watch {
  if ('metric' in atom) return watchMetric(atom, placeOf);
  if ('tierAtLeast' in atom) {
    const { ladder, missing } = atom;
    const order = tiers.get(ladder) ?? [];
    const wanted = order.indexOf(atom.tierAtLeast);
    return ({ ladders }) => {
      const tier = ladders[ladder]?.tier ?? null;
      return tier === null ? letterOfMissing(missing) : letter(order.indexOf(tier) >= wanted);
    };
  }
  if ('warned' in atom) {
    const { ladder, warned } = atom;
    return ({ ladders }) => letter((ladders[ladder]?.isWarned ?? false) === warned);
  }
  if ('flag' in atom) {
    const { flag, is } = atom;
    if (flag === 'known') return ({ isKnown }) => letter(isKnown === is);
    if (flag === 'closed') return ({ isClosed }) => letter(isClosed === is);
    return ({ isSearchBlocked }) => letter(isSearchBlocked === is);
  }
  if ('isNot' in atom) return ({ survey }) => letter(survey[atom.survey] !== atom.isNot);
  if ('survey' in atom) {
    return ({ survey }) => {
      const answer = survey[atom.survey];
      return answer === undefined ? 'n' : letter(answer === atom.is);
    };
  }
  if ('category' in atom) return ({ category }) => among(atom.category, category);
  if ('country' in atom) return ({ country }) => among(atom.country, country);
  return watchListed(atom);
}

type Of<Key extends string> = Extract<Atom, { readonly [K in Key]: unknown }>;
type Listed = Exclude<
  Atom,
  Of<'metric'> | Of<'ladder'> | Of<'flag'> | Of<'survey'> | Of<'category'> | Of<'country'>
>;

function watchListed(atom: Listed): Watch {
  if ('training' in atom) return ({ trainings }) => letter(trainings.includes(atom.training));
  if ('enrolled' in atom) return ({ enrolled }) => letter(enrolled.includes(atom.enrolled));
  if ('exam' in atom) return ({ exams }) => letter(exams.includes(atom.exam));
  if ('certification' in atom) {
    return ({ certifications }) => letter(certifications.includes(atom.certification));
  }
  if ('tool' in atom) return ({ tools }) => letter(tools.includes(atom.tool));
  if ('violation' in atom) return ({ violations }) => letter(violations.includes(atom.violation));
  return ({ periods }) => letter(periods.includes(atom.during));
}

function watchMetric(atom: Of<'metric'>, placeOf: PlaceOf): Watch {
  const at = placeOf(atom.metric);
  if ('assessed' in atom) return ({ values }) => letter((values[at]! !== null) === atom.assessed);
  const { op } = atom;
  const missing = letterOfMissing(atom.missing);
  if ('value' in atom) {
    const line = atom.value;
    return ({ values }) => {
      const value = values[at]!;
      return value === null ? missing : letter(marginOf(op, value - line) >= 0);
    };
  }
  const other = placeOf(atom.than);
  const { times } = atom;
  return ({ values }) => {
    const value = values[at]!;
    const line = values[other]!;
    if (value === null || line === null) return missing;
    return letter(marginOf(op, value - Math.min(line * times, Number.MAX_SAFE_INTEGER)) >= 0);
  };
}

function among(wanted: readonly string[], value: string | null): VerdictLetter {
  return value === null ? 'n' : letter(wanted.includes(value));
}

function letterOfMissing(missing: Missing): VerdictLetter {
  return missing === null ? 'n' : letter(missing === 'holds');
}

function letter(isTrue: boolean): VerdictLetter {
  return isTrue ? 't' : 'f';
}
