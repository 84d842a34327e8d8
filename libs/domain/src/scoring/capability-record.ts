import { byCodeUnit, canonicalJson, canonicalNumber, type Json } from '../canonical.ts';
import type { Cause, MerchantCapability, TierStanding } from '../outputs.ts';
import type { Gauge } from './gauge.ts';
import type { LiveBundle } from './live-bundle.ts';
import type { MerchantRow, Said } from './merchant-row.ts';

/**
 * Why a record is due, from what was said before to what is to be said now; empty when nothing is. Only what was
 * worked out at this look is compared, because this is asked for every event and nearly always answered with nothing.
 */
export function changesSince(said: Said, row: MerchantRow, live: LiveBundle, gauge: Gauge): string[] {
  const why: string[] = [];
  for (const { at } of gauge.flips) why.push(`verdict:${live.atoms[at]!.id}`);
  for (const at of gauge.stepped) {
    const { id } = live.ladders[at]!.ladder;
    const { tier, isWarned, projected } = gauge.ladders[id]!;
    const before = said.ladders[id];
    if (before?.tier !== tier || before.isWarned !== isWarned) why.push(`tier:${id}`);
    else if (before.projected !== projected) why.push(`projected:${id}`);
  }
  if (said.grain !== row.grain) why.push('grain:headroom');
  if (gauge.isGrainMoved) {
    for (const { id } of live.graded) if (said.grains[id] !== row.grains[id]) why.push(`grain:${id}`);
  }
  if (said.isKnown !== gauge.isKnown) why.push('flag:known');
  if (said.isClosed !== gauge.isClosed) why.push('flag:closed');
  if (said.entityId !== row.entityId) why.push('flag:entity');
  if (said.category !== row.category) why.push('flag:category');
  if (said.country !== row.country) why.push('flag:country');
  if (!isSameList(said.violations, row.violations)) why.push('flag:violations');
  return why;
}

/** Nearly always the very same list, or, after a restart, two empty ones. */
function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((each, at) => each === other[at]));
}

/** `isAnew`: said by another bundle, or never. */
export function saidOf(row: MerchantRow, live: LiveBundle, gauge: Gauge, isAnew: boolean): Said {
  const { isKnown, isClosed, ladders } = gauge;
  const { grain, grains, entityId, category, country, violations, said } = row;
  return {
    verdicts:
      isAnew || said === null
        ? live.watches.map((watch) => watch(gauge)).join('')
        : flipped(said.verdicts, gauge.flips),
    ladders: { ...ladders },
    grain,
    grains: { ...grains },
    isKnown,
    isClosed,
    entityId,
    category,
    country,
    violations,
  };
}

function flipped(verdicts: string, flips: Gauge['flips']): string {
  let all = '';
  let from = 0;
  for (const { at, letter } of flips) {
    all += verdicts.slice(from, at) + letter;
    from = at + 1;
  }
  return all + verdicts.slice(from);
}

/** A `MerchantCapability` as canonical JSON, members in order of their names. */
export function capabilityText(
  row: MerchantRow,
  { bundle, hash, metricsInOrder, gradedInOrder, ladders, laddersInOrder }: LiveBundle,
  gauge: Gauge,
  position: string,
  cause: Cause,
  why: readonly string[],
): string {
  // The largest member by far, and its names are the same every time.
  let metrics = '';
  for (const { name, at } of metricsInOrder) {
    const value = gauge.values[at]!;
    metrics += `${metrics === '' ? '' : ','}${name}:${value === null ? 'null' : canonicalNumber(value)}`;
  }
  const grains: { [metric: string]: number } = {};
  for (const { id, grain } of gradedInOrder) grains[id] = grain.edges[row.grains[id]!]!;
  const standings: { [ladder: string]: TierStanding } = {};
  for (const id of laddersInOrder) standings[id] = gauge.ladders[id]!;
  const main = ladders.find(({ ladder }) => ladder.id === bundle.mainLadder);
  const standing = main === undefined ? null : gauge.ladders[main.ladder.id]!;
  const before: Pick<MerchantCapability, Before> = {
    bundle: hash,
    category: row.category,
    cause,
    certifications: inOrder(row.certifications),
    country: row.country,
    enrolled: inOrder(row.enrolled),
    entityId: row.entityId,
    exams: inOrder(row.exams),
    grains,
    headroom: bundle.capacity.edges[row.grain!]!,
    headroomExact: gauge.headroomExact,
    isClosed: gauge.isClosed,
    isKnown: gauge.isKnown,
    isSearchBlocked: gauge.isSearchBlocked,
    ladders: standings,
  };
  const after: Omit<MerchantCapability, Before | 'metrics'> = {
    orders: { open: gauge.orders.open, overdue: gauge.orders.overdue },
    periods: gauge.periods,
    position,
    projectedTier: standing?.projected ?? null,
    score: main === undefined || main.byAt === null ? null : gauge.values[main.byAt]!,
    survey: row.survey,
    tier: standing?.tier ?? null,
    tools: inOrder(row.tools),
    trainings: inOrder(row.trainings),
    violations: inOrder(row.violations),
    why,
  };
  const [start, end] = [before, after].map((members) =>
    canonicalJson(members as unknown as Json).slice(1, -1),
  );
  return `{${start},"metrics":{${metrics}},${end}}`;
}

type Before =
  | 'bundle'
  | 'category'
  | 'cause'
  | 'certifications'
  | 'country'
  | 'enrolled'
  | 'entityId'
  | 'exams'
  | 'grains'
  | 'headroom'
  | 'headroomExact'
  | 'isClosed'
  | 'isKnown'
  | 'isSearchBlocked'
  | 'ladders';

function inOrder(ids: readonly string[]): readonly string[] {
  return ids.length < 2 ? ids : [...ids].sort(byCodeUnit);
}
