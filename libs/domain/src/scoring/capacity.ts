import { BPS, mulDivFloor, mulDivQuantity } from '../number.ts';
import type { Capacity } from '../policy/bundle.ts';
import { FACT } from './fact.ts';
import type { MerchantNow } from './merchant-now.ts';
import type { PlaceOf } from './verdict.ts';
import type { SlotBook } from './window.ts';

/** Days over which today's demand is averaged. Ours: long enough to level a week, short enough to see a campaign. */
export const DEMAND_DAYS = 7;

export type HeadroomMeter = (merchant: Pick<MerchantNow, 'sums' | 'states' | 'values'>) => number;

/**
 * Headroom: orders a day that the merchant can still carry. What it sustained on time, times the trust in growth, at
 * least the probe, at most what it declared, and at most what its stock covers; less the demand that already comes
 * and the orders that are overdue. Replies below the floor leave none.
 *
 * Sustained: orders shipped on time a day, over the days of the window on which anything was shipped; today, which is
 * not over, is left out.
 */
export function headroomMeterOf(
  capacity: Capacity,
  /** Place behind the metrics, under which what it reads is noted. */
  at: number,
  placeOf: PlaceOf,
  book: SlotBook,
): HeadroomMeter {
  const { replies, windowDays } = capacity;
  const sustainedOver = { days: windowDays, lag: 1 };
  const shippingDays = book.slotOf(at, FACT.ordersShipped, sustainedOver, 1);
  const onTime = book.slotOf(at, FACT.shippedOnTime, sustainedOver);
  const paid = book.slotOf(at, FACT.ordersPaid, { days: DEMAND_DAYS, lag: 0 });
  const repliesAt = replies === null ? null : placeOf(replies.metric);
  return ({ sums, states, values }) => {
    const answered = repliesAt === null ? null : values[repliesAt]!;
    if (replies !== null && answered !== null && answered < replies.floor) return 0;
    const days = sums[shippingDays]!;
    const sustained = days === 0 ? 0 : Math.floor(sums[onTime]! / days);
    const trusted = Math.max(capacity.probe, mulDivQuantity(sustained, capacity.growthBps, BPS));
    const { declaredPerDay, stockUnits, overdueOrders } = states;
    let capable = declaredPerDay === null ? trusted : Math.min(trusted, declaredPerDay);
    if (stockUnits !== null) capable = Math.min(capable, Math.floor(stockUnits / capacity.stockCoverDays));
    const demand = Math.ceil(sums[paid]! / DEMAND_DAYS);
    return Math.max(0, capable - demand - (overdueOrders ?? 0));
  };
}

/**
 * The grain of a value: index of the edge at or below it. From `before` the value must fall `hysteresisBps` below an
 * edge before it is left, so that a value swinging round an edge says nothing new.
 */
export function grainOf(
  { edges, hysteresisBps }: Pick<Capacity, 'edges' | 'hysteresisBps'>,
  value: number,
  before: number | null,
): number {
  let grain = edges.length - 1;
  while (grain >= 0 && edges[grain]! > value) grain -= 1;
  if (before === null || before >= edges.length || grain >= before) return grain;
  const edge = edges[before]!;
  return value >= edge - mulDivFloor(edge, hysteresisBps, BPS) ? before : grain;
}
