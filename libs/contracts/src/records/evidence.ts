import type { AccountBalance, Cause, OrdersOpen } from '#domain/outputs';
import { count, hash, object, position, text } from './record-schema.ts';

// What several records repeat, each with an example: the cause, the orders that are open, how an account stands.

export const cause = object({ position, eventId: text, type: text, hash });
export const CAUSE: Cause = {
  position: '3/18842',
  eventId: 'order-42-paid',
  type: 'updraft.order.paid.v1',
  hash: 'ca'.repeat(32),
};

export const orders = object({ open: count, overdue: count });
export const ORDERS: OrdersOpen = { open: 12, overdue: 1 };

export const balance = object({
  leasedIn: count,
  free: count,
  held: count,
  settling: count,
  spent: count,
  returned: count,
  overrun: count,
  clawedBack: count,
});

/** A balance of 500,000 units of which so many are held. */
export function balanceHolding(held: number): AccountBalance {
  const leasedIn = 500_000;
  return {
    leasedIn,
    free: leasedIn - held,
    held,
    settling: 0,
    spent: 0,
    returned: 0,
    overrun: 0,
    clawedBack: 0,
  };
}

/** Hash of a bundle. */
export const BUNDLE = 'c0de'.repeat(16);
