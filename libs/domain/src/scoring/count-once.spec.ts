/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { MerchantEvents, MerchantEventType } from '../events.ts';
import { GENESIS, given, order, T0, type World } from '../testing/given.ts';
import { compiled, smallSource } from '../testing/small-bundle.ts';
import { DAY_MS, formatInstant, HOUR_MS, localDay } from '../time.ts';
import { FACTS, type FactId } from './fact.ts';
import { merchantRowFormat, type MerchantRow } from './merchant-row.ts';

// Facts for which it must be known what was said before, and states that are no facts. Each is looked at as a
// snapshot holds it.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const DAY0 = localDay(T0, GENESIS.zoneTransitions);

function small(): World {
  const world = given(sha256);
  world.activate(compiled(smallSource()).text);
  return world;
}

function rowIn(world: World): MerchantRow {
  world.scoring.freeze();
  const { rows } = world.scoring.store;
  return merchantRowFormat.decode('m1', rows.get('m1')!.body, rows.get('m1#')?.body ?? null);
}

/** `fact amount@day`, days counted from the first; nothing of other facts. */
function facts(world: World, ...wanted: FactId[]): string {
  const { buckets } = rowIn(world);
  const found = wanted.flatMap((fact) => {
    const { days = [], amounts = [] } = buckets.columns[FACTS.indexOf(fact)] ?? {};
    return days.map((day, at) => ({ fact, amount: amounts[at]!, day: day - DAY0 }));
  });
  // By day; of one day in the order in which they were asked for.
  return found
    .sort((a, b) => a.day - b.day)
    .map(({ fact, amount, day }) => `${fact} ${amount}@${day}`)
    .join(' ');
}

function tell<T extends MerchantEventType>(
  world: World,
  type: T,
  data: MerchantEvents[T],
  atMs?: number,
): void {
  world.event(type, 'm1', data, atMs === undefined ? {} : { atMs });
}

/** A day later than the first, so that what is placed on the first is placed on another day. */
function nextDay(): World {
  const world = small();
  world.tick(T0 + DAY_MS);
  return world;
}

const placed = order('o1', T0);
const low = { ...placed, stars: 1 };
const refund = { ...placed, refundMinor: 300, forQuality: true };

test('an order with several defects, disputes or refunds for quality counts once each, when it was placed', () => {
  const world = nextDay();
  tell(world, 'updraft.review.posted.v1', low);
  tell(world, 'updraft.order.refunded.v1', refund);
  tell(world, 'updraft.order.refunded.v1', refund);
  tell(world, 'updraft.dispute.opened.v1', placed);
  world.scoring.evict();
  tell(world, 'updraft.dispute.opened.v1', placed);
  expect(facts(world, 'defectOrders', 'disputedOrders', 'qualityRefundsIn14d')).toBe(
    'defectOrders 1@0 disputedOrders 1@0 qualityRefundsIn14d 1@0',
  );
  expect(facts(world, 'qualityRefunds', 'disputesOpened')).toBe('qualityRefunds 2@1 disputesOpened 2@1');
});

test('the buyer of an order with a defect is remembered beside the day it was placed', () => {
  const world = nextDay();
  tell(world, 'updraft.review.posted.v1', { ...low, buyer: `b_${'1'.repeat(32)}` });
  expect([...rowIn(world).markedOrders.values()]).toEqual([{ day: DAY0, buyer: '1'.repeat(16), marks: 1 }]);
});

