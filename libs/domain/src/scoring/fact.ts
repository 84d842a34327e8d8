import type {
  BoostDelivered,
  MerchantEvents,
  MerchantEventType,
  MessageAnswered,
  OrderCancelled,
  OrderFacts,
  OrderPaid,
  OrderRefunded,
  ReviewPosted,
} from '../events.ts';
import { HOUR_MS, parseInstant } from '../time.ts';

// The fixed catalogue of facts: integers per merchant and local day, independent of any policy. Metrics are formulas
// over them, so that a policy activated today has its history at once.

/** Ids in their place in a bucket. Append only: the place is what snapshots hold. */
export const FACTS = [
  'ordersPaid',
  'gmvMinor',
  'ordersShipped',
  'shippedOnTime',
  'ordersDelivered',
  'cancelledByMerchant',
  'cancelledByOthers',
  'refunds',
  'refundMinor',
  'qualityRefunds',
  'reviews',
  'stars',
  'lowReviews',
  'firstMessages',
  'answeredInTime',
  'exposures',
  /** Orders with at least one defect, each counted once, on the day the order was placed. */
  'defectOrders',
  /** Orders placed, by the day they were placed: what defectOrders is measured against. */
  'ordersPlaced',
] as const;
export type FactId = (typeof FACTS)[number];

export const FACT_PLACE: ReadonlyMap<string, number> = new Map(FACTS.map((fact, place) => [fact, place]));

/** A review of this many stars or fewer is low. */
export const LOW_STARS_MAX = 2;
/** A first message answered within this time counts as answered in time. */
export const REPLY_LIMIT_MS = 12 * HOUR_MS;

export interface FactDelta {
  readonly fact: FactId;
  readonly amount: number;
  /** Which day's bucket: that of the event, or that on which its order was placed. */
  readonly day: 'occurred' | 'ordered';
}

/** What an event adds to the buckets. Exposures and defects need state and are added by the machine. */
export function factsOf(
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
  atMs: number,
): FactDelta[] {
  switch (type) {
    case 'updraft.order.paid.v1':
      return [
        one('ordersPaid'),
        { fact: 'gmvMinor', amount: (data as OrderFacts).amountMinor, day: 'occurred' },
        { fact: 'ordersPlaced', amount: 1, day: 'ordered' },
      ];
    case 'updraft.order.shipped.v1':
      return atMs <= parseInstant((data as OrderFacts).shipBy)
        ? [one('ordersShipped'), one('shippedOnTime')]
        : [one('ordersShipped')];
    case 'updraft.order.delivered.v1':
      return [one('ordersDelivered')];
    case 'updraft.order.cancelled.v1':
      return [one((data as OrderCancelled).by === 'merchant' ? 'cancelledByMerchant' : 'cancelledByOthers')];
    case 'updraft.order.refunded.v1': {
      const { refundMinor, forQuality } = data as OrderRefunded;
      const refund: FactDelta[] = [
        one('refunds'),
        { fact: 'refundMinor', amount: refundMinor, day: 'occurred' },
      ];
      return forQuality ? [...refund, one('qualityRefunds')] : refund;
    }
    case 'updraft.review.posted.v1': {
      const { stars } = data as ReviewPosted;
      const review: FactDelta[] = [one('reviews'), { fact: 'stars', amount: stars, day: 'occurred' }];
      return stars <= LOW_STARS_MAX ? [...review, one('lowReviews')] : review;
    }
    case 'updraft.message.answered.v1': {
      const { receivedAt, isFirst } = data as MessageAnswered;
      if (!isFirst) return [];
      const isInTime = atMs - parseInstant(receivedAt) <= REPLY_LIMIT_MS;
      return isInTime ? [one('firstMessages'), one('answeredInTime')] : [one('firstMessages')];
    }
    default:
      return [];
  }
}

/** The order that an event shows to be defective, if it does: a low review, a quality refund, a seller's cancel. */
export function defectiveOrder(
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
): OrderFacts | null {
  const isDefect =
    (type === 'updraft.review.posted.v1' && (data as ReviewPosted).stars <= LOW_STARS_MAX) ||
    (type === 'updraft.order.refunded.v1' && (data as OrderRefunded).forQuality) ||
    (type === 'updraft.order.cancelled.v1' && (data as OrderCancelled).by === 'merchant');
  return isDefect ? (data as OrderFacts) : null;
}

/** How an event changes the number of orders that are paid and neither shipped nor cancelled. */
export function openOrderDelta(type: MerchantEventType, data: MerchantEvents[MerchantEventType]): -1 | 0 | 1 {
  if (type === 'updraft.order.paid.v1') return (data as OrderPaid).dispatch === 'untracked' ? 0 : 1;
  if (type === 'updraft.order.shipped.v1') return -1;
  return type === 'updraft.order.cancelled.v1' && !(data as OrderCancelled).wasShipped ? -1 : 0;
}

/** The usage that a boost report states, if the event is one. */
export function usageOf(
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
): BoostDelivered | null {
  return type === 'updraft.boost.delivered.v1' ? (data as BoostDelivered) : null;
}

function one(fact: FactId): FactDelta {
  return { fact, amount: 1, day: 'occurred' };
}
