import { DAY_MS, HOUR_MS, MINUTE_MS, formatInstant } from '#domain/time';
import type { MerchantEventType, MerchantEvents, OrderFacts } from '#domain/events';
import type { OrderEnd } from './aspect.ts';
import type { Life } from './life.ts';
import type { Persona } from './persona.ts';
import type { Prng } from './prng.ts';

const BPS = 10_000;
/** The platform's promise to the buyer: dispatch within two days. */
export const SHIP_WITHIN_MS = 2 * DAY_MS;
/** A queue shorter than this is ordinary work; one this long beyond it is chaos. */
const WAIT_EASY_MS = DAY_MS / 2;
const WAIT_CHAOS_MS = 3 * DAY_MS;

/** Hands an event of the merchant over for delivery. */
export type Say = <T extends MerchantEventType>(type: T, atMs: number, payload: MerchantEvents[T]) => void;

/** The bench of a merchant: orders leave it one after another, `capacityPerDay` in a day. */
export interface Bench {
  /** When the bench is through with everything it was given. */
  freeAtMs: number;
  /** Paid, and not shipped yet. */
  parcels: Parcel[];
  orders: number;
  late: number;
  cancelled: number;
  refunded: number;
  reviews: number;
  badReviews: number;
}

interface Parcel {
  readonly order: OrderFacts;
  /** Packed no sooner than this, however short the queue. */
  readonly packedAtMs: number;
  shipAtMs: number;
  readonly fate: Fate;
}

export function emptyBench(startMs: number): Bench {
  return {
    freeAtMs: startMs,
    parcels: [],
    orders: 0,
    late: 0,
    cancelled: 0,
    refunded: 0,
    reviews: 0,
    badReviews: 0,
  };
}

/** Somebody lends a hand for an hour: what waits leaves that much earlier than planned. */
export function lendHand(bench: Bench, hourMs: number): void {
  if (bench.freeAtMs > hourMs) bench.freeAtMs = Math.max(hourMs, bench.freeAtMs - HOUR_MS);
  for (const parcel of bench.parcels) {
    parcel.shipAtMs = Math.max(parcel.packedAtMs, hourMs, parcel.shipAtMs - HOUR_MS);
  }
}

/** 0 while the queue is ordinary, 10,000 when an order waits days for its turn. */
export function stressBps(bench: Bench, nowMs: number): number {
  const over = bench.freeAtMs - nowMs - WAIT_EASY_MS;
  return over <= 0 ? 0 : Math.min(BPS, Math.floor((over * BPS) / WAIT_CHAOS_MS));
}

/** Who makes the order. */
export interface Maker {
  readonly persona: Persona;
  /** Orders a day that it can serve as it is now. */
  readonly capacityPerDay: number;
  /** The hidden quality as it is now: a course may have raised it. */
  readonly qualityBps: number;
  readonly bench: Bench;
  readonly prng: Prng;
  readonly say: Say;
  readonly life: Life;
}

/** What an order meets that neither the merchant's quality nor its bench explains. */
export interface Circumstances {
  /** The goods are gone and nobody has noticed: what is paid must be called off. */
  readonly isOversold: boolean;
  /** Buyers who ask and hear nothing now and then go elsewhere. */
  readonly isSilent: boolean;
}

/** Added to the chance that a buyer calls an order off, where nobody answers. */
const SILENCE_PPM = 20_000;

/**
 * One order from payment to its end. Below capacity what happens follows the hidden quality alone; a queue
 * at the bench adds lateness, then cancellations, refunds for quality and bad reviews. Returns what was paid, in minor
 * units.
 */
export function playOrder(maker: Maker, paidAtMs: number, circumstances: Circumstances): number {
  const { persona, bench, prng, say } = maker;
  bench.orders += 1;
  const orderedAtMs = maker.life.orderedAtMs(paidAtMs);
  const order = drawOrder(persona, prng, { orderedAtMs, paidAtMs, number: bench.orders });
  const stress = stressBps(bench, paidAtMs);
  const carelessness = BPS - maker.qualityBps;
  say('updraft.order.paid.v1', paidAtMs, order);

  // Everything is drawn first, so that circumstances change what becomes of an order and no draw after it.
  const isCalledOff = prng.chance(4_000 + carelessness * 2 + stress * 25);
  const byMerchant = isCalledOff || circumstances.isOversold;
  const byBuyer = prng.chance(12_000 + stress * 6 + (circumstances.isSilent ? SILENCE_PPM : 0));
  const handlingMs = drawHandling(prng, carelessness);
  if (byMerchant || byBuyer) {
    bench.cancelled += 1;
    const after = byMerchant ? prng.between(4, 60) * HOUR_MS : prng.between(10, 12 * 60) * MINUTE_MS;
    const by = byMerchant ? ('merchant' as const) : ('buyer' as const);
    say('updraft.order.cancelled.v1', paidAtMs + after, { ...order, by, wasShipped: false });
    return order.amountMinor;
  }

  bench.freeAtMs = Math.max(bench.freeAtMs, paidAtMs) + Math.floor(DAY_MS / maker.capacityPerDay);
  const packedAtMs = paidAtMs + handlingMs;
  const fate = drawFate(prng, carelessness, stress);
  bench.parcels.push({ order, packedAtMs, shipAtMs: Math.max(bench.freeAtMs, packedAtMs), fate });
  return order.amountMinor;
}