describe('detailed ratings', () => {
  const scores = { description: 5, service: 4, logistics: 3 };
  const rate = (world: World, id: string, rated: object = scores, atMs?: number): void =>
    tell(world, 'updraft.review.posted.v1', { ...order(id, T0), stars: 5, scores: rated }, atMs);
  const counts = ['dsrDescriptionCount', 'dsrServiceCount', 'dsrLogisticsCount'] as const;

  test('of one buyer the first three of a calendar month count', () => {
    const world = small();
    for (const id of ['a', 'b', 'c', 'd']) rate(world, id);
    expect(facts(world, 'dsrDescription', 'dsrService', 'dsrLogistics')).toBe(
      'dsrDescription 15@0 dsrService 12@0 dsrLogistics 9@0',
    );
    expect(facts(world, 'reviews')).toBe('reviews 4@0');
    const other = { ...order('e', T0), stars: 5, scores, buyer: 'another' };
    tell(world, 'updraft.review.posted.v1', other);
    expect(facts(world, ...counts)).toBe('dsrDescriptionCount 4@0 dsrServiceCount 4@0 dsrLogisticsCount 4@0');
  });

  test('of the next month three more count, and what comes late counts in the month it belongs to', () => {
    const world = small();
    // The first day of the world is the first of November in the market zone.
    for (const id of ['a', 'b', 'c']) rate(world, id, { service: 5 }, T0 - 1);
    rate(world, 'd', { service: 5 });
    rate(world, 'e', { service: 5 }, T0 - HOUR_MS);
    expect(facts(world, 'dsrServiceCount')).toBe('dsrServiceCount 3@-1 dsrServiceCount 1@0');
  });

  test('an aspect that was not rated counts nowhere, nor does a review without any', () => {
    const world = small();
    rate(world, 'a', { logistics: 2 });
    tell(world, 'updraft.review.posted.v1', { ...order('b', T0), stars: 5 });
    expect(facts(world, ...counts)).toBe('dsrLogisticsCount 1@0');
  });

  test('who rated in months that no event can belong to any more is forgotten', () => {
    const world = small();
    rate(world, 'a', { service: 5 }, T0 - 1);
    rate(world, 'b');
    expect(rowIn(world).raters.size).toBe(2);
    world.tick(T0 + 7 * DAY_MS);
    rate(world, 'c');
    expect([...rowIn(world).raters.values()]).toEqual([2]);
  });
});

test('of cumulative reports what is new is counted, and an earlier one that comes late is nothing', () => {
  const world = small();
  tell(world, 'updraft.boost.delivered.v1', { grantId: 'g', exposures: 100, clicks: 7, orders: 1 });
  tell(world, 'updraft.boost.delivered.v1', { grantId: 'g', exposures: 150, clicks: 9 });
  tell(world, 'updraft.boost.delivered.v1', { grantId: 'g', exposures: 120, clicks: 8, orders: 2 });
  expect(facts(world, 'exposures', 'boostClicks', 'boostOrders')).toBe(
    'exposures 150@0 boostClicks 9@0 boostOrders 2@0',
  );
  tell(world, 'updraft.content.exposed.v1', { contentId: 'c', exposures: 40 });
  world.scoring.evict();
  tell(world, 'updraft.content.exposed.v1', { contentId: 'c', exposures: 65 });
  tell(world, 'updraft.content.exposed.v1', { contentId: 'c', exposures: 50 });
  expect(facts(world, 'contentExposures')).toBe('contentExposures 65@0');
});

test('fans are totals: the first says where counting begins, each later one what came or went', () => {
  const world = small();
  tell(world, 'updraft.fans.changed.v1', { fans: 1_000, fansOffSite: 50 });
  expect(facts(world, 'fansGained', 'fansLost')).toBe('');
  tell(world, 'updraft.fans.changed.v1', { fans: 1_030 });
  tell(world, 'updraft.fans.changed.v1', { fans: 1_010 });
  expect(facts(world, 'fansGained', 'fansLost')).toBe('fansGained 30@0 fansLost 20@0');
  expect(rowIn(world)).toMatchObject({ fans: 1_010, fansOffSite: 50 });
});

