import { additionsOf, isSoon, LOW_STARS, type Payload } from './event-facts.ts';
import type { Event } from './export-reader.ts';
import { daysBefore, localDate, type ZoneTransition } from './local-day.ts';

// The facts of each merchant, counted once more from the events that count, as docs and catalogue describe them.

type Facts = Map<string, number>;

export interface MerchantFacts {
  /** Local date to facts. */
  readonly days: Map<string, Facts>;
  /** Ship-by date to orders paid and neither shipped nor cancelled. */
  readonly open: Map<string, number>;
  /** Grant to the largest exposures that were reported. */
  readonly boosts: Map<string, number>;
  /** Grant to the largest clicks and orders that were reported. */
  readonly led: Map<string, readonly [clicks: number, orders: number]>;
  readonly contents: Map<string, number>;
  /** Orders of which something counts once, to the date they were placed and what was counted. */
  readonly marked: Map<string, { readonly day: string; readonly facts: readonly string[] }>;
  /** Month and buyer to how many detailed ratings counted. */
  readonly raters: Map<string, number>;
  fans: number | null;
  lookedThrough: string;
}

/** How long days are kept, and how many entries the bounded lists of a merchant hold. */
export const DAYS_KEPT = 400;
const MARKED_KEPT = 500;
const BOOSTS_KEPT = 50;
const CONTENTS_KEPT = 200;
const RATERS_KEPT = 500;
const RATINGS_PER_BUYER = 3;
const BUYER_CHARS = 16;
/** Where quantities stop growing. */
const QUANTITY_MAX = 1_000_000_000_000_000;

export interface FactCounter {
  count(event: Event, nowMs: number, zone: readonly ZoneTransition[]): void;
  readonly merchants: ReadonlyMap<string, MerchantFacts>;
}

export function createFactCounter(): FactCounter {
  const merchants = new Map<string, MerchantFacts>();
  return {
    merchants,
    count(event, nowMs, zone) {
      const id = event.subject!;
      const merchant = merchants.get(id) ?? emptyMerchant();
      merchants.set(id, merchant);
      countOne(merchant, event, localDate(nowMs, zone), zone);
    },
  };
}

function emptyMerchant(): MerchantFacts {
  return {
    days: new Map(),
    open: new Map(),
    boosts: new Map(),
    led: new Map(),
    contents: new Map(),
    marked: new Map(),
    raters: new Map(),
    fans: null,
    lookedThrough: '',
  };
}

function countOne(
  merchant: MerchantFacts,
  event: Event,
  today: string,
  zone: readonly ZoneTransition[],
): void {
  const data = event.data as Payload;
  const date = localDate(Date.parse(event.time), zone);
  const began = data.orderedAt ?? data.startedAt;
  const earlier = began === undefined ? date : min(date, localDate(Date.parse(began), zone));
  const oldest = daysBefore(today, DAYS_KEPT);
  forgetOld(merchant, today, oldest);
  const add: Add = (fact, amount, day = date) => {
    if (amount === 0 || day <= oldest) return;
    const facts: Facts = merchant.days.get(day) ?? new Map();
    merchant.days.set(day, facts);
    facts.set(fact, Math.min((facts.get(fact) ?? 0) + amount, QUANTITY_MAX));
  };
  for (const [fact, amount, isEarlier] of additionsOf(event)) add(fact, amount, isEarlier ? earlier : date);
  countOnce(merchant, event, earlier, add);
  countRatings(merchant, event, date, add);
  countReports(merchant, event, add);
  const change = openChange(event.type, data);
  if (change === 0) return;
  const day = localDate(Date.parse(data.shipBy!), zone);
  merchant.open.set(day, (merchant.open.get(day) ?? 0) + change);
}

type Add = (fact: string, amount: number, day?: string) => void;

/** Once a day, orders that no window reaches any more make room. */
function forgetOld(merchant: MerchantFacts, today: string, oldest: string): void {
  if (merchant.lookedThrough >= today) return;
  for (const [order, { day }] of merchant.marked) if (day <= oldest) merchant.marked.delete(order);
  merchant.lookedThrough = today;
}

