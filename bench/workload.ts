import type { MerchantEvents, MerchantEventType, OrderFacts } from '#domain/events';
import type { CloudEvent } from '#domain/stage/stage';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS } from '#domain/time';
import { createPrng, type Prng } from '#sim/marketplace/prng';

// The fixed workload of the benchmark: so many events of so many merchants over so many days, the busiest merchant
// first (Zipf, exponent 1.0), one event in a hundred sent twice. Merchants go through good and bad weeks, so that
// tiers move. It is a load and no model of a market: for that there is sim/marketplace.

export interface WorkloadOptions {
  readonly events: number;
  readonly merchants: number;
  readonly days: number;
  readonly startMs: number;
  readonly seed: number;
  readonly duplicatesPpm: number;
}

export const FIXED_WORKLOAD = {
  merchants: 20_000,
  days: 60,
  startMs: Date.parse('2026-09-01T00:00:00+08:00'),
  seed: 1,
  duplicatesPpm: 10_000,
} as const;

export interface Delivered {
  readonly event: CloudEvent;
  readonly deliveredAtMs: number;
}

interface Merchant {
  readonly id: string;
  readonly prng: Prng;
  /** Paid and not shipped. */
  readonly open: OrderFacts[];
  lastShipped: OrderFacts | null;
  orders: number;
  isRegistered: boolean;
}

const SOURCE = '/bench';
/** A merchant ships, answers and is reviewed worse in about every third of these. */
const REGIME_DAYS = 5;
const BAD_REGIMES_PPM = 350_000;
const DISPATCH_MS = 48 * HOUR_MS;
/** An order that must leave within the minute never does: it is shipped late. */
const HOPELESS_MS = MINUTE_MS;
const OPEN_MAX = 30;

export function* workload(options: WorkloadOptions): Generator<Delivered> {
  const { events, merchants, days, startMs, seed, duplicatesPpm } = options;
  const prng = createPrng(seed);
  const rankOf = zipf(merchants);
  const all = new Map<number, Merchant>();
  const spanMs = days * DAY_MS;
  let previous: Delivered | null = null;
  for (let index = 0; index < events; index++) {
    const atMs = startMs + Math.floor((spanMs * (index + 1)) / (events + 1));
    if (previous !== null && prng.chance(duplicatesPpm)) {
      yield { event: previous.event, deliveredAtMs: atMs };
      continue;
    }
    const rank = rankOf(prng);
    const merchant = all.get(rank) ?? newMerchant(rank, seed);
    all.set(rank, merchant);
    previous = { event: nextEvent(merchant, `${seed}-${index}`, atMs), deliveredAtMs: atMs };
    yield previous;
  }
}

function newMerchant(rank: number, seed: number): Merchant {
  const id = `merchant-${String(rank).padStart(6, '0')}`;
  return { id, prng: createPrng(seed, rank), open: [], lastShipped: null, orders: 0, isRegistered: false };
}

function nextEvent(merchant: Merchant, index: string, atMs: number): CloudEvent {
  const { prng, open } = merchant;
  if (!merchant.isRegistered) {
    merchant.isRegistered = true;
    const data = { category: 'home.kitchen', country: 'CN', currency: 'CNY' };
    return eventOf('updraft.merchant.registered.v1', merchant, index, atMs, data);
  }
  const isBad = isBadRegime(merchant, atMs);
  const draw = prng.below(100);
  if (open.length > OPEN_MAX || (open.length > 0 && draw < 35)) {
    const order = open.shift()!;
    merchant.lastShipped = order;
    return eventOf('updraft.order.shipped.v1', merchant, index, atMs, order);
  }
  if (merchant.lastShipped !== null && draw < 50) {
    const order = merchant.lastShipped;
    const stars = isBad ? prng.between(1, 4) : prng.between(4, 5);
    return eventOf('updraft.review.posted.v1', merchant, index, atMs, { ...order, stars });
  }
  if (draw < 60) {
    const receivedAt = formatInstant(atMs - prng.between(1, isBad ? 30 : 10) * HOUR_MS);
    const data = { threadId: `thread-${index}`, receivedAt, isFirst: true };
    return eventOf('updraft.message.answered.v1', merchant, index, atMs, data);
  }
  const order = newOrder(merchant, atMs, isBad);
  open.push(order);
  return eventOf('updraft.order.paid.v1', merchant, index, atMs, order);
}

function newOrder(merchant: Merchant, atMs: number, isBad: boolean): OrderFacts {
  const { prng } = merchant;
  merchant.orders += 1;
  const isHopeless = prng.chance(isBad ? 450_000 : 20_000);
  return {
    orderId: `${merchant.id}-${merchant.orders}`,
    orderedAt: formatInstant(atMs),
    shipBy: formatInstant(atMs + (isHopeless ? HOPELESS_MS : DISPATCH_MS)),
    amountMinor: prng.between(900, 90_000),
    currency: 'CNY',
    category: 'home.kitchen',
    buyer: `buyer-${prng.below(50_000)}`,
  };
}

function isBadRegime(merchant: Merchant, atMs: number): boolean {
  const regime = Math.floor(atMs / (REGIME_DAYS * DAY_MS));
  return createPrng(regime, Number(merchant.id.slice(-6))).chance(BAD_REGIMES_PPM);
}

function eventOf<Type extends MerchantEventType>(
  type: Type,
  merchant: Merchant,
  index: string,
  atMs: number,
  data: MerchantEvents[Type],
): CloudEvent {
  return {
    specversion: '1.0',
    id: `event-${index}`,
    source: SOURCE,
    type,
    subject: merchant.id,
    time: formatInstant(atMs),
    datacontenttype: 'application/json',
    data: data as unknown as CloudEvent['data'],
  };
}

/** A draw of a rank from 0, rank r with weight 1 / (r + 1): integers only, by bisection of the running sums. */
function zipf(ranks: number): (prng: Prng) => number {
  const SCALE = 1 << 20;
  const sums = new Array<number>(ranks);
  let sum = 0;
  for (let rank = 0; rank < ranks; rank++) sums[rank] = sum += Math.max(1, Math.floor(SCALE / (rank + 1)));
  return (prng) => {
    const HALF = 1 << 16;
    const wanted = Math.floor((sum * (prng.below(HALF) * HALF + prng.below(HALF))) / (HALF * HALF));
    let low = 0;
    let high = ranks - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
