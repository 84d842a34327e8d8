import type { MerchantEventType } from '../events.ts';
import type { FactId } from './fact.ts';

/**
 * The bucket that an amount goes to: the local day of the event, that on which its order was placed, or that on which
 * its live session started.
 */
export type FactDay = 'occurred' | 'ordered' | 'started';

export type Feed = Partial<Readonly<Record<FactId, FactDay>>>;

/** Which facts an event can add to, and on which day. What it adds is in facts-of.ts and count-once.ts. */
export const FEEDS: Readonly<Partial<Record<MerchantEventType, Feed>>> = {
  'updraft.order.placed.v1': { checkouts: 'occurred' },
  'updraft.order.paid.v1': { ordersPaid: 'occurred', gmvMinor: 'occurred', ordersPlaced: 'ordered' },
  'updraft.order.shipped.v1': {
    ordersShipped: 'occurred',
    shippedOnTime: 'occurred',
    shippedTracked: 'occurred',
  },
  'updraft.order.delivered.v1': {
    ordersDelivered: 'occurred',
    deliveredPromised: 'occurred',
    deliveredOnTime: 'occurred',
    deliveredIn14d: 'ordered',
  },
  'updraft.order.cancelled.v1': {
    cancelledByMerchant: 'occurred',
    cancelledByOthers: 'occurred',
    cancelledByMerchantOrdered: 'ordered',
    defectOrders: 'ordered',
  },
  'updraft.order.refunded.v1': {
    refunds: 'occurred',
    refundMinor: 'occurred',
    qualityRefunds: 'occurred',
    qualityRefundsIn14d: 'ordered',
    defectOrders: 'ordered',
  },
  'updraft.return.opened.v1': { returnsOpened: 'occurred' },
  'updraft.return.closed.v1': { returnsClosed: 'occurred', returnsRefunded: 'occurred' },
  'updraft.dispute.opened.v1': { disputesOpened: 'occurred', disputedOrders: 'ordered' },
  'updraft.dispute.resolved.v1': {
    disputesResolved: 'occurred',
    disputesArbitrated: 'occurred',
    disputesLost: 'occurred',
  },
  'updraft.review.posted.v1': {
    reviews: 'occurred',
    stars: 'occurred',
    lowReviews: 'occurred',
    ratings3OrLess: 'occurred',
    dsrDescription: 'occurred',
    dsrDescriptionCount: 'occurred',
    dsrService: 'occurred',
    dsrServiceCount: 'occurred',
    dsrLogistics: 'occurred',
    dsrLogisticsCount: 'occurred',
    defectOrders: 'ordered',
  },
  'updraft.review.removed.v1': {
    reviewsRemoved: 'occurred',
    starsRemoved: 'occurred',
    lowReviewsRemoved: 'occurred',
  },
  'updraft.message.received.v1': { messagesReceived: 'occurred', firstMessagesReceived: 'occurred' },
  'updraft.message.answered.v1': {
    firstMessages: 'occurred',
    answeredInTime: 'occurred',
    repliesIn1m: 'occurred',
    repliesIn5m: 'occurred',
    repliesIn30m: 'occurred',
    repliesIn2h: 'occurred',
    repliesIn24h: 'occurred',
    repliesIn48h: 'occurred',
  },
  'updraft.live.ended.v1': {
    liveSessions: 'started',
    liveMinutes: 'started',
    liveViewers: 'started',
    liveVisitors: 'started',
    liveWatchSeconds: 'started',
    liveNewFans: 'started',
    liveGmvMinor: 'started',
  },
  'updraft.content.published.v1': { contentPublished: 'occurred', videosPublished: 'occurred' },
  'updraft.content.exposed.v1': { contentExposures: 'occurred' },
  'updraft.fans.changed.v1': { fansGained: 'occurred', fansLost: 'occurred' },
  'updraft.tool.used.v1': { toolUses: 'occurred' },
  'updraft.service.used.v1': { serviceUses: 'occurred' },
  'updraft.violation.recorded.v1': { violationsRecorded: 'occurred' },
  'updraft.training.completed.v1': { studyPoints: 'occurred' },
  'updraft.training.failed.v1': { trainingsFailed: 'occurred' },
  'updraft.deposit.paid.v1': { depositPaidMinor: 'occurred' },
  'updraft.fee.charged.v1': {
    feesCommissionMinor: 'occurred',
    feesContentMinor: 'occurred',
    feesOtherMinor: 'occurred',
  },
  'updraft.boost.delivered.v1': { exposures: 'occurred', boostClicks: 'occurred', boostOrders: 'occurred' },
};
