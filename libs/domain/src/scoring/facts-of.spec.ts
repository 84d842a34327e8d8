import type { MerchantEvents, MerchantEventType } from '../events.ts';
import { order, T0 } from '../testing/given.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS } from '../time.ts';
import { FACTS } from './fact.ts';
import { factsOf, openOrderDelta, usageOf } from './facts-of.ts';
import { FEEDS } from './feeds.ts';

const facts = order('o1', T0);
const refund = { ...facts, refundMinor: 300, forQuality: false };
const cancel = { ...facts, by: 'buyer' as const, wasShipped: false };
const heard = new Map<MerchantEventType, Set<string>>();

/** `fact amount day` of each thing that the event adds; zeros are left out. */
function said<T extends MerchantEventType>(type: T, data: MerchantEvents[T], atMs = T0): string {
  const added: string[] = [];
  const names = heard.get(type) ?? new Set<string>();
  heard.set(type, names);
  factsOf(type, data, atMs, (fact, amount, day) => {
    if (amount === 0) return;
    names.add(`${FACTS[fact]} ${day}`);
    added.push(`${FACTS[fact]} ${amount} ${day}`);
  });
  return added.join(', ');
}

test('what each event adds, and to which day', () => {
  expect(said('updraft.order.paid.v1', facts)).toBe(
    'ordersPaid 1 occurred, gmvMinor 10000 occurred, ordersPlaced 1 ordered',
  );
  expect(said('updraft.order.cancelled.v1', cancel)).toBe('cancelledByOthers 1 occurred');
  expect(said('updraft.order.cancelled.v1', { ...cancel, by: 'merchant' })).toBe(
    'cancelledByMerchant 1 occurred, cancelledByMerchantOrdered 1 ordered',
  );
  expect(said('updraft.order.refunded.v1', refund)).toBe('refunds 1 occurred, refundMinor 300 occurred');
  expect(said('updraft.order.refunded.v1', { ...refund, forQuality: true })).toContain(
    'qualityRefunds 1 occurred',
  );
  expect(said('updraft.review.posted.v1', { ...facts, stars: 3 })).toBe(
    'reviews 1 occurred, stars 3 occurred, ratings3OrLess 1 occurred',
  );
  expect(said('updraft.review.posted.v1', { ...facts, stars: 4 })).toBe(
    'reviews 1 occurred, stars 4 occurred',
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
  const inTime = 'answeredInTime 1 occurred';
  expect(said('updraft.message.answered.v1', message, limit)).toContain(
    `firstMessages 1 occurred, ${inTime}`,
  );
  expect(said('updraft.message.answered.v1', message, limit + 1)).not.toContain(inTime);
  expect(said('updraft.message.answered.v1', { ...message, isFirst: false }, T0)).toBe('');
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

test('replies are counted within each limit, cumulatively', () => {
  const message = { threadId: 't', receivedAt: formatInstant(T0), isFirst: true };
  const within = (tookMs: number): string[] =>
    said('updraft.message.answered.v1', message, T0 + tookMs)
      .split(', ')
      .map((fact) => fact.split(' ')[0]!)
      .filter((fact) => fact !== 'firstMessages');
  const all = ['answeredInTime', 'repliesIn1m', 'repliesIn5m', 'repliesIn30m', 'repliesIn2h'];
  const limits: [number, string[]][] = [
    [MINUTE_MS, [...all, 'repliesIn24h', 'repliesIn48h']],
    [5 * MINUTE_MS, ['answeredInTime', 'repliesIn5m', ...all.slice(3), 'repliesIn24h', 'repliesIn48h']],
    [30 * MINUTE_MS, ['answeredInTime', ...all.slice(3), 'repliesIn24h', 'repliesIn48h']],
    [2 * HOUR_MS, ['answeredInTime', 'repliesIn2h', 'repliesIn24h', 'repliesIn48h']],
    [12 * HOUR_MS, ['answeredInTime', 'repliesIn24h', 'repliesIn48h']],
    [24 * HOUR_MS, ['repliesIn24h', 'repliesIn48h']],
    [48 * HOUR_MS, ['repliesIn48h']],
  ];
  for (const [limitMs, facts] of limits) {
    expect(within(limitMs)).toEqual(facts);
    expect(within(limitMs + 1)).toHaveLength(facts.length - 1);
  }
});

describe('deliveries', () => {
  const promised = { ...facts, deliverBy: formatInstant(T0 + DAY_MS) };
  const type = 'updraft.order.delivered.v1';

  test('are on time up to the promised instant, where one was promised', () => {
    const base = 'ordersDelivered 1 occurred, deliveredIn14d 1 ordered';
    expect(said(type, promised, T0 + DAY_MS)).toBe(
      `${base}, deliveredPromised 1 occurred, deliveredOnTime 1 occurred`,
    );
    expect(said(type, promised, T0 + DAY_MS + 1)).toBe(`${base}, deliveredPromised 1 occurred`);
    expect(said(type, facts, T0)).toBe(base);
  });

  test('count in the lagged measure up to fourteen days after the order', () => {
    expect(said(type, facts, T0 + 14 * DAY_MS)).toContain('deliveredIn14d 1 ordered');
    expect(said(type, facts, T0 + 14 * DAY_MS + 1)).toBe('ordersDelivered 1 occurred');
  });
});

const ADDED: readonly {
  [Type in MerchantEventType]: readonly [Type, MerchantEvents[Type], string];
}[MerchantEventType][] = [
  ['updraft.order.placed.v1', facts, 'checkouts 1 occurred'],
  [
    'updraft.order.shipped.v1',
    { ...facts, tracking: 'valid' },
    'ordersShipped 1 occurred, shippedOnTime 1 occurred, shippedTracked 1 occurred',
  ],
  [
    'updraft.order.shipped.v1',
    { ...facts, tracking: 'none' },
    'ordersShipped 1 occurred, shippedOnTime 1 occurred',
  ],
  ['updraft.return.opened.v1', { ...facts, reason: 'quality' }, 'returnsOpened 1 occurred'],
  [
    'updraft.return.closed.v1',
    { ...facts, outcome: 'refunded' },
    'returnsClosed 1 occurred, returnsRefunded 1 occurred',
  ],
  ['updraft.return.closed.v1', { ...facts, outcome: 'rejected' }, 'returnsClosed 1 occurred'],
  ['updraft.dispute.opened.v1', facts, 'disputesOpened 1 occurred'],
  [
    'updraft.dispute.resolved.v1',
    { ...facts, by: 'platform', isArbitrated: true, inFavourOf: 'buyer' },
    'disputesResolved 1 occurred, disputesArbitrated 1 occurred, disputesLost 1 occurred',
  ],
  [
    'updraft.dispute.resolved.v1',
    { ...facts, by: 'platform', isArbitrated: true, inFavourOf: 'merchant' },
    'disputesResolved 1 occurred, disputesArbitrated 1 occurred',
  ],
  // Who gives in by itself has not lost.
  [
    'updraft.dispute.resolved.v1',
    { ...facts, by: 'merchant', isArbitrated: false, inFavourOf: 'buyer' },
    'disputesResolved 1 occurred',
  ],
  [
    'updraft.review.removed.v1',
    { ...facts, stars: 2 },
    'reviewsRemoved 1 occurred, starsRemoved 2 occurred, lowReviewsRemoved 1 occurred',
  ],
  ['updraft.review.removed.v1', { ...facts, stars: 3 }, 'reviewsRemoved 1 occurred, starsRemoved 3 occurred'],
  [
    'updraft.message.received.v1',
    { threadId: 't', isFirst: true },
    'messagesReceived 1 occurred, firstMessagesReceived 1 occurred',
  ],
  ['updraft.message.received.v1', { threadId: 't', isFirst: false }, 'messagesReceived 1 occurred'],
  [
    'updraft.live.ended.v1',
    {
      sessionId: 's',
      startedAt: formatInstant(T0 - 90 * MINUTE_MS + 1),
      viewers: 9,
      visitors: 7,
      watchSeconds: 600,
      newFans: 2,
      gmvMinor: 5_000,
    },
    'liveSessions 1 started, liveMinutes 89 started, liveViewers 9 started, liveVisitors 7 started, ' +
      'liveWatchSeconds 600 started, liveNewFans 2 started, liveGmvMinor 5000 started',
  ],
  [
    'updraft.live.ended.v1',
    {
      sessionId: 's',
      startedAt: formatInstant(T0 + 1),
      viewers: 0,
      visitors: 0,
      watchSeconds: 0,
      newFans: 0,
    },
    'liveSessions 1 started',
  ],
  [
    'updraft.content.published.v1',
    { contentId: 'c', kind: 'video' },
    'contentPublished 1 occurred, videosPublished 1 occurred',
  ],
  ['updraft.content.published.v1', { contentId: 'c', kind: 'note' }, 'contentPublished 1 occurred'],
  ['updraft.tool.used.v1', { tool: 't', times: 4 }, 'toolUses 4 occurred'],
  ['updraft.service.used.v1', { service: 's', times: 2 }, 'serviceUses 2 occurred'],
  ['updraft.violation.recorded.v1', { violation: 'v' }, 'violationsRecorded 1 occurred'],
  ['updraft.training.completed.v1', { course: 'c', points: 10 }, 'studyPoints 10 occurred'],
  ['updraft.training.completed.v1', { course: 'c' }, ''],
  ['updraft.training.failed.v1', { course: 'c' }, 'trainingsFailed 1 occurred'],
  ['updraft.deposit.paid.v1', { amountMinor: 500 }, 'depositPaidMinor 500 occurred'],
  ['updraft.fee.charged.v1', { kind: 'commission', amountMinor: 1 }, 'feesCommissionMinor 1 occurred'],
  ['updraft.fee.charged.v1', { kind: 'content', amountMinor: 2 }, 'feesContentMinor 2 occurred'],
  ['updraft.fee.charged.v1', { kind: 'other', amountMinor: 3 }, 'feesOtherMinor 3 occurred'],
];

test.each(ADDED)('%s with %j adds: %s', (type, data, added) => {
  expect(said(type, data as never)).toBe(added);
});

test('what was said in these tests is what the table of feeds has, but for what needs memory', () => {
  const remembered =
    /^(dsr|defectOrders|disputedOrders|qualityRefundsIn14d|exposures|boost|contentExposures|fans)/;
  for (const [type, feed] of Object.entries(FEEDS)) {
    const wanted = Object.entries(feed)
      .filter(([fact]) => !remembered.test(fact))
      .map(([fact, day]) => `${fact} ${day}`);
    expect({ type, facts: [...(heard.get(type as MerchantEventType) ?? [])].sort() }).toEqual({
      type,
      facts: wanted.sort(),
    });
  }
});
