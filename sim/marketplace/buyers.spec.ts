import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain/time';
import { firstBy, halvesBy, play, share, told } from './aspects-fixture.ts';

// What buyers do besides paying: the aspects of orders, of messages and of what follows a delivery.

const played = play({ aspects: ['orders', 'messages', 'aftercare'], merchants: 150, fraudPpm: 100_000 });
const { truth } = played;
const byQuality = halvesBy(truth, ({ qualityBps }) => qualityBps);
const orderOf = ({ data }: { readonly data: { readonly orderId: string } }): string => data.orderId;

const placed = firstBy(told(played, 'updraft.order.placed.v1'), orderOf);
const paid = firstBy(told(played, 'updraft.order.paid.v1'), orderOf);
const delivered = firstBy(told(played, 'updraft.order.delivered.v1'), orderOf);
const refunded = firstBy(told(played, 'updraft.order.refunded.v1'), orderOf);

describe('an order', () => {
  test('is placed before it is paid, within a quarter of an hour, and says so ever after', () => {
    for (const [orderId, { atMs, data }] of paid) {
      const placedAtMs = placed.get(orderId)!.atMs;
      expect(placedAtMs).toBeLessThanOrEqual(atMs);
      expect(placedAtMs).toBeGreaterThanOrEqual(atMs - 15 * MINUTE_MS);
      expect(Date.parse(data.orderedAt)).toBe(placedAtMs);
    }
  });

  test('is one of five that were placed and never paid', () => {
    const unpaid = [...placed.keys()].filter((orderId) => !paid.has(orderId)).length;
    expect(share(unpaid, placed.size)).toBeCloseTo(0.2, 1);
  });

  test('is tracked more often where the merchant is able', () => {
    const shipped = told(played, 'updraft.order.shipped.v1');
    const tracked = (whose: ReadonlySet<string>): number => {
      const own = shipped.filter(({ merchantId }) => whose.has(merchantId));
      return share(own.filter(({ data }) => data.tracking === 'valid').length, own.length);
    };
    expect(tracked(byQuality.high)).toBeGreaterThan(tracked(byQuality.low));
  });

  test('that left in time is delivered by the promised instant', () => {
    const late = [...delivered.values()].filter(({ atMs, data }) => atMs > Date.parse(data.deliverBy!));
    const shipped = firstBy(told(played, 'updraft.order.shipped.v1'), orderOf);
    expect(late.filter(({ data }) => shipped.get(data.orderId)!.atMs <= Date.parse(data.shipBy))).toEqual([]);
  });

  test('is rated in detail by most who rate it, not far from their stars', () => {
    const reviews = told(played, 'updraft.review.posted.v1').map(({ data }) => data);
    const detailed = reviews.flatMap(({ stars, scores }) =>
      scores === undefined ? [] : [{ stars, scores }],
    );
    expect(share(detailed.length, reviews.length)).toBeCloseTo(0.8, 1);
    for (const { stars, scores } of detailed) {
      expect(Math.abs(scores.description! - stars)).toBeLessThanOrEqual(1);
    }
  });
});

describe('a message', () => {
  const received = told(played, 'updraft.message.received.v1');
  const answered = told(played, 'updraft.message.answered.v1');

  test('was received when its answer says it was', () => {
    const instants = new Set(received.map(({ atMs, data }) => `${data.threadId} ${atMs}`));
    const orphans = answered.filter(
      ({ data }) => !instants.has(`${data.threadId} ${Date.parse(data.receivedAt)}`),
    );
    expect(answered.length).toBeGreaterThan(500);
    expect(orphans).toEqual([]);
  });

  test('stays without an answer more often where the merchant is careless', () => {
    const threads = new Set(answered.map(({ data }) => data.threadId));
    const unanswered = received.filter(({ data }) => !threads.has(data.threadId));
    const of = (whose: ReadonlySet<string>): number =>
      share(
        unanswered.filter(({ merchantId }) => whose.has(merchantId)).length,
        received.filter(({ merchantId }) => whose.has(merchantId)).length,
      );
    expect(of(byQuality.low)).toBeGreaterThan(1.3 * of(byQuality.high));
  });
});

describe('a return', () => {
  const opened = firstBy(told(played, 'updraft.return.opened.v1'), orderOf);
  const closed = firstBy(told(played, 'updraft.return.closed.v1'), orderOf);

  test('is opened after delivery and closed once after that', () => {
    expect(opened.size).toBeGreaterThan(50);
    expect([...closed.keys()].sort()).toEqual([...opened.keys()].sort());
    for (const [orderId, { atMs }] of opened) {
      expect(atMs).toBeGreaterThan(delivered.get(orderId)!.atMs);
      expect(closed.get(orderId)!.atMs).toBeGreaterThan(atMs);
    }
  });

  test('ends in a refund exactly when it says so', () => {
    for (const [orderId, { atMs, data }] of closed) {
      if (data.outcome === 'refunded') expect(refunded.get(orderId)!.atMs).toBe(atMs);
    }
    const outcomes = new Set([...closed.values()].map(({ data }) => data.outcome));
    expect(outcomes).toEqual(new Set(['refunded', 'rejected', 'withdrawn']));
  });
});

describe('a dispute', () => {
  const opened = told(played, 'updraft.dispute.opened.v1');
  const resolved = firstBy(told(played, 'updraft.dispute.resolved.v1'), orderOf);

  test('is opened once for an order that was delivered, and resolved within ten days', () => {
    expect(opened.length).toBeGreaterThan(20);
    expect(new Set(opened.map(orderOf)).size).toBe(opened.length);
    for (const { atMs, data } of opened) {
      const end = resolved.get(data.orderId)!;
      expect(atMs).toBeGreaterThan(delivered.get(data.orderId)!.atMs);
      expect(end.atMs - atMs).toBeLessThanOrEqual(10 * DAY_MS);
    }
  });

  test('in favour of the buyer leaves a refund behind', () => {
    const lost = [...resolved.values()].filter(({ data }) => data.inFavourOf === 'buyer');
    expect(lost.filter(({ data }) => !refunded.has(data.orderId))).toEqual([]);
    expect(lost.length).toBeGreaterThan(10);
  });

  test('befalls careless merchants more often', () => {
    const of = (whose: ReadonlySet<string>): number =>
      share(
        opened.filter(({ merchantId }) => whose.has(merchantId)).length,
        [...paid.values()].filter(({ merchantId }) => whose.has(merchantId)).length,
      );
    expect(of(byQuality.low)).toBeGreaterThan(1.3 * of(byQuality.high));
  });
});

describe('a review that is taken down', () => {
  const posted = firstBy(told(played, 'updraft.review.posted.v1'), orderOf);
  const removed = told(played, 'updraft.review.removed.v1');

  test('had been posted before, with the same stars', () => {
    for (const { atMs, data } of removed) {
      const review = posted.get(data.orderId)!;
      expect(review.data.stars).toBe(data.stars);
      expect(atMs).toBeGreaterThan(review.atMs);
    }
  });

  test('is a bad one, or praise that the merchant wrote itself and was found out', () => {
    const found = firstBy(told(played, 'updraft.violation.recorded.v1'), ({ merchantId }) => merchantId);
    const praise = removed.filter(({ data }) => data.stars > 2);
    expect(removed.length).toBeGreaterThan(praise.length);
    expect(praise.length).toBeGreaterThan(20);
    for (const { merchantId, atMs, data } of praise) {
      expect(data.buyer).toContain(`buyer-of-${merchantId}`);
      expect(atMs).toBeGreaterThanOrEqual(found.get(merchantId)!.atMs + HOUR_MS);
    }
  });
});
