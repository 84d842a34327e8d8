import { order, T0 } from '../testing/given.ts';
import { DAY_MS } from '../time.ts';
import { DEFECT, DISPUTE, marksOf, QUALITY_REFUND } from './marked-orders.ts';

const facts = order('o1', T0);
const refund = { ...facts, refundMinor: 300, forQuality: true };
const cancel = { ...facts, by: 'merchant' as const, wasShipped: false };
const TERM = T0 + 14 * DAY_MS;

test('a defect is a low review, a refund for quality, or a cancellation by the merchant', () => {
  expect(marksOf('updraft.review.posted.v1', { ...facts, stars: 2 }, T0)).toBe(DEFECT);
  expect(marksOf('updraft.review.posted.v1', { ...facts, stars: 3 }, T0)).toBe(0);
  expect(marksOf('updraft.order.refunded.v1', { ...refund, forQuality: false }, T0)).toBe(0);
  expect(marksOf('updraft.order.cancelled.v1', cancel, T0)).toBe(DEFECT);
  expect(marksOf('updraft.order.cancelled.v1', { ...cancel, by: 'buyer' }, T0)).toBe(0);
  expect(marksOf('updraft.order.paid.v1', facts, T0)).toBe(0);
});

test('a refund for quality counts in the lagged measure up to fourteen days after the order', () => {
  expect(marksOf('updraft.order.refunded.v1', refund, TERM)).toBe(DEFECT | QUALITY_REFUND);
  expect(marksOf('updraft.order.refunded.v1', refund, TERM + 1)).toBe(DEFECT);
});

test('a dispute marks its order when it is opened', () => {
  expect(marksOf('updraft.dispute.opened.v1', facts, T0)).toBe(DISPUTE);
});
