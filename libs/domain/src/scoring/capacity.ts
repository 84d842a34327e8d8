import { BPS, mulDivFloor } from '../number.ts';
import type { Capacity } from '../policy/bundle.ts';
import { windowTotals, type Buckets } from './bucket.ts';
import { FACT_PLACE } from './fact.ts';

/** Days over which today's demand is averaged. Ours: long enough to level a week, short enough to see a campaign. */
export const DEMAND_DAYS = 7;

export interface Load {
  readonly buckets: Buckets;
  readonly today: number;
  readonly declaredPerDay: number | null;
  readonly stockUnits: number | null;
  readonly overdueOrders: number;
  /** Value of the capacity's reply metric; null while not assessed. */
  readonly replies: number | null;
}

/**
 * Headroom: orders a day that the merchant can still carry. What it sustained on time, times the trust in growth, at
 * least the probe, at most what it declared, and at most what its stock covers; less the demand that already comes
 * and the orders that are overdue. Replies below the floor leave none.
 */
export function headroomOf(capacity: Capacity, load: Load): number {
  const { replies } = capacity;
  if (replies !== null && load.replies !== null && load.replies < replies.floor) return 0;
  const trusted = Math.max(
    capacity.probe,
    mulDivFloor(sustainedPerDay(capacity, load), capacity.growthBps, BPS),
  );
  let capable = load.declaredPerDay === null ? trusted : Math.min(trusted, load.declaredPerDay);
  if (load.stockUnits !== null)
    capable = Math.min(capable, Math.floor(load.stockUnits / capacity.stockCoverDays));
  return Math.max(0, capable - demandPerDay(load) - load.overdueOrders);
}

/** Orders shipped on time a day, over the days of the window on which anything was shipped; today is left out. */
function sustainedPerDay(capacity: Capacity, load: Load): number {
  const onTime = FACT_PLACE.get('shippedOnTime')!;
  const shipped = FACT_PLACE.get('ordersShipped')!;
  let days = 0;
  let orders = 0;
  for (let day = load.today - capacity.windowDays; day < load.today; day++) {
    const amounts = load.buckets.days.get(day);
    if (amounts === undefined || amounts[shipped] === 0) continue;
    days += 1;
    orders += amounts[onTime]!;
  }
  return days === 0 ? 0 : Math.floor(orders / days);
}

function demandPerDay(load: Load): number {
  const paid = windowTotals(load.buckets, DEMAND_DAYS, load.today)[FACT_PLACE.get('ordersPaid')!]!;
  return Math.ceil(paid / DEMAND_DAYS);
}

/**
 * The grain of a value: index of the edge at or below it. From `before` the value must fall `hysteresisBps` below an
 * edge before it is left, so that a value swinging round an edge says nothing new.
 */
export function grainOf(capacity: Capacity, value: number, before: number | null): number {
  const grain = capacity.edges.findLastIndex((edge) => value >= edge);
  if (before === null || before >= capacity.edges.length || grain >= before) return grain;
  const edge = capacity.edges[before]!;
  return value >= edge - mulDivFloor(edge, capacity.hysteresisBps, BPS) ? before : grain;
}
