import type { Event } from './export-reader.ts';
import { daysBefore, localDate, type ZoneTransition } from './local-day.ts';

// The facts of each merchant, counted once more from the events that count, as docs and catalogue describe them.

type Facts = Map<string, number>;

export interface MerchantFacts {
  /** Local date to facts. */
  readonly days: Map<string, Facts>;
  /** Ship-by date to orders paid and neither shipped nor cancelled. */
  readonly open: Map<string, number>;
  readonly boosts: Map<string, number>;
  /** Orders that were found defective to the date they were placed. */
  readonly defects: Map<string, string>;
  lookedThrough: string;
}

/** How long days are kept, and how many entries the two bounded lists of a merchant hold. */
export const DAYS_KEPT = 400;
const DEFECTS_KEPT = 500;
const BOOSTS_KEPT = 50;
const LOW_STARS = 2;
const ANSWER_IN_TIME_MS = 12 * 3_600_000;
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
  return { days: new Map(), open: new Map(), boosts: new Map(), defects: new Map(), lookedThrough: '' };
}

function countOne(
  merchant: MerchantFacts,
  event: Event,
  today: string,
  zone: readonly ZoneTransition[],
): void {
  const data = event.data as Readonly<Record<string, string & number & boolean>>;
  const atMs = Date.parse(event.time);
  const date = localDate(atMs, zone);
  const ordered = data['orderedAt'] === undefined ? date : localDate(Date.parse(data['orderedAt']), zone);
  const oldest = daysBefore(today, DAYS_KEPT);
  forgetOld(merchant, today, oldest);
  const add = (fact: string, amount: number, day: string): void => {
    if (day <= oldest) return;
    const facts: Facts = merchant.days.get(day) ?? new Map();
    merchant.days.set(day, facts);
    facts.set(fact, Math.min((facts.get(fact) ?? 0) + amount, QUANTITY_MAX));
  };
  for (const [fact, amount] of factsOf(event.type, data, atMs)) {
    add(fact, amount, fact === 'ordersPlaced' ? ordered : date);
  }
  if (isDefect(event.type, data) && !merchant.defects.has(data['orderId']!)) {
    putLast(merchant.defects, data['orderId']!, ordered, DEFECTS_KEPT);
    add('defectOrders', 1, ordered);
  }
  const change = openChange(event.type, data);
  if (change !== 0) {
    const day = localDate(Date.parse(data['shipBy']!), zone);
    merchant.open.set(day, (merchant.open.get(day) ?? 0) + change);
  }
  if (event.type === 'updraft.boost.delivered.v1') {
    const grantId: string = data['grantId']!;
    const before = merchant.boosts.get(grantId) ?? 0;
    const after = Math.max(before, data['exposures']!);
    if (after > before) add('exposures', after - before, date);
    putLast(merchant.boosts, grantId, after, BOOSTS_KEPT);
  }
}

/** Once a day, defects of orders that no window reaches any more make room. */
function forgetOld(merchant: MerchantFacts, today: string, oldest: string): void {
  if (merchant.lookedThrough >= today) return;
  for (const [order, day] of merchant.defects) if (day <= oldest) merchant.defects.delete(order);
  merchant.lookedThrough = today;
}

type Payload = Readonly<Record<string, string & number & boolean>>;

function factsOf(type: string, data: Payload, atMs: number): [string, number][] {
  switch (type) {
    case 'updraft.order.paid.v1':
      return [
        ['ordersPaid', 1],
        ['gmvMinor', data['amountMinor']!],
        ['ordersPlaced', 1],
      ];
    case 'updraft.order.shipped.v1':
      return atMs <= Date.parse(data['shipBy']!)
        ? [
            ['ordersShipped', 1],
            ['shippedOnTime', 1],
          ]
        : [['ordersShipped', 1]];
    case 'updraft.order.delivered.v1':
      return [['ordersDelivered', 1]];
    case 'updraft.order.cancelled.v1':
      return [[data['by'] === 'merchant' ? 'cancelledByMerchant' : 'cancelledByOthers', 1]];
    case 'updraft.order.refunded.v1': {
      const refund: [string, number][] = [
        ['refunds', 1],
        ['refundMinor', data['refundMinor']!],
      ];
      return data['forQuality'] ? [...refund, ['qualityRefunds', 1]] : refund;
    }
    case 'updraft.review.posted.v1': {
      const review: [string, number][] = [
        ['reviews', 1],
        ['stars', data['stars']!],
      ];
      return data['stars']! <= LOW_STARS ? [...review, ['lowReviews', 1]] : review;
    }
    case 'updraft.message.answered.v1': {
      if (!data['isFirst']) return [];
      const isInTime = atMs - Date.parse(data['receivedAt']!) <= ANSWER_IN_TIME_MS;
      return isInTime
        ? [
            ['firstMessages', 1],
            ['answeredInTime', 1],
          ]
        : [['firstMessages', 1]];
    }
    default:
      return [];
  }
}

function isDefect(type: string, data: Payload): boolean {
  if (type === 'updraft.review.posted.v1') return data['stars']! <= LOW_STARS;
  if (type === 'updraft.order.refunded.v1') return data['forQuality'] === true;
  return type === 'updraft.order.cancelled.v1' && data['by'] === 'merchant';
}

function openChange(type: string, data: Payload): number {
  if (type === 'updraft.order.paid.v1') return 1;
  if (type === 'updraft.order.shipped.v1') return -1;
  return type === 'updraft.order.cancelled.v1' && !data['wasShipped'] ? -1 : 0;
}

function putLast<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most) map.delete(oldest!);
}