/** What becomes of a parcel once it has left. */
interface Fate {
  readonly transitMs: number;
  /** Null: the buyer keeps it. */
  readonly refund: {
    readonly isWhole: boolean;
    readonly forQuality: boolean;
    readonly afterMs: number;
  } | null;
  /** Null: the buyer says nothing. */
  readonly review: {
    readonly draw: number;
    readonly badPpm: number;
    readonly badStars: number;
    readonly goodStars: number;
    readonly afterMs: number;
  } | null;
}

function drawFate(prng: Prng, carelessness: number, stress: number): Fate {
  const transitMs = prng.between(24, 96) * HOUR_MS;
  const refund = prng.chance(6_000 + carelessness * 5 + stress * 12)
    ? {
        isWhole: prng.chance(600_000),
        forQuality: prng.chance(850_000),
        afterMs: prng.between(6, 120) * HOUR_MS,
      }
    : null;
  const review = prng.chance(350_000)
    ? {
        draw: prng.below(1_000_000),
        badPpm: 15_000 + carelessness * 8 + stress * 15,
        badStars: prng.between(1, 2),
        goodStars: prng.chance(250_000) ? 4 : 5,
        afterMs: prng.between(2, 72) * HOUR_MS,
      }
    : null;
  return { transitMs, refund, review };
}

/** Ships what leaves the bench before `untilMs`; returns how many parcels left, and how many of them late. */
export function shipParcels(maker: Maker, untilMs: number): { readonly left: number; readonly late: number } {
  const { bench } = maker;
  const leaving = bench.parcels.filter(({ shipAtMs }) => shipAtMs < untilMs);
  if (leaving.length === 0) return { left: 0, late: 0 };
  bench.parcels = bench.parcels.filter(({ shipAtMs }) => shipAtMs >= untilMs);
  const late = leaving.filter((parcel) => ship(maker, parcel)).length;
  return { left: leaving.length, late };
}

/** True when it left too late. */
function ship(maker: Maker, { order, shipAtMs, fate }: Parcel): boolean {
  const { bench, say, life } = maker;
  const isLate = shipAtMs > Date.parse(order.shipBy);
  const deliveredAtMs = shipAtMs + fate.transitMs;
  if (isLate) bench.late += 1;
  say('updraft.order.shipped.v1', shipAtMs, order);
  say('updraft.order.delivered.v1', deliveredAtMs, order);
  let refund: OrderEnd['refund'] = null;
  let review: OrderEnd['review'] = null;
  if (fate.refund !== null) {
    const { isWhole, forQuality, afterMs } = fate.refund;
    refund = { atMs: deliveredAtMs + afterMs, isWhole, forQuality };
    bench.refunded += 1;
    const refundMinor = isWhole ? order.amountMinor : Math.ceil(order.amountMinor / 3);
    say('updraft.order.refunded.v1', refund.atMs, { ...order, refundMinor, forQuality });
  }
  if (fate.review !== null) {
    const { draw, badStars, goodStars, afterMs } = fate.review;
    const badPpm = fate.review.badPpm + (isLate ? LATE_IS_BAD_PPM : 0);
    const stars = draw < badPpm ? badStars : draw < badPpm + SO_SO_PPM ? 3 : goodStars;
    bench.reviews += 1;
    if (stars <= 2) bench.badReviews += 1;
    review = { atMs: deliveredAtMs + afterMs, stars };
    say('updraft.review.posted.v1', review.atMs, { ...order, stars });
  }
  life.orderEnded(maker, { order, deliveredAtMs, isLate, refund, review });
  return isLate;
}

/** Added to the chance of a bad review where the parcel was late. */
const LATE_IS_BAD_PPM = 250_000;
const SO_SO_PPM = 80_000;

function drawOrder(
  persona: Persona,
  prng: Prng,
  { orderedAtMs, paidAtMs, number }: { orderedAtMs: number; paidAtMs: number; number: number },
): OrderFacts {
  return {
    orderId: `${persona.merchantId}-o${number}`,
    orderedAt: formatInstant(orderedAtMs),
    shipBy: formatInstant(paidAtMs + SHIP_WITHIN_MS),
    amountMinor: Math.floor((persona.priceMinor * prng.between(50, 200)) / 100),
    currency: persona.currency,
    category: persona.category,
    buyer: `buyer-${prng.below(100_000)}`,
  };
}

/** Between one hour and a day and a half; a careless merchant now and then forgets an order for days. */
function drawHandling(prng: Prng, carelessness: number): number {
  const usual = prng.between(60, 600 + Math.floor((carelessness * 1_500) / BPS)) * MINUTE_MS;
  const forgottenMs = prng.between(40, 90) * HOUR_MS;
  return prng.chance(2_000 + carelessness * 12) ? forgottenMs : usual;
}
