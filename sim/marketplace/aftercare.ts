import type { OrderFacts, ReviewPosted } from '#domain/events';
import { DAY_MS, HOUR_MS } from '#domain/time';
import type { Aspect, Bookkeeper, OrderEnd, Scene } from './aspect.ts';
import type { Say } from './order-life.ts';
import type { Prng } from './prng.ts';

// What follows when a buyer is not content. Most refunds come by a return; some returns come to nothing; who is turned
// away, waits too long or is angry enough may ask for a ruling, and careless merchants lose more of those. A few bad
// reviews are taken down, and all that a merchant wrote itself once that is noticed. The shares are ours.

const BPS = 10_000;
/** Of a million: refunds that goods come back for. */
const RETURNED_PPM = 700_000;
/** Of a million orders that are kept: returns that are asked for all the same, and of those the refused ones. */
const IN_VAIN_PPM_MIN = 3_000;
const IN_VAIN_PPM_PER_BPS = 2;
const REJECTED_PPM = 500_000;
/** Of a million: who asks for a ruling, having been refused, refunded a part only, disappointed, or kept waiting. */
const RULING_PPM = { refused: 400_000, part: 250_000, disappointed: 120_000, late: 30_000 };
/** Who ends a dispute, of a hundred. */
const MERCHANT_GIVES_IN = 45;
const BUYER_GIVES_IN = 20;
const LOST_PPM_MIN = 300_000;
const LOST_PPM_PER_BPS = 50;
const REMOVED_PPM = 30_000;
/** Buyers that a merchant made up; of their reviews so many are remembered. */
const MADE_UP = 'buyer-of-';
const MADE_UP_MAX = 100;

interface Complaint {
  readonly why: keyof typeof RULING_PPM;
  readonly sinceMs: number;
}

export function aftercare({ persona, terms, prng, tell }: Scene): Aspect {
  const carelessness = BPS - persona.qualityBps;
  const madeUp: { readonly atMs: number; readonly review: ReviewPosted }[] = [];
  return {
    orderEnded(shop, end) {
      const complaint = playReturn(prng, tell, end, carelessness) ?? complaintOf(end);
      const isTaken = prng.chance(complaint === null ? 0 : RULING_PPM[complaint.why]);
      if (complaint !== null && isTaken) {
        playDispute(shop, prng, tell, { end, sinceMs: complaint.sinceMs, carelessness });
      }
    },
    hears: {
      'updraft.review.posted.v1': (atMs, review) => {
        if (review.buyer.startsWith(MADE_UP)) {
          if (madeUp.length < MADE_UP_MAX) madeUp.push({ atMs, review });
          return undefined;
        }
        const isRemoved = prng.chance(review.stars <= 2 ? REMOVED_PPM : 0);
        const days = prng.between(2, 20);
        if (isRemoved) remove(tell, atMs + days * DAY_MS, review);
        return undefined;
      },
      'updraft.violation.recorded.v1': (atMs, { violation }) => {
        if (violation !== terms.violation) return undefined;
        for (const made of madeUp.splice(0)) remove(tell, Math.max(atMs, made.atMs) + HOUR_MS, made.review);
        return undefined;
      },
    },
  };
}

/** The detailed ratings go with it. */
function remove(tell: Say, atMs: number, { stars, ...review }: ReviewPosted): void {
  const { orderId, orderedAt, shipBy, amountMinor, currency, category, buyer } = review;
  const order = { orderId, orderedAt, shipBy, amountMinor, currency, category, buyer };
  tell('updraft.review.removed.v1', atMs, { ...order, stars });
}

/** The complaint that it leaves behind, if any. */
function playReturn(prng: Prng, tell: Say, end: OrderEnd, carelessness: number): Complaint | null {
  const { order, deliveredAtMs, refund } = end;
  const isReturned = prng.chance(
    refund === null ? IN_VAIN_PPM_MIN + carelessness * IN_VAIN_PPM_PER_BPS : RETURNED_PPM,
  );
  const afterPercent = prng.between(10, 60);
  const days = prng.between(2, 7);
  const isRejected = prng.chance(REJECTED_PPM);
  if (refund !== null) {
    const openedAtMs = deliveredAtMs + Math.floor(((refund.atMs - deliveredAtMs) * afterPercent) / 100);
    if (isReturned) {
      tell('updraft.return.opened.v1', openedAtMs, {
        ...order,
        reason: refund.forQuality ? 'quality' : 'other',
      });
      tell('updraft.return.closed.v1', refund.atMs, { ...order, outcome: 'refunded' });
    }
    return refund.isWhole ? null : { why: 'part', sinceMs: refund.atMs };
  }
  if (!isReturned) return null;
  const openedAtMs = deliveredAtMs + afterPercent * HOUR_MS;
  tell('updraft.return.opened.v1', openedAtMs, { ...order, reason: isRejected ? 'quality' : 'other' });
  const closedAtMs = openedAtMs + days * DAY_MS;
  tell('updraft.return.closed.v1', closedAtMs, { ...order, outcome: isRejected ? 'rejected' : 'withdrawn' });
  return isRejected ? { why: 'refused', sinceMs: closedAtMs } : null;
}

/** Of an order that was wholly refunded nobody complains. */
function complaintOf({ refund, review, isLate, deliveredAtMs }: OrderEnd): Complaint | null {
  if (refund?.isWhole === true) return null;
  if (review !== null && review.stars <= 2) return { why: 'disappointed', sinceMs: review.atMs };
  return isLate ? { why: 'late', sinceMs: deliveredAtMs } : null;
}

interface Cause {
  readonly end: OrderEnd;
  readonly sinceMs: number;
  readonly carelessness: number;
}

function playDispute(shop: Bookkeeper, prng: Prng, tell: Say, cause: Cause): void {
  const { sinceMs, carelessness } = cause;
  const { order, refund } = cause.end;
  const openedAtMs = sinceMs + prng.between(2, 48) * HOUR_MS;
  const resolvedAtMs = openedAtMs + prng.between(1, 10) * DAY_MS;
  const ending = prng.below(100);
  const isLost = prng.chance(LOST_PPM_MIN + carelessness * LOST_PPM_PER_BPS);
  tell('updraft.dispute.opened.v1', openedAtMs, order);
  const resolution = resolutionOf(ending, isLost);
  tell('updraft.dispute.resolved.v1', resolvedAtMs, { ...order, ...resolution });
  if (resolution.inFavourOf === 'merchant' || refund !== null) return;
  shop.bench.refunded += 1;
  tell('updraft.order.refunded.v1', resolvedAtMs, refundOf(order));
}

function resolutionOf(ending: number, isLost: boolean) {
  if (ending < MERCHANT_GIVES_IN)
    return { by: 'merchant', isArbitrated: false, inFavourOf: 'buyer' } as const;
  if (ending < MERCHANT_GIVES_IN + BUYER_GIVES_IN)
    return { by: 'buyer', isArbitrated: false, inFavourOf: 'merchant' } as const;
  return { by: 'platform', isArbitrated: true, inFavourOf: isLost ? 'buyer' : 'merchant' } as const;
}

function refundOf(order: OrderFacts) {
  return { ...order, refundMinor: order.amountMinor, forQuality: true };
}