test('a live session belongs to the day it started, one that would start after its end to the day it ended', () => {
  const world = nextDay();
  const ended = { sessionId: 's', viewers: 9, visitors: 5, watchSeconds: 60, newFans: 1 };
  tell(world, 'updraft.live.ended.v1', { ...ended, startedAt: formatInstant(T0 + 23 * HOUR_MS) });
  expect(facts(world, 'liveSessions', 'liveMinutes')).toBe('liveSessions 1@0 liveMinutes 60@0');
  tell(world, 'updraft.live.ended.v1', { ...ended, startedAt: formatInstant(T0 + 90 * DAY_MS) });
  expect(facts(world, 'liveSessions')).toBe('liveSessions 1@0 liveSessions 1@1');
});

test('first and last instants are those of event time, in whatever order events arrive', () => {
  const world = nextDay();
  const at = (hours: number): number => T0 + hours * HOUR_MS;
  for (const hours of [12, 5, 20]) tell(world, 'updraft.order.paid.v1', order(`o${hours}`, T0), at(hours));
  for (const hours of [14, 9]) tell(world, 'updraft.order.shipped.v1', order(`o${hours}`, T0), at(hours));
  tell(world, 'updraft.live.started.v1', { sessionId: 's' }, at(3));
  tell(world, 'updraft.violation.recorded.v1', { violation: 'late' }, at(8));
  tell(world, 'updraft.violation.recorded.v1', { violation: 'late' }, at(7));
  expect(rowIn(world).instants).toEqual({
    registered: null,
    firstSale: at(5),
    lastSale: at(20),
    lastShipment: at(14),
    lastLive: at(3),
    lastViolation: at(8),
  });
  expect(rowIn(world).breaches.map(({ day }) => day)).toEqual([DAY0, DAY0]);
});

test('what a merchant learnt, may show and owes is kept, also over a restart', () => {
  const world = small();
  tell(world, 'updraft.merchant.verified.v1', { verification: 'business-licence' });
  tell(world, 'updraft.certification.granted.v1', { certification: 'organic' });
  tell(world, 'updraft.certification.granted.v1', { certification: 'halal' });
  tell(world, 'updraft.certification.expired.v1', { certification: 'organic' });
  tell(world, 'updraft.training.enrolled.v1', { course: 'start' });
  tell(world, 'updraft.training.completed.v1', { course: 'start', points: 10 });
  tell(world, 'updraft.exam.passed.v1', { exam: 'live' });
  tell(world, 'updraft.category.assigned.v1', { category: 'books' });
  tell(world, 'updraft.inventory.reported.v1', { units: 5, listings: 3 });
  tell(world, 'updraft.inventory.reported.v1', { units: 4 });
  world.scoring.evict();
  tell(world, 'updraft.deposit.due.v1', { amountMinor: 500, dueBy: formatInstant(T0 + DAY_MS) });
  tell(world, 'updraft.deposit.paid.v1', { amountMinor: 200 });
  expect(rowIn(world)).toMatchObject({
    certifications: ['business-licence', 'halal'],
    enrolled: ['start'],
    trainings: ['start'],
    exams: ['live'],
    category: 'books',
    stockUnits: 4,
    listings: 3,
    depositDueMinor: 300,
    depositDueByMs: T0 + DAY_MS,
  });
  tell(world, 'updraft.deposit.paid.v1', { amountMinor: 400 });
  expect(rowIn(world)).toMatchObject({ depositDueMinor: 0, depositDueByMs: null });
  expect(facts(world, 'studyPoints', 'depositPaidMinor')).toBe('studyPoints 10@0 depositPaidMinor 600@0');
});

test('buyers are remembered by the last day on which they paid', () => {
  const world = nextDay();
  const paid = (id: string, buyer: string, atMs: number): void =>
    tell(world, 'updraft.order.paid.v1', { ...order(id, T0), buyer }, atMs);
  paid('a', 'x', T0);
  paid('b', 'y', T0 + DAY_MS);
  paid('c', 'x', T0 + DAY_MS);
  paid('d', 'y', T0);
  expect([...rowIn(world).buyers.days]).toEqual([
    ['x', DAY0 + 1],
    ['y', DAY0 + 1],
  ]);
});
