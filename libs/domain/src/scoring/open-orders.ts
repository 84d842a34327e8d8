import type { OrdersOpen } from '../outputs.ts';

// Orders paid and neither shipped nor cancelled, as counters per ship-by day: no order is remembered. A counter may
// be negative until the payment of what was shipped arrives.

export interface OpenOrders {
  readonly perDay: Map<number, number>;
  /** As of a day; kept up with each change and void when the day turns. */
  sums: Sums | null;
}

interface Sums {
  readonly today: number;
  open: number;
  overdue: number;
  /** The first ship-by day from today on with anything open; Infinity when there is none. */
  nextDay: number;
}

export interface OpenOrdersNow extends OrdersOpen {
  /** The first day on which more orders are overdue; Infinity when none will be. */
  readonly nextOverdueDay: number;
}

export function openOrders(perDay: Iterable<readonly [number, number]> = []): OpenOrders {
  return { perDay: new Map(perDay), sums: null };
}

export function countOpen(orders: OpenOrders, shipByDay: number, change: number): void {
  const { perDay, sums } = orders;
  const count = (perDay.get(shipByDay) ?? 0) + change;
  perDay.set(shipByDay, count);
  if (sums === null) return;
  sums.open += change;
  if (shipByDay < sums.today) sums.overdue += change;
  // The first day of some open orders: it came, or it went.
  else if (count !== 0 && shipByDay < sums.nextDay) sums.nextDay = shipByDay;
  else if (count === 0 && shipByDay === sums.nextDay) orders.sums = null;
}

/** Forgets days with nothing open, and those so old that nothing will ever be reported. */
export function tidyOpen(orders: OpenOrders, forgottenThrough: number): void {
  for (const [day, count] of orders.perDay) {
    if (count === 0 || day <= forgottenThrough) orders.perDay.delete(day);
  }
  orders.sums = null;
}

export function openOrdersAt(orders: OpenOrders, today: number): OpenOrdersNow {
  if (orders.sums?.today !== today) orders.sums = sumsOf(orders, today);
  const { open, overdue, nextDay } = orders.sums;
  return { open: Math.max(0, open), overdue: Math.max(0, overdue), nextOverdueDay: nextDay + 1 };
}

function sumsOf({ perDay }: OpenOrders, today: number): Sums {
  const sums: Sums = { today, open: 0, overdue: 0, nextDay: Infinity };
  for (const [day, count] of perDay) {
    sums.open += count;
    if (day < today) sums.overdue += count;
    // Per day, not in sum: an order that left before it was paid for must not hide another that falls overdue.
    else if (count !== 0 && day < sums.nextDay) sums.nextDay = day;
  }
  return sums;
}
