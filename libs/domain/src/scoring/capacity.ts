import { BPS, mulDivFloor } from '../number.ts';
import type { Capacity } from '../policy/bundle.ts';
import { FACT_PLACE } from './fact.ts';
import type { SlotBook } from './window.ts';

/** Days over which today's demand is averaged. Ours: long enough to level a week, short enough to see a campaign. */
export const DEMAND_DAYS = 7;

const SHIPPED = FACT_PLACE.get('ordersShipped')!;
const ON_TIME = FACT_PLACE.get('shippedOnTime')!;
const PAID = FACT_PLACE.get('ordersPaid')!;

/** What headroom looks at. */
export interface Load {
  /** Running totals, by slot. */
  readonly sums: readonly number[];
  /** Facts of today so far; null when there are none. */
  readonly today: readonly number[] | null;
  readonly declaredPerDay: number | null;
  readonly stockUnits: number | null;
  readonly overdueOrders: number;
  /** Value of the capacity's reply metric; null while not assessed. */
  readonly replies: number | null;
}

export type HeadroomMeter = (load: Load) => number;

/**
 * Headroom: orders a day that the merchant can still carry. What it sustained on time, times the trust in growth, at
 * least the probe, at most what it declared, and at most what its stock covers; less the demand that already comes
 * and the orders that are overdue. Replies below the floor leave none.
 *
 * Sustained: orders shipped on time a day, over the days of the window on which anything was shipped; today, which is
 * not over, is left out: the totals hold a day more and today is taken off.
 */
export function headroomMeterOf(capacity: Capacity, book: SlotBook): HeadroomMeter {
  const { replies, windowDays } = capacity;
  const shippingDays = book.slotOf(SHIPPED, windowDays + 1, 'days');
  const onTime = book.slotOf(ON_TIME, windowDays + 1);
  const paid = book.slotOf(PAID, DEMAND_DAYS);
  return ({ sums, today, declaredPerDay, stockUnits, overdueOrders, replies: answered }) => {
    if (replies !== null && answered !== null && answered < replies.floor) return 0;
    const days = sums[shippingDays]! - (today === null || today[SHIPPED] === 0 ? 0 : 1);
    const orders = sums[onTime]! - (today === null ? 0 : today[ON_TIME]!);
    const sustained = days === 0 ? 0 : Math.floor(orders / days);
    const trusted = Math.max(capacity.probe, mulDivFloor(sustained, capacity.growthBps, BPS));
    let capable = declaredPerDay === null ? trusted : Math.min(trusted, declaredPerDay);
    if (stockUnits !== null) capable = Math.min(capable, Math.floor(stockUnits / capacity.stockCoverDays));
    return Math.max(0, capable - Math.ceil(sums[paid]! / DEMAND_DAYS) - overdueOrders);
  };
}

/**
 * The grain of a value: index of the edge at or below it. From `before` the value must fall `hysteresisBps` below an
 * edge before it is left, so that a value swinging round an edge says nothing new.
 */
export function grainOf(capacity: Capacity, value: number, before: number | null): number {
  const { edges } = capacity;
  let grain = edges.length - 1;
  while (grain >= 0 && edges[grain]! > value) grain -= 1;
  if (before === null || before >= edges.length || grain >= before) return grain;
  const edge = edges[before]!;
  return value >= edge - mulDivFloor(edge, capacity.hysteresisBps, BPS) ? before : grain;
}
