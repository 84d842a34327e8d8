import { byCodeUnit } from '../canonical.ts';
import type { Cause, MerchantCapability, OrdersOpen } from '../outputs.ts';
import { DAY_MS, startOfLocalDay } from '../time.ts';
import type { ZoneTransition } from '../controls.ts';
import { grainOf } from './capacity.ts';
import type { LiveBundle } from './live-bundle.ts';
import type { MerchantRow, Said } from './merchant-row.ts';
import { openOrdersAt } from './open-orders.ts';
import { scoreOf, stepTier } from './tier.ts';
import type { Watched } from './verdict.ts';
import { nextChangeDay, totalsOf } from './window.ts';

export interface Moment {
  readonly nowMs: number;
  readonly today: number;
  readonly zone: readonly ZoneTransition[];
  readonly canFall: boolean;
}

/** What a look at a merchant found. */
export interface Evaluation extends Watched {
  /** Tier that the score alone would give today. */
  readonly projectedTier: string | null;
  readonly scoreBps: number | null;
  readonly headroomExact: number;
  readonly orders: OrdersOpen;
  readonly dueMs: number | null;
  readonly isHeld: boolean;
}

/** Looks at a merchant as of now: metrics, score, tier, headroom. Moves its tier and grain. */
export function evaluateMerchant(row: MerchantRow, live: LiveBundle, moment: Moment): Evaluation {
  const { bundle } = live;
  const { nowMs, today } = moment;
  const { buckets, registeredAtMs, stockUnits } = row;
  const totals = (row.totals = totalsOf(buckets, row.totals, live.plan, today));
  const orders = openOrdersAt(row.open, today);
  const now = {
    sums: totals.sums,
    nowMs,
    registeredAtMs,
    openOrders: orders.open,
    overdueOrders: orders.overdue,
    stockUnits,
  };
  const values: (number | null)[] = [];
  for (const meter of live.meters) values.push(meter(now));
  const volume = values[live.minimumAt]!;
  const hasVolume = volume !== null && volume >= bundle.ladder.minimum.count;
  const scoreBps = hasVolume ? scoreOf(live.components, bundle.score.minimumWeightBps, values) : null;
  const step = stepTier(bundle.ladder, row.tier, scoreBps, nowMs, moment.canFall);
  row.tier = step.next;
  const headroomExact = live.headroom({
    sums: totals.sums,
    today: buckets.days[totals.counted - 1] === today ? buckets.amounts[totals.counted - 1]! : null,
    declaredPerDay: row.declaredPerDay,
    stockUnits,
    overdueOrders: orders.overdue,
    replies: live.repliesAt === null ? null : values[live.repliesAt]!,
  });
  row.grain = grainOf(bundle.capacity, headroomExact, row.grain);
  return {
    tier: row.tier.tier,
    isKnown: registeredAtMs !== null,
    isClosed: row.isClosed,
    trainings: row.trainings,
    tools: row.tools,
    violations: row.violations,
    survey: row.survey,
    values,
    projectedTier: step.projected,
    scoreBps,
    headroomExact,
    orders,
    dueMs: nextDue(row, live, moment, orders.nextOverdueDay, step.waitsUntilMs),
    isHeld: step.isHeld,
  };
}

/**
 * Why a record is due, from what was said before to what is to be said now; empty when nothing is. What was said is
 * compared letter by letter, because this is asked for every event and nearly always answered with nothing.
 */
export function changesSince(said: Said, row: MerchantRow, live: LiveBundle, seen: Evaluation): string[] {
  const why: string[] = [];
  const { watches, atoms } = live;
  for (let at = 0; at < watches.length; at++) {
    if (watches[at]!(seen) !== said.verdicts[at]) why.push(`verdict:${atoms[at]!.id}`);
  }
  if (said.tier !== seen.tier) why.push('tier');
  if (said.grain !== row.grain) why.push('grain:headroom');
  if (said.isKnown !== seen.isKnown) why.push('flag:known');
  if (said.isClosed !== seen.isClosed) why.push('flag:closed');
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

export function saidOf(row: MerchantRow, live: LiveBundle, seen: Evaluation): Said {
  const { tier, isKnown, isClosed } = seen;
  const verdicts = live.watches.map((watch) => watch(seen)).join('');
  const { grain, entityId, category, country, violations } = row;
  return { verdicts, tier, grain, isKnown, isClosed, entityId, category, country, violations };
}

export function capabilityData(
  row: MerchantRow,
  { bundle, hash, metricsInOrder }: LiveBundle,
  seen: Evaluation,
  position: string,
  cause: Cause,
  why: readonly string[],
): MerchantCapability {
  const metrics: { [metric: string]: number | null } = {};
  for (const { id, at } of metricsInOrder) metrics[id] = seen.values[at]!;
  // Members in order of their names, as they are written.
  return {
    bundle: hash,
    category: row.category,
    cause,
    country: row.country,
    entityId: row.entityId,
    headroom: bundle.capacity.edges[row.grain!]!,
    headroomExact: seen.headroomExact,
    isClosed: seen.isClosed,
    isKnown: seen.isKnown,
    metrics,
    orders: { open: seen.orders.open, overdue: seen.orders.overdue },
    position,
    projectedTier: seen.projectedTier,
    scoreBps: seen.scoreBps,
    survey: row.survey,
    tier: seen.tier,
    tools: inOrder(row.tools),
    trainings: inOrder(row.trainings),
    violations: inOrder(row.violations),
    why,
  };
}

function inOrder(ids: readonly string[]): readonly string[] {
  return ids.length < 2 ? ids : [...ids].sort(byCodeUnit);
}

/** The next instant at which anything can change by time alone; null for a dormant merchant. */
function nextDue(
  row: MerchantRow,
  live: LiveBundle,
  { nowMs, today, zone }: Moment,
  nextOverdueDay: number,
  waitsUntilMs: number | null,
): number | null {
  let due = waitsUntilMs ?? Infinity;
  // What was shipped today counts as sustained from tomorrow on.
  const shipsToday = row.buckets.days[row.totals!.counted - 1] === today ? today + 1 : Infinity;
  const day = Math.min(nextChangeDay(row.totals!, row.buckets), nextOverdueDay, shipsToday);
  if (day !== Infinity) due = Math.min(due, startOfLocalDay(day, zone));
  if (row.registeredAtMs !== null) {
    for (const age of live.ageCrossings) {
      const at = row.registeredAtMs + age * DAY_MS;
      if (at > nowMs && at < due) due = at;
    }
  }
  return due === Infinity ? null : due;
}
