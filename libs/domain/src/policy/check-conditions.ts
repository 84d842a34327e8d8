import type { Bundle, Programme } from './bundle.ts';
import { checkKnown } from './check-names.ts';
import { atomsOf, type Condition } from './condition.ts';
import type { Reader } from './reader.ts';

/** Conditions name metrics and tiers of the bundle, and their ids, the reasons of decisions, are unique in it. */
export function checkConditions({ metrics, ladder, programmes }: Bundle, list: Reader): void {
  const metricIds = metrics.map(({ id }) => id);
  const tierIds = ladder.tiers.map(({ id }) => id);
  /** Where an id stands first. */
  const places = new Map<string, string>();
  for (const [at, condition] of programmes.flatMap((each, i) => conditionsAt(each, list.at(i)))) {
    for (const atom of atomsOf(condition)) {
      if ('metric' in atom) checkKnown(at, 'metric', atom.metric, metricIds);
      if ('tierAtLeast' in atom) checkKnown(at, 'tier', atom.tierAtLeast, tierIds);
      const first = places.get(atom.id);
      if (first === undefined) places.set(atom.id, at.field);
      else if (atom.id !== '') at.fail(`has a condition ${atom.id}, and ${first} has one of that id already`);
    }
  }
}

/** Every condition of a programme with where it was read. */
function conditionsAt(programme: Programme, at: Reader): readonly (readonly [Reader, Condition])[] {
  const { who, need, revokeWhen, clawBackWhen, stages, renew } = programme;
  const all: (readonly [Reader, Condition | null])[] = [
    [at.at('who'), who],
    [at.at('need'), need],
    [at.at('revokeWhen'), revokeWhen],
    [at.at('clawBackWhen'), clawBackWhen],
    ...stages.map(({ when }, i) => [at.at('stages').at(i).at('when'), when] as const),
    [at.at('renew').at('when'), renew?.when ?? null],
  ];
  return all.flatMap(([place, condition]) => (condition === null ? [] : [[place, condition] as const]));
}
