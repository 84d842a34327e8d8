import type { MarkedOrder } from './marked-orders.ts';
import { isDefective } from './marked-orders.ts';

// Different buyers, counted up to a bound: rules ask for "at least four different buyers", never for thousands. Of a
// buyer the last day is kept, so what is counted is who bought since a day, up to now.

/** Up to so many different buyers are counted; more are so many. */
export const BUYERS_MAX = 32;
/** The last characters of a pseudonym, 64 bits, tell a merchant's buyers apart. */
const BUYER_CHARS = 16;

export interface RecentBuyers {
  /** Buyer to the last local day on which it paid an order. */
  readonly days: Map<string, number>;
  /** The earliest of the days once the list is full, so that most orders of a busy day end at one comparison. */
  fullSince: number;
}

export function recentBuyers(days: Iterable<readonly [string, number]> = []): RecentBuyers {
  const buyers: RecentBuyers = { days: new Map(days), fullSince: -Infinity };
  remeasure(buyers);
  return buyers;
}

export function nameOfBuyer(pseudonym: string): string {
  return pseudonym.slice(-BUYER_CHARS);
}

/** Keeps the buyers with the latest days. Nobody is missed that a count since any day would tell apart. */
export function noteBuyer(buyers: RecentBuyers, pseudonym: string, day: number): void {
  if (day <= buyers.fullSince) return;
  const { days } = buyers;
  const buyer = nameOfBuyer(pseudonym);
  const before = days.get(buyer);
  if (before !== undefined && before >= day) return;
  days.set(buyer, day);
  if (days.size > BUYERS_MAX) days.delete(earliest(days));
  if (days.size >= BUYERS_MAX) remeasure(buyers);
}

/** min(BUYERS_MAX, different buyers who paid an order on `fromDay` or later). */
export function buyersSince({ days }: RecentBuyers, fromDay: number): number {
  let count = 0;
  for (const day of days.values()) if (day >= fromDay) count += 1;
  return count;
}

/** min(BUYERS_MAX, different buyers whose orders of these days, ends included, had a defect). */
export function defectBuyers(
  orders: ReadonlyMap<string, MarkedOrder>,
  fromDay: number,
  throughDay: number,
): number {
  const buyers = new Set<string>();
  for (const order of orders.values()) {
    if (isDefective(order) && order.day >= fromDay && order.day <= throughDay) buyers.add(order.buyer);
  }
  return Math.min(BUYERS_MAX, buyers.size);
}

function remeasure(buyers: RecentBuyers): void {
  const { days } = buyers;
  buyers.fullSince = days.size < BUYERS_MAX ? -Infinity : days.get(earliest(days))!;
}

/** The buyer whose day is the earliest; of several the one that came first. */
function earliest(days: ReadonlyMap<string, number>): string {
  let found = '';
  let first = Infinity;
  for (const [buyer, day] of days) {
    if (day >= first) continue;
    found = buyer;
    first = day;
  }
  return found;
}
