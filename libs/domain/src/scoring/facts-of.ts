import type {
  LiveEnded,
  MerchantEvents,
  MerchantEventType,
  MessageAnswered,
  OrderCancelled,
  OrderDelivered,
  OrderPaid,
  OrderRefunded,
  OrderShipped,
} from '../events.ts';
import type { Usage } from '../outputs.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, parseInstant } from '../time.ts';
import { FACT } from './fact.ts';
import type { FactDay } from './feeds.ts';

// What an event adds to facts by itself. What needs memory, such as an order that counts once, is in count-once.ts.

/** A review of this many stars or fewer is low. */
export const LOW_STARS_MAX = 2;
/** The wider measure of a bad review that some marketplaces take. */
const RATING_3_MAX = 3;
/** A first message answered within this time counts as answered in time. */
export const REPLY_LIMIT_MS = 12 * HOUR_MS;
/** A delivery, or a refund for quality, so long after its order counts in the lagged measures of quality. */
export const QUALITY_TERM_MS = 14 * DAY_MS;

/** Takes an amount of a fact for a day's bucket. */
export type AddFact = (fact: number, amount: number, day: FactDay) => void;

type Payload = MerchantEvents[MerchantEventType];
type Counter<Data> = (data: Data, atMs: number, add: AddFact) => void;

const REPLIES_WITHIN: readonly (readonly [fact: number, limitMs: number])[] = [
  [FACT.answeredInTime, REPLY_LIMIT_MS],
  [FACT.repliesIn1m, MINUTE_MS],
  [FACT.repliesIn5m, 5 * MINUTE_MS],
  [FACT.repliesIn30m, 30 * MINUTE_MS],
  [FACT.repliesIn2h, 2 * HOUR_MS],
  [FACT.repliesIn24h, 24 * HOUR_MS],
  [FACT.repliesIn48h, 48 * HOUR_MS],
];
const FEES = {
  commission: FACT.feesCommissionMinor,
  content: FACT.feesContentMinor,
  other: FACT.feesOtherMinor,
} as const;

const COUNTERS: { readonly [Type in MerchantEventType]?: Counter<MerchantEvents[Type]> } = {
  'updraft.order.placed.v1': (_order, _atMs, add) => add(FACT.checkouts, 1, 'occurred'),
  'updraft.order.paid.v1': countPaid,
  'updraft.order.shipped.v1': countShipped,
  'updraft.order.delivered.v1': countDelivered,
  'updraft.order.cancelled.v1': countCancelled,
  'updraft.order.refunded.v1': countRefunded,
  'updraft.return.opened.v1': (_order, _atMs, add) => add(FACT.returnsOpened, 1, 'occurred'),
  'updraft.return.closed.v1': ({ outcome }, _atMs, add) => {
    add(FACT.returnsClosed, 1, 'occurred');
    if (outcome === 'refunded') add(FACT.returnsRefunded, 1, 'occurred');
  },
  'updraft.dispute.opened.v1': (_order, _atMs, add) => add(FACT.disputesOpened, 1, 'occurred'),
  'updraft.dispute.resolved.v1': ({ isArbitrated, inFavourOf }, _atMs, add) => {
    add(FACT.disputesResolved, 1, 'occurred');
    if (isArbitrated) add(FACT.disputesArbitrated, 1, 'occurred');
    if (isArbitrated && inFavourOf === 'buyer') add(FACT.disputesLost, 1, 'occurred');
  },
  'updraft.review.posted.v1': ({ stars }, _atMs, add) => {
    add(FACT.reviews, 1, 'occurred');
    add(FACT.stars, stars, 'occurred');
    if (stars <= LOW_STARS_MAX) add(FACT.lowReviews, 1, 'occurred');
    if (stars <= RATING_3_MAX) add(FACT.ratings3OrLess, 1, 'occurred');
  },
  'updraft.review.removed.v1': ({ stars }, _atMs, add) => {
    add(FACT.reviewsRemoved, 1, 'occurred');
    add(FACT.starsRemoved, stars, 'occurred');
    if (stars <= LOW_STARS_MAX) add(FACT.lowReviewsRemoved, 1, 'occurred');
  },
  'updraft.message.received.v1': ({ isFirst }, _atMs, add) => {
    add(FACT.messagesReceived, 1, 'occurred');
    if (isFirst) add(FACT.firstMessagesReceived, 1, 'occurred');
  },
  'updraft.message.answered.v1': countAnswered,
  'updraft.live.ended.v1': countLive,
  'updraft.content.published.v1': ({ kind }, _atMs, add) => {
    add(FACT.contentPublished, 1, 'occurred');
    if (kind === 'video') add(FACT.videosPublished, 1, 'occurred');
  },
  'updraft.tool.used.v1': ({ times }, _atMs, add) => add(FACT.toolUses, times, 'occurred'),
  'updraft.service.used.v1': ({ times }, _atMs, add) => add(FACT.serviceUses, times, 'occurred'),
  'updraft.violation.recorded.v1': (_breach, _atMs, add) => add(FACT.violationsRecorded, 1, 'occurred'),
  'updraft.training.completed.v1': ({ points = 0 }, _atMs, add) => add(FACT.studyPoints, points, 'occurred'),
  'updraft.training.failed.v1': (_course, _atMs, add) => add(FACT.trainingsFailed, 1, 'occurred'),
  'updraft.deposit.paid.v1': ({ amountMinor }, _atMs, add) =>
    add(FACT.depositPaidMinor, amountMinor, 'occurred'),
  'updraft.fee.charged.v1': ({ kind, amountMinor }, _atMs, add) => add(FEES[kind], amountMinor, 'occurred'),
};
/** Looked up for every event: a map finds a name that was read from a record sooner than an object does. */
const COUNTER_OF = new Map(Object.entries(COUNTERS) as [string, Counter<Payload>][]);

