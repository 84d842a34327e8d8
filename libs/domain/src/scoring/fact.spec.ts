import type { MerchantEvents, MerchantEventType } from '../events.ts';
import { order, T0 } from '../testing/given.ts';
import { formatInstant, HOUR_MS } from '../time.ts';
import { defectiveOrder, FACT_PLACE, FACTS, factsOf, openOrderDelta, usageOf } from './fact.ts';

const facts = order('o1', T0);
const refund = { ...facts, refundMinor: 300, forQuality: false };
const cancel = { ...facts, by: 'buyer' as const, wasShipped: false };

function said<T extends MerchantEventType>(type: T, data: MerchantEvents[T], atMs = T0): string {
  const added: string[] = [];
  factsOf(type, data, atMs, (fact, amount, day) => added.push(`${FACTS[fact]} ${amount} ${day}`));
  return added.join(', ');
}

test('the catalogue is append-only: the place of a fact is what snapshots hold', () => {
  expect(FACTS.join(' ')).toBe(
    'ordersPaid gmvMinor ordersShipped shippedOnTime ordersDelivered cancelledByMerchant cancelledByOthers ' +
      'refunds refundMinor qualityRefunds reviews stars lowReviews firstMessages answeredInTime exposures ' +
      'defectOrders ordersPlaced',
  );
  expect(FACT_PLACE.get('ordersPlaced')).toBe(17);
});

test('what each event adds, and to which day', () => {
  expect(said('updraft.order.paid.v1', facts)).toBe(
    'ordersPaid 1 occurred, gmvMinor 10000 occurred, ordersPlaced 1 ordered',
  );
  expect(said('updraft.order.delivered.v1', facts)).toBe('ordersDelivered 1 occurred');
  expect(said('updraft.order.cancelled.v1', cancel)).toBe('cancelledByOthers 1 occurred');
  expect(said('updraft.order.cancelled.v1', { ...cancel, by: 'merchant' })).toBe(
    'cancelledByMerchant 1 occurred',
  );
  expect(said('updraft.order.refunded.v1', refund)).toBe('refunds 1 occurred, refundMinor 300 occurred');
  expect(said('updraft.order.refunded.v1', { ...refund, forQuality: true })).toContain(
    'qualityRefunds 1 occurred',
  );
  expect(said('updraft.review.posted.v1', { ...facts, stars: 3 })).toBe(
    'reviews 1 occurred, stars 3 occurred',
  );
  expect(said('updraft.review.posted.v1', { ...facts, stars: 2 })).toContain('lowReviews 1 occurred');
  expect(said('updraft.tool.adopted.v1', { tool: 't' })).toBe('');
});

test('an order shipped at the last instant is on time, a millisecond later it is late', () => {
  const last = T0 + 24 * HOUR_MS;
  expect(said('updraft.order.shipped.v1', facts, last)).toBe(
    'ordersShipped 1 occurred, shippedOnTime 1 occurred',
  );
  expect(said('updraft.order.shipped.v1', facts, last + 1)).toBe('ordersShipped 1 occurred');
});

test('only the first message of a thread counts, in time up to twelve hours', () => {
  const message = { threadId: 't', receivedAt: formatInstant(T0), isFirst: true };
  const limit = T0 + 12 * HOUR_MS;
  expect(said('updraft.message.answered.v1', message, limit)).toBe(
    'firstMessages 1 occurred, answeredInTime 1 occurred',
  );
  expect(said('updraft.message.answered.v1', message, limit + 1)).toBe('firstMessages 1 occurred');
  expect(said('updraft.message.answered.v1', { ...message, isFirst: false }, T0)).toBe('');
});

test('a defect is a low review, a refund for quality, or a cancellation by the merchant', () => {
  expect(defectiveOrder('updraft.review.posted.v1', { ...facts, stars: 2 })?.orderId).toBe('o1');
  expect(defectiveOrder('updraft.review.posted.v1', { ...facts, stars: 3 })).toBeNull();
  expect(defectiveOrder('updraft.order.refunded.v1', { ...refund, forQuality: true })?.orderId).toBe('o1');
  expect(defectiveOrder('updraft.order.refunded.v1', refund)).toBeNull();
  expect(defectiveOrder('updraft.order.cancelled.v1', { ...cancel, by: 'merchant' })?.orderId).toBe('o1');
  expect(defectiveOrder('updraft.order.cancelled.v1', cancel)).toBeNull();
});

test('an order is open from its payment until it is shipped or cancelled unshipped', () => {
  expect(openOrderDelta('updraft.order.paid.v1', facts)).toBe(1);
  expect(openOrderDelta('updraft.order.paid.v1', { ...facts, dispatch: 'untracked' })).toBe(0);
  expect(openOrderDelta('updraft.order.shipped.v1', facts)).toBe(-1);
  expect(openOrderDelta('updraft.order.cancelled.v1', cancel)).toBe(-1);
  expect(openOrderDelta('updraft.order.cancelled.v1', { ...cancel, wasShipped: true })).toBe(0);
  expect(openOrderDelta('updraft.order.delivered.v1', facts)).toBe(0);
});

test('a boost report states exposures as what was used, and what they led to where it is known', () => {
  const report = { grantId: 'g', exposures: 40 };
  const usage = { grantId: 'g', used: 40, clicks: 0, orders: 0 };
  expect(usageOf('updraft.boost.delivered.v1', report)).toEqual(usage);
  const led = { ...report, clicks: 5, orders: 2 };
  expect(usageOf('updraft.boost.delivered.v1', led)).toEqual({ ...usage, clicks: 5, orders: 2 });
});

test('a report on any other grant states units of its account, and nothing else states usage', () => {
  const usage = { grantId: 'g', used: 7, clicks: 0, orders: 0 };
  expect(usageOf('updraft.grant.used.v1', { grantId: 'g', used: 7 })).toEqual(usage);
  expect(usageOf('updraft.tool.adopted.v1', { tool: 't' })).toBeNull();
});
