import type { Json } from '../canonical.ts';
import type { Verdict } from '../outputs.ts';
import type { Assessment, Atom, Comparison, MerchantView, Missing, TierOrders } from './condition.ts';

// One atom with its value, line and margin: what a decision keeps as evidence.

/** The verdict without its evidence, for whoever only asks whether: most conditions compare a metric with a number. */
export function verdictOn(atom: Atom, view: MerchantView, tiers: TierOrders): Verdict {
  if (!('value' in atom)) return assess(atom, view, tiers).verdict;
  const value = view.metrics[atom.metric] ?? null;
  return value === null
    ? verdictOnMissing(atom.missing)
    : verdictOf(marginOf(atom.op, value - atom.value) >= 0);
}

type Of<Key extends string> = Extract<Atom, { readonly [K in Key]: unknown }>;

export function assess(atom: Atom, view: MerchantView, tiers: TierOrders): Assessment {
  if ('metric' in atom) return assessMetric(atom, view);
  if ('tierAtLeast' in atom) return assessTier(atom, view, tiers);
  if ('warned' in atom) {
    const isWarned = view.ladders[atom.ladder]?.isWarned ?? false;
    return fact(atom.id, `warned:${atom.ladder}`, '=', atom.warned, isWarned, isWarned === atom.warned);
  }
  if ('flag' in atom) {
    const value = { known: view.isKnown, closed: view.isClosed, searchBlocked: view.isSearchBlocked }[
      atom.flag
    ];
    return fact(atom.id, `flag:${atom.flag}`, '=', atom.is, value, value === atom.is);
  }
  if ('survey' in atom) return assessSurvey(atom, view.survey[atom.survey] ?? null);
  if ('category' in atom) return assessPlace(atom.id, 'category', atom.category, view.category);
  if ('country' in atom) return assessPlace(atom.id, 'country', atom.country, view.country);
  return assessListed(atom, view);
}

type Listed = Exclude<
  Atom,
  Of<'metric'> | Of<'ladder'> | Of<'flag'> | Of<'survey'> | Of<'category'> | Of<'country'>
>;

/** Whether something stands in one of the merchant's lists. */
function assessListed(atom: Listed, view: MerchantView): Assessment {
  const [kind, id, list, op] = listedOf(atom, view);
  const isListed = list.includes(id);
  return fact(atom.id, `${kind}:${id}`, op, true, isListed, isListed);
}

function listedOf(atom: Listed, view: MerchantView): readonly [string, string, readonly string[], string] {
  if ('training' in atom) return ['training', atom.training, view.trainings, 'completed'];
  if ('enrolled' in atom) return ['enrolled', atom.enrolled, view.enrolled, 'enrolled'];
  if ('exam' in atom) return ['exam', atom.exam, view.exams, 'passed'];
  if ('certification' in atom) return ['certification', atom.certification, view.certifications, 'held'];
  if ('tool' in atom) return ['tool', atom.tool, view.tools, 'adopted'];
  if ('violation' in atom) return ['violation', atom.violation, view.violations, 'stands'];
  return ['during', atom.during, view.periods, 'within'];
}

function assessMetric(atom: Of<'metric'>, { metrics }: MerchantView): Assessment {
  const what = `metric:${atom.metric}`;
  const value = metrics[atom.metric] ?? null;
  if ('assessed' in atom) {
    return fact(atom.id, what, 'assessed', atom.assessed, value, (value !== null) === atom.assessed);
  }
  const line = 'value' in atom ? atom.value : lineOf(metrics[atom.than] ?? null, atom.times);
  if (value === null || line === null) {
    return evidence(atom.id, what, atom.op, line, value, null, verdictOnMissing(atom.missing));
  }
  const margin = marginOf(atom.op, value - line);
  return evidence(atom.id, what, atom.op, line, value, margin, verdictOf(margin >= 0));
}

function lineOf(value: number | null, times: number): number | null {
  return value === null ? null : Math.min(value * times, Number.MAX_SAFE_INTEGER);
}

function assessTier(atom: Of<'tierAtLeast'>, { ladders }: MerchantView, tiers: TierOrders): Assessment {
  const order = tiers.get(atom.ladder) ?? [];
  const tier = ladders[atom.ladder]?.tier ?? null;
  const what = `tier:${atom.ladder}`;
  if (tier === null) {
    return evidence(atom.id, what, '>=', atom.tierAtLeast, null, null, verdictOnMissing(atom.missing));
  }
  const margin = order.indexOf(tier) - order.indexOf(atom.tierAtLeast);
  return evidence(atom.id, what, '>=', atom.tierAtLeast, tier, margin, verdictOf(margin >= 0));
}

/** A question that was not answered is not assessed for `is`, and is no objection for `isNot`. */
function assessSurvey(atom: Of<'survey'>, answer: string | null): Assessment {
  const what = `survey:${atom.survey}`;
  if ('isNot' in atom) return fact(atom.id, what, '!=', atom.isNot, answer, answer !== atom.isNot);
  const verdict = answer === null ? 'not-assessed' : verdictOf(answer === atom.is);
  return evidence(atom.id, what, '=', atom.is, answer, null, verdict);
}

/** Not assessed where it isn't known. */
function assessPlace(id: string, what: string, wanted: readonly string[], value: string | null): Assessment {
  const verdict = value === null ? 'not-assessed' : verdictOf(wanted.includes(value));
  return evidence(id, what, 'in', wanted, value, null, verdict);
}

/** How far on the right side, below 0 on the wrong one; a strict bound needs one unit more than an inclusive one. */
export function marginOf(op: Comparison, difference: number): number {
  switch (op) {
    case '>=':
      return difference;
    case '>':
      return difference - 1;
    case '<=':
      return 0 - difference;
    case '<':
      return 0 - difference - 1;
    case '=':
      return difference === 0 ? 0 : -Math.abs(difference);
    case '!=':
      return difference === 0 ? -1 : Math.abs(difference) - 1;
  }
}

function fact(id: string, what: string, op: string, line: Json, value: Json, isTrue: boolean): Assessment {
  return evidence(id, what, op, line, value, null, verdictOf(isTrue));
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

export function verdictOnMissing(missing: Missing): Verdict {
  return missing === null ? 'not-assessed' : verdictOf(missing === 'holds');
}

function verdictOf(isTrue: boolean): Verdict {
  return isTrue ? 'true' : 'false';
}