/** What an event adds to the buckets by itself. */
export function factsOf(type: MerchantEventType, data: Payload, atMs: number, add: AddFact): void {
  COUNTER_OF.get(type)?.(data, atMs, add);
}

function countPaid(order: OrderPaid, _atMs: number, add: AddFact): void {
  add(FACT.ordersPaid, 1, 'occurred');
  add(FACT.gmvMinor, order.amountMinor, 'occurred');
  add(FACT.ordersPlaced, 1, 'ordered');
}

function countShipped({ shipBy, tracking }: OrderShipped, atMs: number, add: AddFact): void {
  add(FACT.ordersShipped, 1, 'occurred');
  if (atMs <= parseInstant(shipBy)) add(FACT.shippedOnTime, 1, 'occurred');
  if (tracking === 'valid') add(FACT.shippedTracked, 1, 'occurred');
}

function countDelivered({ orderedAt, deliverBy }: OrderDelivered, atMs: number, add: AddFact): void {
  add(FACT.ordersDelivered, 1, 'occurred');
  if (isWithinTerm(orderedAt, atMs)) add(FACT.deliveredIn14d, 1, 'ordered');
  if (deliverBy === undefined) return;
  add(FACT.deliveredPromised, 1, 'occurred');
  if (atMs <= parseInstant(deliverBy)) add(FACT.deliveredOnTime, 1, 'occurred');
}

function countCancelled({ by }: OrderCancelled, _atMs: number, add: AddFact): void {
  if (by !== 'merchant') {
    add(FACT.cancelledByOthers, 1, 'occurred');
    return;
  }
  add(FACT.cancelledByMerchant, 1, 'occurred');
  add(FACT.cancelledByMerchantOrdered, 1, 'ordered');
}

function countRefunded({ refundMinor, forQuality }: OrderRefunded, _atMs: number, add: AddFact): void {
  add(FACT.refunds, 1, 'occurred');
  add(FACT.refundMinor, refundMinor, 'occurred');
  if (forQuality) add(FACT.qualityRefunds, 1, 'occurred');
}

function countAnswered({ receivedAt, isFirst }: MessageAnswered, atMs: number, add: AddFact): void {
  if (!isFirst) return;
  add(FACT.firstMessages, 1, 'occurred');
  const tookMs = atMs - parseInstant(receivedAt);
  for (const [fact, limitMs] of REPLIES_WITHIN) if (tookMs <= limitMs) add(fact, 1, 'occurred');
}

function countLive(session: LiveEnded, atMs: number, add: AddFact): void {
  const lastedMs = Math.max(0, atMs - parseInstant(session.startedAt));
  add(FACT.liveSessions, 1, 'started');
  add(FACT.liveMinutes, Math.floor(lastedMs / MINUTE_MS), 'started');
  add(FACT.liveViewers, session.viewers, 'started');
  add(FACT.liveVisitors, session.visitors, 'started');
  add(FACT.liveWatchSeconds, session.watchSeconds, 'started');
  add(FACT.liveNewFans, session.newFans, 'started');
  add(FACT.liveGmvMinor, session.gmvMinor ?? 0, 'started');
}

/** Whether so late after its order something still belongs to the lagged measures. */
export function isWithinTerm(orderedAt: string, atMs: number): boolean {
  return atMs - parseInstant(orderedAt) <= QUALITY_TERM_MS;
}

/** How an event changes the number of orders that are paid and neither shipped nor cancelled. */
export function openOrderDelta(type: MerchantEventType, data: Payload): -1 | 0 | 1 {
  if (type === 'updraft.order.paid.v1') return (data as OrderPaid).dispatch === 'untracked' ? 0 : 1;
  if (type === 'updraft.order.shipped.v1') return -1;
  return type === 'updraft.order.cancelled.v1' && !(data as OrderCancelled).wasShipped ? -1 : 0;
}

/** The usage of a grant that a report states, if the event is one; of a boost the exposures are what is used. */
export function usageOf(
  type: MerchantEventType,
  data: Payload,
): Pick<Usage, 'grantId' | 'used' | 'clicks' | 'orders'> | null {
  if (type === 'updraft.boost.delivered.v1') {
    const { grantId, exposures, clicks = 0, orders = 0 } = data as MerchantEvents[typeof type];
    return { grantId, used: exposures, clicks, orders };
  }
  if (type !== 'updraft.grant.used.v1') return null;
  const { grantId, used } = data as MerchantEvents[typeof type];
  return { grantId, used, clicks: 0, orders: 0 };
}
