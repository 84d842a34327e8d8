import type { OrdersOpen } from '../outputs.ts';

// Orders paid and neither shipped nor cancelled, as counters per ship-by day: no order is remembered. A counter may
// be negative until the payment of what was shipped arrives.

export interface OpenOrders {
  readonly perDay: Map<number, number>;
  /** As of a day; kept up with each change and void when the day turns. */
  seen: Seen | null;
}

interface Seen extends OrdersOpen {
  readonly today: number;
  /** The first day on which more orders are overdue; Infinity when none will be. */
  readonly nextOverdueDay: number;
}

export function openOrders(perDay: Iterable<readonly [number, number]> = []): OpenOrders {
  return { perDay: new Map(perDay), seen: null };
}

export function countOpen(orders: OpenOrders, shipByDay: number, change: number): void {
  orders.perDay.set(shipByDay, (orders.perDay.get(shipByDay) ?? 0) + change);
  orders.seen = null;
}

/** Forgets days with nothing open, and those so old that nothing will ever be reported. */
export function tidyOpen(orders: OpenOrders, forgottenThrough: number): void {
  for (const [day, count] of orders.perDay) {
    if (count === 0 || day <= forgottenThrough) orders.perDay.delete(day);
  }
  orders.seen = null;
}

export function openOrdersAt(orders: OpenOrders, today: number): Seen {
  if (orders.seen?.today === today) return orders.seen;
  let open = 0;
  let overdue = 0;
  let next = Infinity;
  for (const [day, count] of orders.perDay) {
    open += count;
    if (day < today) overdue += count;
    // Per day, not in sum: an order that left before it was paid for must not hide another that falls overdue.
    else if (count !== 0 && day < next) next = day;
  }
  orders.seen = {
    today,
    open: Math.max(0, open),
    overdue: Math.max(0, overdue),
    nextOverdueDay: next + 1,
  };
  return orders.seen;
}
