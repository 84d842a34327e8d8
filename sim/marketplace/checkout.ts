import { DAY_MS, MINUTE_MS, SECOND_MS, formatInstant } from '#domain/time';
import type { Aspect, Scene } from './aspect.ts';
import { SHIP_WITHIN_MS } from './order-life.ts';

// What there is to know of an order besides that it was paid: it was placed minutes before that, and for every four
// that are paid another is not; able merchants hand over parcels that carriers know; most buyers say what in particular
// they liked. The figures are ours.

const SECONDS_TO_PAY_MAX = 15 * 60;
const NEVER_PAID_PPM = 250_000;
const TRACKED_PPM_MIN = 900_000;
const SCORED_PPM = 800_000;
/** On the way at most so long after the last moment to ship. */
const PROMISED_WITHIN_MS = 4 * DAY_MS;
const STARS_MAX = 5;

export function checkout({ persona, prng, tell, clock }: Scene): Aspect {
  let unpaid = 0;
  const score = (stars: number): number =>
    Math.min(STARS_MAX, Math.max(1, stars + [-1, 0, 0, 0, 1][prng.below(5)]!));
  return {
    orderedAtMs(paidAtMs) {
      const placedAtMs = paidAtMs - prng.between(10, SECONDS_TO_PAY_MAX) * SECOND_MS;
      return Math.max(placedAtMs, clock.hourMs, persona.opensAtMs);
    },
    hears: {
      'updraft.order.paid.v1': (paidAtMs, order) => {
        tell('updraft.order.placed.v1', Date.parse(order.orderedAt), order);
        const isTwin = prng.chance(NEVER_PAID_PPM);
        const atMs = paidAtMs + prng.between(1, 10) * MINUTE_MS;
        const buyer = `buyer-${prng.below(100_000)}`;
        if (!isTwin) return undefined;
        unpaid += 1;
        tell('updraft.order.placed.v1', atMs, {
          ...order,
          orderId: `${persona.merchantId}-u${unpaid}`,
          orderedAt: formatInstant(atMs),
          shipBy: formatInstant(atMs + SHIP_WITHIN_MS),
          buyer,
        });
        return undefined;
      },
      'updraft.order.shipped.v1': (_, order) => {
        const isTracked = prng.chance(TRACKED_PPM_MIN + Math.floor(persona.qualityBps * 9.9));
        return { ...order, tracking: isTracked ? 'valid' : 'none' };
      },
      'updraft.order.delivered.v1': (_, order) => {
        const deliverBy = formatInstant(Date.parse(order.shipBy) + PROMISED_WITHIN_MS);
        return { ...order, deliverBy };
      },
      'updraft.order.cancelled.v1': (_, order) => {
        return { ...order, reason: order.by === 'merchant' ? 'out-of-stock' : 'changed-mind' };
      },
      'updraft.review.posted.v1': (_, review) => {
        const isDetailed = prng.chance(SCORED_PPM);
        const [description, service, logistics] = [
          score(review.stars),
          score(review.stars),
          score(review.stars),
        ];
        return isDetailed ? { ...review, scores: { description, service, logistics } } : review;
      },
    },
  };
}
