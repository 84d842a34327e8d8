import { FACT, FACT_PLACE, FACT_SINCE, FACTS } from './fact.ts';

test('the catalogue is append-only: the place of a fact is what snapshots hold', () => {
  expect(FACTS.join(' ')).toBe(
    'ordersPaid gmvMinor ordersShipped shippedOnTime ordersDelivered cancelledByMerchant cancelledByOthers ' +
      'refunds refundMinor qualityRefunds reviews stars lowReviews firstMessages answeredInTime exposures ' +
      'defectOrders ordersPlaced checkouts shippedTracked deliveredPromised deliveredOnTime ' +
      'cancelledByMerchantOrdered deliveredIn14d qualityRefundsIn14d returnsOpened returnsClosed ' +
      'returnsRefunded disputesOpened disputesResolved disputesArbitrated disputesLost disputedOrders ' +
      'reviewsRemoved starsRemoved lowReviewsRemoved ratings3OrLess dsrDescription dsrService dsrLogistics ' +
      'dsrDescriptionCount dsrServiceCount dsrLogisticsCount messagesReceived firstMessagesReceived ' +
      'repliesIn1m repliesIn5m repliesIn30m repliesIn2h repliesIn24h repliesIn48h liveSessions liveMinutes ' +
      'liveViewers liveVisitors liveWatchSeconds liveNewFans liveGmvMinor contentPublished videosPublished ' +
      'contentExposures fansGained fansLost toolUses trainingsFailed studyPoints feesCommissionMinor ' +
      'feesContentMinor feesOtherMinor depositPaidMinor boostClicks boostOrders violationsRecorded serviceUses',
  );
  expect(FACT_PLACE.get('ordersPlaced')).toBe(17);
  expect(FACT.ordersPlaced).toBe(17);
});

test('facts of the first catalogue were always counted, those after it since engine 4', () => {
  const since = (fact: string): number => FACT_SINCE[FACT_PLACE.get(fact)!]!;
  expect(['ordersPaid', 'ordersPlaced', 'checkouts', 'serviceUses'].map(since)).toEqual([1, 1, 4, 4]);
  expect(FACT_SINCE).toHaveLength(FACTS.length);
});
