import type {
  BoostDelivered,
  GrantUsed,
  MerchantEvents,
  MerchantEventType,
  MessageAnswered,
  OrderCancelled,
  OrderFacts,
  OrderPaid,
  OrderRefunded,
  ReviewPosted,
} from '../events.ts';
import type { Usage } from '../outputs.ts';
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

const fact = (id: FactId): number => FACT_PLACE.get(id)!;
const PAID = fact('ordersPaid');
const GMV = fact('gmvMinor');
const PLACED = fact('ordersPlaced');
const SHIPPED = fact('ordersShipped');
const ON_TIME = fact('shippedOnTime');
const DELIVERED = fact('ordersDelivered');
const CANCELLED_BY_MERCHANT = fact('cancelledByMerchant');
const CANCELLED_BY_OTHERS = fact('cancelledByOthers');
const REFUNDS = fact('refunds');
const REFUND = fact('refundMinor');
const QUALITY_REFUNDS = fact('qualityRefunds');
const REVIEWS = fact('reviews');
const STARS = fact('stars');
const LOW_REVIEWS = fact('lowReviews');
const FIRST_MESSAGES = fact('firstMessages');
const ANSWERED_IN_TIME = fact('answeredInTime');

/** Takes an amount of a fact for a day's bucket: that of the event, or that on which its order was placed. */
export type AddFact = (fact: number, amount: number, day: 'occurred' | 'ordered') => void;

/** What an event adds to the buckets. Exposures and defects need state and are added by the machine. */
export function factsOf(
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
  atMs: number,
  add: AddFact,
): void {
  switch (type) {
    case 'updraft.order.paid.v1':
      add(PAID, 1, 'occurred');
      add(GMV, (data as OrderFacts).amountMinor, 'occurred');
      add(PLACED, 1, 'ordered');
      return;
    case 'updraft.order.shipped.v1':
      add(SHIPPED, 1, 'occurred');
      if (atMs <= parseInstant((data as OrderFacts).shipBy)) add(ON_TIME, 1, 'occurred');
      return;
    case 'updraft.order.delivered.v1':
      add(DELIVERED, 1, 'occurred');
      return;
    case 'updraft.order.cancelled.v1': {
      const isMerchant = (data as OrderCancelled).by === 'merchant';
      add(isMerchant ? CANCELLED_BY_MERCHANT : CANCELLED_BY_OTHERS, 1, 'occurred');
      return;
    }
    case 'updraft.order.refunded.v1': {
      const { refundMinor, forQuality } = data as OrderRefunded;
      add(REFUNDS, 1, 'occurred');
      add(REFUND, refundMinor, 'occurred');
      if (forQuality) add(QUALITY_REFUNDS, 1, 'occurred');
      return;
    }
    case 'updraft.review.posted.v1': {
      const { stars } = data as ReviewPosted;
      add(REVIEWS, 1, 'occurred');
      add(STARS, stars, 'occurred');
      if (stars <= LOW_STARS_MAX) add(LOW_REVIEWS, 1, 'occurred');
      return;
    }
    case 'updraft.message.answered.v1': {
      const { receivedAt, isFirst } = data as MessageAnswered;
      if (!isFirst) return;
      add(FIRST_MESSAGES, 1, 'occurred');
      if (atMs - parseInstant(receivedAt) <= REPLY_LIMIT_MS) add(ANSWERED_IN_TIME, 1, 'occurred');
      return;
    }
    default:
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

/** The usage of a grant that a report states, if the event is one; of a boost the exposures are what is used. */
export function usageOf(
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
): Pick<Usage, 'grantId' | 'used' | 'clicks' | 'orders'> | null {
  if (type === 'updraft.boost.delivered.v1') {
    const { grantId, exposures, clicks = 0, orders = 0 } = data as BoostDelivered;
    return { grantId, used: exposures, clicks, orders };
  }
  if (type !== 'updraft.grant.used.v1') return null;
  const { grantId, used } = data as GrantUsed;
  return { grantId, used, clicks: 0, orders: 0 };
}