/** Defects, disputes and soon refunds for quality: once per order, on the day it was placed. */
function countOnce({ marked }: MerchantFacts, event: Event, day: string, add: Add): void {
  const data = event.data as Payload;
  const found = onceFacts(event.type, data, Date.parse(event.time));
  if (found.length === 0) return;
  const id = data.orderId!;
  const known = marked.get(id);
  const fresh = found.filter((fact) => !known?.facts.includes(fact));
  for (const fact of fresh) add(fact, 1, day);
  if (fresh.length === 0) return;
  if (known !== undefined) marked.set(id, { ...known, facts: [...known.facts, ...fresh] });
  else putLast(marked, id, { day, facts: fresh }, MARKED_KEPT);
}

function onceFacts(type: string, data: Payload, atMs: number): string[] {
  if (type === 'updraft.dispute.opened.v1') return ['disputedOrders'];
  if (type === 'updraft.review.posted.v1') return data.stars! <= LOW_STARS ? ['defectOrders'] : [];
  if (type === 'updraft.order.cancelled.v1') {
    return data.by === 'merchant' ? ['defectOrders'] : [];
  }
  if (type !== 'updraft.order.refunded.v1' || !data.forQuality) return [];
  return isSoon(data, atMs) ? ['defectOrders', 'qualityRefundsIn14d'] : ['defectOrders'];
}

/** Of one buyer's reviews in a calendar month the first three. */
function countRatings({ raters }: MerchantFacts, { type, data }: Event, date: string, add: Add): void {
  const { scores, buyer } = data as Payload;
  if (type !== 'updraft.review.posted.v1' || scores === undefined) return;
  const rater = `${date.slice(0, 7)} ${buyer!.slice(-BUYER_CHARS)}`;
  const before = raters.get(rater) ?? 0;
  if (before >= RATINGS_PER_BUYER) return;
  putLast(raters, rater, before + 1, RATERS_KEPT);
  for (const [aspect, rating] of Object.entries(scores)) {
    const fact = `dsr${aspect[0]!.toUpperCase()}${aspect.slice(1)}`;
    add(fact, rating);
    add(`${fact}Count`, 1);
  }
}

/** What is new of cumulative reports and of totals. */
function countReports(merchant: MerchantFacts, { type, data: said }: Event, add: Add): void {
  const data = said as Payload;
  if (type === 'updraft.boost.delivered.v1') {
    const grantId = data.grantId!;
    const before = merchant.boosts.get(grantId) ?? 0;
    const after = Math.max(before, data.exposures!);
    add('exposures', after - before);
    putLast(merchant.boosts, grantId, after, BOOSTS_KEPT);
    const [clicksBefore, ordersBefore] = merchant.led.get(grantId) ?? [0, 0];
    const clicks = Math.max(clicksBefore, data.clicks ?? 0);
    const orders = Math.max(ordersBefore, data.orders ?? 0);
    add('boostClicks', clicks - clicksBefore);
    add('boostOrders', orders - ordersBefore);
    putLast(merchant.led, grantId, [clicks, orders], BOOSTS_KEPT);
  }
  if (type === 'updraft.content.exposed.v1') {
    const before = merchant.contents.get(data.contentId!) ?? 0;
    const after = Math.max(before, data.exposures!);
    add('contentExposures', after - before);
    putLast(merchant.contents, data.contentId!, after, CONTENTS_KEPT);
  }
  if (type === 'updraft.fans.changed.v1') {
    const gained = data.fans! - (merchant.fans ?? data.fans!);
    add(gained > 0 ? 'fansGained' : 'fansLost', Math.abs(gained));
    merchant.fans = data.fans!;
  }
}

function openChange(type: string, data: Payload): number {
  if (type === 'updraft.order.paid.v1') return data.dispatch === 'untracked' ? 0 : 1;
  if (type === 'updraft.order.shipped.v1') return -1;
  return type === 'updraft.order.cancelled.v1' && !data.wasShipped ? -1 : 0;
}

function putLast<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most) map.delete(oldest!);
}

function min(a: string, b: string): string {
  return a < b ? a : b;
}
