import type { Programme } from '../bundle.ts';
import type { Inquiry } from './advice.ts';
import { demandsOf, demandsToGrant } from './fit.ts';
import { isPossible } from './possible.ts';

/** Sets of which a merchant has one at a time, and programmes that wait for each other's courses. */
export function adviseOnSets(inquiry: Inquiry): void {
  const { bundle, advise } = inquiry;
  for (const programme of bundle.programmes) {
    const { id, exclusive } = programme;
    if (exclusive === null) continue;
    const set = bundle.programmes.filter((each) => each.exclusive === exclusive);
    if (set.length === 1) {
      advise(
        'exclusive-alone',
        `/programmes/${id}/exclusive`,
        exclusive,
        `only ${id} is of the set ${exclusive}`,
      );
    }
    const first = set.slice(0, set.indexOf(programme)).find((each) => isWider(inquiry, each, programme));
    if (first === undefined) continue;
    const says = `whoever may have ${id} may have ${first.id}, which goes first`;
    advise('exclusive-shadowed', `/programmes/${id}/exclusive`, exclusive, says);
  }
  adviseOnCircles(inquiry);
}

/** Whether everybody who may have the later one may have the earlier one. */
function isWider({ world }: Inquiry, earlier: Programme, later: Programme): boolean {
  if (!('fixed' in earlier.size) || earlier.floor !== null) return false;
  if (!isPossible(world, demandsToGrant(later))) return false;
  const { who, need, revokeWhen, clawBackWhen } = earlier;
  const missed = [who, need].filter((each) => each !== null).map((each) => [each, 'not-true'] as const);
  const against = [revokeWhen, clawBackWhen].filter((each) => each !== null);
  const ways = [...missed, ...against.map((each) => [each, 'true'] as const)];
  return ways.every((way) => !isPossible(world, [...demandsToGrant(later), way]));
}

function adviseOnCircles(inquiry: Inquiry): void {
  const { bundle, advise } = inquiry;
  const waitsFor = new Map(bundle.programmes.map((each) => [each.id, coursesGivers(inquiry, each)]));
  for (const { id } of bundle.programmes) {
    const seen = new Set<string>();
    const next = [...waitsFor.get(id)!];
    for (let at = next.pop(); at !== undefined; at = next.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      next.push(...waitsFor.get(at)!);
    }
    if (!seen.has(id)) continue;
    const says = `${id} waits for a course of ${waitsFor.get(id)!.join(', ')}, which waits for ${id}`;
    advise('programme-circle', `/programmes/${id}/who`, id, says);
  }
}

/** Programmes whose course this one can't do without. */
function coursesGivers({ bundle, world }: Inquiry, programme: Programme): readonly string[] {
  return bundle.programmes.flatMap(({ id, benefit }) => {
    const course = 'service' in benefit ? benefit.service.course : undefined;
    if (course === undefined) return [];
    const isNeeded = !isPossible(world, [...demandsOf(programme), [{ id: '', training: course }, 'false']]);
    return isNeeded && isPossible(world, demandsOf(programme)) ? [id] : [];
  });
}
