import type { Bundle, Programme } from '../bundle.ts';
import type { Atom, Condition } from '../condition.ts';
import type { Metric } from '../formula.ts';
import type { Ladder } from '../ladder.ts';

/** A condition with its place in the source. */
export interface Placed<T> {
  readonly field: string;
  readonly condition: T;
}

/** Every condition of a bundle that was written as one; lines on a metric are not among them. */
export function placedConditions({ metrics, ladders, programmes }: Bundle): readonly Placed<Condition>[] {
  return [
    ...metrics.flatMap(conditionsOfMetric),
    ...ladders.flatMap(placedInLadder),
    ...programmes.flatMap(placedInProgramme),
  ];
}

function conditionsOfMetric({ id, formula }: Metric): readonly Placed<Condition>[] {
  if (!('score' in formula)) return [];
  const { floors, deductions } = formula.score;
  const at = `/metrics/${id}/score`;
  return [
    ...floors.map(({ when }, i) => ({ field: `${at}/floors/${i}/when`, condition: when })),
    ...deductions.map(({ when }, i) => ({ field: `${at}/deductions/${i}/when`, condition: when })),
  ];
}

function placedInLadder(ladder: Ladder): readonly Placed<Condition>[] {
  const at = `/ladders/${ladder.id}`;
  const found: Placed<Condition>[] = [];
  const add = (field: string, condition: Condition | null): void => {
    if (condition !== null) found.push({ field, condition });
  };
  add(`${at}/minimum`, ladder.assessed);
  for (const { id, enter, keep } of ladder.tiers) {
    if (ladder.by !== null) continue;
    add(`${at}/tiers/${id}/when`, enter);
    if (JSON.stringify(keep) !== JSON.stringify(enter)) add(`${at}/tiers/${id}/keep`, keep);
  }
  for (const [i, { when }] of ladder.vetoes.entries()) add(`${at}/vetoes/${i}/when`, when);
  return found;
}

export function placedInProgramme(programme: Programme): readonly Placed<Condition>[] {
  const at = `/programmes/${programme.id}`;
  const { who, need, revokeWhen, clawBackWhen, stages, renew } = programme;
  const all: (readonly [string, Condition | null])[] = [
    ['who', who],
    ['need', need],
    ['revokeWhen', revokeWhen],
    ['clawBackWhen', clawBackWhen],
    ...stages.map(({ id, when }) => [`stages/${id}/when`, when] as const),
    ['renew/when', renew?.when ?? null],
  ];
  return all.flatMap(([key, condition]) =>
    condition === null ? [] : [{ field: `${at}/${key}`, condition }],
  );
}

/** Every atom below, with its own place. */
export function placedAtoms({ field, condition }: Placed<Condition>): readonly Placed<Atom>[] {
  const below = (key: string, parts: readonly Condition[]): readonly Placed<Atom>[] =>
    parts.flatMap((part, i) => placedAtoms({ field: `${field}/${key}/${i}`, condition: part }));
  if ('all' in condition) return below('all', condition.all);
  if ('any' in condition) return below('any', condition.any);
  if ('of' in condition) return below('of', condition.of);
  if ('not' in condition) return placedAtoms({ field: `${field}/not`, condition: condition.not });
  if (!('waiveIf' in condition)) return [{ field, condition }];
  return [
    ...placedAtoms({ field, condition: condition.condition }),
    ...placedAtoms({ field: `${field}/waiveIf`, condition: condition.waiveIf }),
  ];
}

export function placedWaivers(placed: Placed<Condition>): readonly Placed<Condition>[] {
  const { field, condition } = placed;
  const below = (key: string, parts: readonly Condition[]): readonly Placed<Condition>[] =>
    parts.flatMap((part, i) => placedWaivers({ field: `${field}/${key}/${i}`, condition: part }));
  if ('all' in condition) return below('all', condition.all);
  if ('any' in condition) return below('any', condition.any);
  if ('of' in condition) return below('of', condition.of);
  if ('not' in condition) return placedWaivers({ field: `${field}/not`, condition: condition.not });
  if (!('waiveIf' in condition)) return [];
  const waiver = { field: `${field}/waiveIf`, condition: condition.waiveIf };
  return [waiver, ...placedWaivers(waiver), ...placedWaivers({ field, condition: condition.condition })];
}
