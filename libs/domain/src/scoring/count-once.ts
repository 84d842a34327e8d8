import type {
  BoostDelivered,
  ContentExposed,
  DetailedScores,
  FansChanged,
  MerchantEvents,
  MerchantEventType,
  OrderFacts,
  ReviewPosted,
} from '../events.ts';
import { civilOfDay } from '../time.ts';
import { addTo } from './add-to.ts';
import { nameOfBuyer, noteBuyer } from './buyers.ts';
import { FACT } from './fact.ts';
import { MARKED_ORDERS_MAX, marksOf, ONCE_PER_ORDER } from './marked-orders.ts';
import { BOOSTS_MAX, CONTENTS_MAX, putBounded, RATERS_MAX, type MerchantRow } from './merchant-row.ts';
import type { ScoringPartition } from './scoring-partition.ts';

/** The local days of an event: when it happened, and when its order was placed or its session started. */
export interface EventDays {
  readonly occurred: number;
  readonly began: number;
}

/** Of one buyer's reviews in a calendar month so many count in the detailed ratings. */
export const RATINGS_PER_BUYER = 3;
const MONTHS_A_YEAR = 12;

const RATINGS: readonly (readonly [keyof DetailedScores, sum: number, count: number])[] = [
  ['description', FACT.dsrDescription, FACT.dsrDescriptionCount],
  ['service', FACT.dsrService, FACT.dsrServiceCount],
  ['logistics', FACT.dsrLogistics, FACT.dsrLogisticsCount],
];

/** Adds to the facts for which it must be known what was said before. */
export function countWithMemory(
  scoring: ScoringPartition,
  row: MerchantRow,
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
  atMs: number,
  days: EventDays,
): void {
  switch (type) {
    case 'updraft.order.paid.v1':
      return noteBuyer(row.buyers, (data as OrderFacts).buyer, days.occurred);
    case 'updraft.review.posted.v1':
      countRatings(scoring, row, data as ReviewPosted, days.occurred);
      break;
    case 'updraft.boost.delivered.v1':
      return countBoost(scoring, row, data as BoostDelivered, days.occurred);
    case 'updraft.content.exposed.v1':
      return countContent(scoring, row, data as ContentExposed, days.occurred);
    case 'updraft.fans.changed.v1':
      return countFans(scoring, row, data as FansChanged, days.occurred);
    default:
  }
  const marks = marksOf(type, data, atMs);
  if (marks !== 0) countOncePerOrder(scoring, row, data as OrderFacts, marks, days.began);
}

function countOncePerOrder(
  scoring: ScoringPartition,
  row: MerchantRow,
  { orderId, buyer }: OrderFacts,
  marks: number,
  day: number,
): void {
  const known = row.markedOrders.get(orderId);
  const before = known?.marks ?? 0;
  if ((before | marks) === before) return;
  for (const { mark, fact } of ONCE_PER_ORDER) {
    if ((marks & mark) !== 0 && (before & mark) === 0) addTo(scoring, row, fact, 1, day);
  }
  if (known !== undefined) {
    row.markedOrders.set(orderId, { ...known, marks: before | marks });
    return;
  }
  putBounded(row.markedOrders, orderId, { day, buyer: nameOfBuyer(buyer), marks }, MARKED_ORDERS_MAX);
}

function countRatings(scoring: ScoringPartition, row: MerchantRow, review: ReviewPosted, day: number): void {
  const { scores, buyer } = review;
  if (scores === undefined) return;
  const rater = `${monthOfDay(day)}/${nameOfBuyer(buyer)}`;
  const before = row.raters.get(rater) ?? 0;
  if (before >= RATINGS_PER_BUYER) return;
  putBounded(row.raters, rater, before + 1, RATERS_MAX);
  for (const [name, sum, count] of RATINGS) {
    const rating = scores[name];
    if (rating === undefined) continue;
    addTo(scoring, row, sum, rating, day);
    addTo(scoring, row, count, 1, day);
  }
}

/** Forgets who rated in months of which no event can arrive any more. */
export function forgetRaters(raters: Map<string, number>, earliestDay: number): void {
  const earliest = monthOfDay(earliestDay);
  for (const rater of raters.keys()) if (Number.parseInt(rater, 10) < earliest) raters.delete(rater);
}

function monthOfDay(day: number): number {
  const { year, month } = civilOfDay(day);
  return year * MONTHS_A_YEAR + month;
}

/** What is new of a cumulative report. */
function countBoost(
  scoring: ScoringPartition,
  row: MerchantRow,
  { grantId, exposures, clicks = 0, orders = 0 }: BoostDelivered,
  day: number,
): void {
  const before = row.boosts.get(grantId) ?? { exposures: 0, clicks: 0, orders: 0 };
  const after = {
    exposures: Math.max(before.exposures, exposures),
    clicks: Math.max(before.clicks, clicks),
    orders: Math.max(before.orders, orders),
  };
  addTo(scoring, row, FACT.exposures, after.exposures - before.exposures, day);
  addTo(scoring, row, FACT.boostClicks, after.clicks - before.clicks, day);
  addTo(scoring, row, FACT.boostOrders, after.orders - before.orders, day);
  putBounded(row.boosts, grantId, after, BOOSTS_MAX);
}

function countContent(
  scoring: ScoringPartition,
  row: MerchantRow,
  { contentId, exposures }: ContentExposed,
  day: number,
): void {
  const before = row.contents.get(contentId) ?? 0;
  const after = Math.max(before, exposures);
  addTo(scoring, row, FACT.contentExposures, after - before, day);
  putBounded(row.contents, contentId, after, CONTENTS_MAX);
}

/** The first total says where counting begins: nobody was gained by it. */
function countFans(scoring: ScoringPartition, row: MerchantRow, changed: FansChanged, day: number): void {
  const gained = changed.fans - (row.fans ?? changed.fans);
  if (gained > 0) addTo(scoring, row, FACT.fansGained, gained, day);
  if (gained < 0) addTo(scoring, row, FACT.fansLost, -gained, day);
  row.fans = changed.fans;
  row.fansOffSite = changed.fansOffSite ?? row.fansOffSite;
}
