// The fixed catalogue of facts: integers per merchant and local day, independent of any policy. Metrics are formulas
// over them, so that a policy activated today has its history at once. Which event adds to which fact, and to which
// day, is in feeds.ts.

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
  // Since engine 4.
  'checkouts',
  'shippedTracked',
  'deliveredPromised',
  'deliveredOnTime',
  'cancelledByMerchantOrdered',
  'deliveredIn14d',
  'qualityRefundsIn14d',
  'returnsOpened',
  'returnsClosed',
  'returnsRefunded',
  'disputesOpened',
  'disputesResolved',
  'disputesArbitrated',
  'disputesLost',
  /** Orders with at least one dispute, each counted once, on the day the order was placed. */
  'disputedOrders',
  'reviewsRemoved',
  'starsRemoved',
  'lowReviewsRemoved',
  'ratings3OrLess',
  'dsrDescription',
  'dsrService',
  'dsrLogistics',
  'dsrDescriptionCount',
  'dsrServiceCount',
  'dsrLogisticsCount',
  'messagesReceived',
  'firstMessagesReceived',
  'repliesIn1m',
  'repliesIn5m',
  'repliesIn30m',
  'repliesIn2h',
  'repliesIn24h',
  'repliesIn48h',
  'liveSessions',
  'liveMinutes',
  'liveViewers',
  'liveVisitors',
  'liveWatchSeconds',
  'liveNewFans',
  'liveGmvMinor',
  'contentPublished',
  'videosPublished',
  'contentExposures',
  'fansGained',
  'fansLost',
  'toolUses',
  'trainingsFailed',
  'studyPoints',
  'feesCommissionMinor',
  'feesContentMinor',
  'feesOtherMinor',
  'depositPaidMinor',
  'boostClicks',
  'boostOrders',
  'violationsRecorded',
  'serviceUses',
] as const;
export type FactId = (typeof FACTS)[number];

export const FACT_PLACE: ReadonlyMap<string, number> = new Map(FACTS.map((fact, place) => [fact, place]));

/** The same to be named in code: `FACT.ordersPaid`. */
export const FACT = Object.fromEntries(FACT_PLACE) as Readonly<Record<FactId, number>>;

/**
 * The engine that counted each fact first, by place. A workspace that is older has no history of it from before that
 * engine came, and a window that reaches there is not assessed.
 */
export const FACT_SINCE: readonly number[] = FACTS.map((_fact, place) => (place < FACT.checkouts ? 1 : 4));
