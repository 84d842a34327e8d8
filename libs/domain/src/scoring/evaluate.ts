import { byCodeUnit } from '../canonical.ts';
import type { Cause, MerchantCapability, OrdersOpen } from '../outputs.ts';
import { tierOrder, watchedAtoms, type Bundle } from '../policy/bundle.ts';
import { assess, type Atom, type MerchantView } from '../policy/condition.ts';
import { DAY_MS, startOfLocalDay } from '../time.ts';
import type { ZoneTransition } from '../controls.ts';
import { DEMAND_DAYS, grainOf, headroomOf } from './capacity.ts';
import type { MerchantRow } from './merchant-row.ts';
import { measure } from './metric.ts';
import { scoreOf, stepTier, type MetricValues } from './tier.ts';

/** A bundle with what evaluation asks of it again and again. */
export interface LiveBundle {
  readonly hash: string;
  readonly bundle: Bundle;
  readonly atoms: readonly Atom[];
  readonly tiers: readonly string[];
  /** Longest window of any formula, days: what can still slide. */
  readonly windowDaysMax: number;
  /** Ages in days at which an atom over an age can change. */
  readonly ageCrossings: readonly number[];
}

export function liveBundle(hash: string, bundle: Bundle): LiveBundle {
  const windows = bundle.metrics.map(({ formula }) => ('windowDays' in formula ? formula.windowDays : 1));
  const ages = bundle.metrics.filter(({ formula }) => 'ageDays' in formula).map(({ id }) => id);
  const atoms = watchedAtoms(bundle);
  return {
    hash,
    bundle,
    atoms,
    tiers: tierOrder(bundle),
    windowDaysMax: Math.max(DEMAND_DAYS, bundle.capacity.windowDays + 1, ...windows),
    ageCrossings: atoms.flatMap((atom) =>
      'metric' in atom && ages.includes(atom.metric) ? [atom.value, atom.value + 1] : [],
    ),
  };
}

export interface Moment {
  readonly nowMs: number;
  readonly today: number;
  readonly zone: readonly ZoneTransition[];
  readonly canFall: boolean;
}

export interface Evaluation {
  /** What a capability record would say, without the position, cause and reasons that only the record knows. */
  readonly capability: Omit<MerchantCapability, 'position' | 'cause' | 'why'>;
  /** In short, for comparison with what was said last. */
  readonly said: string;
  readonly dueMs: number | null;
  readonly isHeld: boolean;
}

/** Looks at a merchant as of now: metrics, score, tier, headroom, verdicts. Moves its tier and grain. */
export function evaluateMerchant(row: MerchantRow, live: LiveBundle, moment: Moment): Evaluation {
  const { bundle } = live;
  const orders = ordersOf(row, moment.today);
  const metrics = metricsOf(row, bundle, moment, orders);
  const minimum = metrics[bundle.ladder.minimum.metric] ?? null;
  const hasVolume = minimum !== null && minimum >= bundle.ladder.minimum.count;
  const scoreBps = hasVolume ? scoreOf(bundle.score, metrics) : null;
  const step = stepTier(bundle.ladder, row.tier, scoreBps, moment.nowMs, moment.canFall);
  row.tier = step.next;
  const headroomExact = headroomOf(bundle.capacity, {
    buckets: row.buckets,
    today: moment.today,
    declaredPerDay: row.declaredPerDay,
    stockUnits: row.stockUnits,
    overdueOrders: orders.overdue,
    replies: bundle.capacity.replies === null ? null : (metrics[bundle.capacity.replies.metric] ?? null),
  });
  row.grain = grainOf(bundle.capacity, headroomExact, row.grain);
  const view: MerchantView = {
    isKnown: row.registeredAtMs !== null,
    isClosed: row.isClosed,
    tier: row.tier.tier,
    trainings: row.trainings,
    tools: row.tools,
    survey: row.survey,
    metrics,
  };
  const verdicts = live.atoms.map((atom) => assess(atom, view, live.tiers).verdict[0]!).join('');
  const flags = `${view.isKnown ? 'known' : ''},${view.isClosed ? 'closed' : ''}`;
  return {
    capability: {
      ...view,
      bundle: live.hash,
      category: row.category,
      country: row.country,
      projectedTier: step.projected,
      scoreBps,
      headroom: bundle.capacity.edges[row.grain]!,
      headroomExact,
      orders,
      trainings: [...row.trainings].sort(byCodeUnit),
      tools: [...row.tools].sort(byCodeUnit),
    },
    said: `${verdicts}|${row.tier.tier ?? ''}|${row.grain}|${flags}`,
    dueMs: nextDue(row, live, moment, step.waitsUntilMs),
    isHeld: step.isHeld,
  };
}

/** Why a record is due, from what was said before to what is to be said now. */
export function changesBetween(before: string, after: string, atoms: readonly Atom[]): string[] {
  if (before === '') return ['first'];
  const [oldVerdicts = '', oldTier, oldGrain, oldFlags] = before.split('|');
  const [verdicts = '', tier, grain, flags] = after.split('|');
  const why = atoms.filter((_, i) => oldVerdicts[i] !== verdicts[i]).map((atom) => `verdict:${atom.id}`);
  if (oldTier !== tier) why.push('tier');
  if (oldGrain !== grain) why.push('grain:headroom');
  if (oldFlags !== flags) why.push('flag');
  return why;
}

export function capabilityData(
  evaluation: Evaluation,
  position: string,
  cause: Cause,
  why: readonly string[],
): object {
  return { ...evaluation.capability, position, cause, why } satisfies MerchantCapability;
}

function ordersOf(row: MerchantRow, today: number): OrdersOpen {
  let open = 0;
  let overdue = 0;
  for (const [day, count] of row.open) {
    open += count;
    if (day < today) overdue += count;
  }
  return { open: Math.max(0, open), overdue: Math.max(0, overdue) };
}

function metricsOf(row: MerchantRow, bundle: Bundle, moment: Moment, orders: OrdersOpen): MetricValues {
  const now = {
    buckets: row.buckets,
    today: moment.today,
    nowMs: moment.nowMs,
    registeredAtMs: row.registeredAtMs,
    openOrders: orders.open,
    overdueOrders: orders.overdue,
    stockUnits: row.stockUnits,
  };
  const values: { [metric: string]: number | null } = {};
  for (const { id, formula } of bundle.metrics) values[id] = measure(formula, now);
  return values;
}

/** The next instant at which anything can change by time alone; null for a dormant merchant. */
function nextDue(
  row: MerchantRow,
  live: LiveBundle,
  { nowMs, today, zone }: Moment,
  waitsUntilMs: number | null,
): number | null {
  const instants: number[] = waitsUntilMs === null ? [] : [waitsUntilMs];
  const canSlide = row.newestDay !== null && row.newestDay > today - live.windowDaysMax;
  // Per day, not in sum: an order that left before it was paid for must not hide another that falls overdue.
  const canFallOverdue = [...row.open].some(([day, count]) => day >= today && count !== 0);
  if (canSlide || canFallOverdue) instants.push(startOfLocalDay(today + 1, zone));
  if (row.registeredAtMs !== null) {
    for (const age of live.ageCrossings) {
      const at = row.registeredAtMs + age * DAY_MS;
      if (at > nowMs) instants.push(at);
    }
  }
  return instants.length === 0 ? null : Math.min(...instants);
}
