import type { Entries } from './catalogue-entry.ts';
import {
  DisputeOpenedPayload,
  DisputeResolvedPayload,
  OrderCancelledPayload,
  OrderDeliveredPayload,
  OrderPaidPayload,
  OrderPlacedPayload,
  OrderRefundedPayload,
  OrderShippedPayload,
  ReturnClosedPayload,
  ReturnOpenedPayload,
  ReviewPostedPayload,
  ReviewRemovedPayload,
} from './order.payload.ts';

const ORDER = {
  orderId: 'order-20261111-000042',
  orderedAt: '2026-11-11T00:00:07.000Z',
  shipBy: '2026-11-13T00:00:07.000Z',
  amountMinor: 12_900,
  currency: 'CNY',
  category: 'home.kitchen',
  buyer: 'buyer-7f3a',
};

export const ORDER_ENTRIES = {
  'updraft.order.placed.v1': {
    payload: OrderPlacedPayload,
    example: ORDER,
    description: 'A buyer placed an order and has not paid it yet.',
  },
  'updraft.order.paid.v1': {
    payload: OrderPaidPayload,
    example: ORDER,
    description: 'A buyer paid an order, which the merchant must now ship by the given time.',
  },
  'updraft.order.shipped.v1': {
    payload: OrderShippedPayload,
    example: { ...ORDER, tracking: 'valid' },
    description: 'The merchant handed an order over to the carrier.',
  },
  'updraft.order.delivered.v1': {
    payload: OrderDeliveredPayload,
    example: { ...ORDER, deliverBy: '2026-11-16T16:00:00.000Z' },
    description: 'An order reached its buyer.',
  },
  'updraft.order.cancelled.v1': {
    payload: OrderCancelledPayload,
    example: { ...ORDER, by: 'merchant', wasShipped: false, reason: 'out-of-stock' },
    description: 'A paid order was called off, and by whom.',
  },
  'updraft.order.refunded.v1': {
    payload: OrderRefundedPayload,
    example: { ...ORDER, refundMinor: 12_900, forQuality: true },
    description: 'Money of an order went back to its buyer, wholly or in part.',
  },
  'updraft.return.opened.v1': {
    payload: ReturnOpenedPayload,
    example: { ...ORDER, reason: 'quality' },
    description: 'A buyer asked to send an order back.',
  },
  'updraft.return.closed.v1': {
    payload: ReturnClosedPayload,
    example: { ...ORDER, outcome: 'refunded' },
    description: 'A return came to its end.',
  },
  'updraft.dispute.opened.v1': {
    payload: DisputeOpenedPayload,
    example: ORDER,
    description: 'Buyer and merchant do not agree about an order, and the buyer asked for a ruling.',
  },
  'updraft.dispute.resolved.v1': {
    payload: DisputeResolvedPayload,
    example: { ...ORDER, by: 'platform', isArbitrated: true, inFavourOf: 'buyer' },
    description: 'A dispute about an order was settled, by whom and in whose favour.',
  },
  'updraft.review.posted.v1': {
    payload: ReviewPostedPayload,
    example: { ...ORDER, stars: 5, scores: { description: 5, service: 5, logistics: 4 } },
    description: 'A buyer rated an order with one to five stars.',
  },
  'updraft.review.removed.v1': {
    payload: ReviewRemovedPayload,
    example: { ...ORDER, stars: 1 },
    description: 'The marketplace took a review down; the stars are those that it had given.',
  },
} satisfies Entries;
