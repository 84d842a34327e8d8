import { leastSize, type Programme } from '../policy/bundle.ts';
import type { Allocation } from './allocation.ts';
import type { ApplicantRow, Standing } from './applicant-row.ts';
import { leftFor, rivalOf } from './eligibility.ts';
import { lineUpOf, NOWHERE } from './line-up.ts';
import { floorDueAt, isServed } from './next-instant.ts';

// Who is withheld from something mostly stays so, and to see that costs far less than to decide it again.

/** Marks the standing of who was offered a training. */
export const OFFER = 'offer:';
const RIVAL = 'exclusive:';

/**
 * Whether an applicant is withheld for reasons that stand, given that nothing changed which its programme reads, no
 * verdict and no grain. What else can change a reason is time, rivals, other grants and what settles; where money has
 * a say, it is always decided again.
 */
export function isAtRest(
  allocation: Allocation,
  row: ApplicantRow,
  programme: Programme,
  standing: Standing,
): boolean {
  const { nowMs } = allocation.root;
  const { grant, wait, offer, withheld } = standing;
  if (withheld === '' || grant !== null || wait !== null) return false;
  if (offer !== null && nowMs >= offer.untilMs) return false;
  const { floor } = programme;
  if (withheld === 'served') return floor !== null && isServed(row, floor);
  if (withheld === 'floor-not-due')
    return floor !== null && !isServed(row, floor) && nowMs < floorDueAt(row, floor, standing);
  if (withheld.startsWith(RIVAL)) return withheld === `${RIVAL}${rivalOf(allocation, row, programme)}`;
  // An offer is made where nothing but the course is lacking.
  if (withheld.startsWith(OFFER)) return rivalOf(allocation, row, programme) === null;
  if (nowMs >= standing.coolDownUntilMs && withheld.includes('cool-down')) return false;
  return !withheld.includes('merchant-cap') || leftFor(programme, standing) < leastSize(programme);
}

/** Of these places in the live bundle, those without a grant for which that doesn't hold. */
export function restlessAmong(
  allocation: Allocation,
  row: ApplicantRow,
  places: readonly number[],
): readonly number[] {
  const { programmes } = allocation.bundle!;
  const { live } = lineUpOf(allocation, row);
  const restless = places.filter((at) => {
    const standing = live[at]!;
    return standing.grant === null && !isAtRest(allocation, row, programmes[at]!, standing);
  });
  return restless.length === 0 ? NOWHERE : restless;
}
