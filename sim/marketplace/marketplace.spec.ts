import { DAY_MS, HOUR_MS } from '#domain/time';
import { makeAdmit } from '#contracts/admit';
import { MERCHANT_EVENT_TYPES } from '#contracts/event-types';
import type { SimEvent } from './delivery.ts';
import type { ActiveGrant } from './in-force.ts';
import { createMarketplace, type MarketplaceOptions, type MerchantTruth } from './marketplace.ts';

const ORDINARY_MS = Date.parse('2026-09-01T00:00:00+08:00');
const SEASON_MS = Date.parse('2026-11-09T00:00:00+08:00');

const CROWD: MarketplaceOptions = { seed: 3, merchants: 60, startMs: ORDINARY_MS, days: 6 };
const OPTIONS: MarketplaceOptions = { seed: 20_261_111, merchants: 50, startMs: ORDINARY_MS, days: 4 };

describe('a marketplace', () => {
  test('gives the same bytes for the same seed and grants, whatever the step', () => {
    const grants = [grant('m-00007', 20_000)];
    const twoHours = bytes(play(OPTIONS, grants, 2));
    const half = bytes(play(OPTIONS, grants, 12));
    expect(twoHours.length).toBeGreaterThan(1_000);
    expect(half).toEqual(twoHours);
  });

  test('gives other events for another seed', () => {
    const ids = (seed: number): string[] => bytes(play({ ...OPTIONS, seed, days: 1 }));
    expect(ids(1)).not.toEqual(ids(2));
  });

  test('lives by the clock of its zone, also when summer time ends', () => {
    const zone = 'America/New_York';
    const startMs = Date.parse('2026-10-30T00:00:00-04:00');
    const counted = play({ ...OPTIONS, zone, startMs }).events.filter(
      ({ event }) => event.type === 'updraft.inventory.reported.v1',
    );
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: '2-digit', hour: '2-digit' });
    const mornings = new Set(counted.map(({ event }) => clock.format(Date.parse(event.time))));
    const hours = new Set([...mornings].map((morning) => morning.slice(-2)));
    expect(hours.size).toBe(1);
    expect(mornings.size).toBe(4);
  });

  test('does not depend on the order in which grants are listed', () => {
    const grants = [grant('m-00007', 5_000, 'a'), grant('m-00007', 900, 'b'), grant('m-00008', 100, 'c')];
    expect(bytes(play(OPTIONS, grants, 6))).toEqual(bytes(play(OPTIONS, [...grants].reverse(), 6)));
  });

  test('hands events over in order of delivery and never before they occurred', () => {
    const { events } = play({ ...OPTIONS, lateRatePpm: 50_000 });
    const delivered = events.map((sent) => sent.deliveredAtMs);
    expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
    expect(events.filter((sent) => sent.deliveredAtMs < Date.parse(sent.event.time))).toEqual([]);
  });

  test('shows merchants in proportion to 1 / rank (Zipf, s = 1)', () => {
    const { truth } = play({ ...OPTIONS, days: 1 });
    const byRank = [...truth].sort((a, b) => a.rank - b.rank);
    expect(byRank.map((merchant) => merchant.rank)).toEqual(truth.map((_, index) => index + 1));
    for (const merchant of byRank) {
      expect(merchant.exposuresPerDay * merchant.rank).toBeCloseTo(byRank[0]!.exposuresPerDay, 3);
    }
    const orders = sum(byRank, (merchant) => merchant.orders);
    const ofFirstTen = sum(byRank.slice(0, 10), (merchant) => merchant.orders);
    // 1 + 1/2 + … + 1/10 over 1 + … + 1/50 is 65 %.
    expect(ofFirstTen / orders).toBeGreaterThan(0.5);
    expect(ofFirstTen / orders).toBeLessThan(0.8);
  });

  test('sends about as many events as asked for on ordinary days', () => {
    const { events } = play({ ...OPTIONS, days: 10, eventsPerMerchantDay: 15 });
    const perMerchantDay = events.length / 50 / 10;
    // The tail of the last days' orders lies beyond the end.
    expect(perMerchantDay).toBeGreaterThan(9);
    expect(perMerchantDay).toBeLessThan(18);
  });

  test('has its largest day on 11-11 and a dip after it', () => {
    const { events } = play({ ...OPTIONS, startMs: SEASON_MS, days: 6 });
    const paid = events.filter((sent) => sent.event.type === 'updraft.order.paid.v1');
    const perDay = [0, 1, 2, 3, 4, 5].map(
      (day) => paid.filter((sent) => dayOf(sent.event.time, SEASON_MS) === day).length,
    );
    expect(perDay[2]).toBeGreaterThan(2 * Math.max(perDay[0]!, perDay[1]!));
    expect(perDay[4]).toBeLessThan(perDay[0]!);
  });
});

describe('a merchant that gets more orders than it can serve', () => {
  // For three days everybody gets about ten times the orders it can serve; qualities stay what they are.
  const ordinary = play(CROWD).truth;
  const crowded = play(
    CROWD,
    ordinary.map((merchant) =>
      grant(merchant.merchantId, merchant.capacityPerDay * 3 * 700, merchant.merchantId),
    ),
  ).truth;

  test.each([
    ['dispatches late', 5, (m: MerchantTruth) => m.late, (m: MerchantTruth) => m.orders],
    ['cancels', 3, (m: MerchantTruth) => m.cancelled, (m: MerchantTruth) => m.orders],
    ['refunds', 3, (m: MerchantTruth) => m.refunded, (m: MerchantTruth) => m.orders - m.cancelled],
    ['gets bad reviews', 3, (m: MerchantTruth) => m.badReviews, (m: MerchantTruth) => m.reviews],
  ])('%s at least %p times as often as on an ordinary day', (_what, times, part, whole) => {
    const share = (merchants: readonly MerchantTruth[]): number =>
      sum(merchants, part) / sum(merchants, whole);
    expect(sum(ordinary, part)).toBeGreaterThan(3);
    expect(share(crowded)).toBeGreaterThan(times * share(ordinary));
  });

  test('is visible in the events: orders are shipped after their ship-by time', () => {
    const { events, truth: merchants } = play({ ...OPTIONS, startMs: SEASON_MS, days: 9 });
    const load = (merchant: MerchantTruth): number => merchant.orders / 9 / merchant.capacityPerDay;
    const isSaturated = new Map(merchants.map((merchant) => [merchant.merchantId, load(merchant) > 1]));
    const shipped = events.filter((sent) => sent.event.type === 'updraft.order.shipped.v1');
    const lateShare = (wanted: boolean): number => {
      const own = shipped.filter((sent) => isSaturated.get(sent.event.subject!) === wanted);
      return (
        own.filter((sent) => sent.event.time > (sent.event.data['shipBy'] as string)).length / own.length
      );
    };
    expect(lateShare(true)).toBeGreaterThan(2 * lateShare(false));
  });
});

describe('a boost', () => {
  const boosted = 'm-00011';
  const without = play(OPTIONS);
  const size = 4_000;
  const withBoost = play(OPTIONS, [grant(boosted, size)]);

  test('brings its exposures and with them orders', () => {
    const before = merchantOf(without.truth, boosted);
    const after = merchantOf(withBoost.truth, boosted);
    expect(after.boostedExposures).toBe(size);
    expect(after.exposures - before.exposures).toBe(size);
    // 4,000 exposures at 1 to 2 % are 40 to 80 orders; stock may end before they do.
    expect(after.orders - before.orders).toBeGreaterThan(20);
  });

  test('leaves every other merchant exactly as it was', () => {
    const others = (played: Played): string[] =>
      bytes({ ...played, events: played.events.filter((sent) => sent.event.subject !== boosted) }).sort();
    expect(others(withBoost)).toEqual(others(without));
  });

  test('is reported as a cumulative count that ends at its size', () => {
    const counts = usage(withBoost, boosted);
    expect(counts.length).toBeGreaterThan(5);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBe(size);
  });

  test('stops when it is withdrawn', () => {
    const marketplace = createMarketplace(OPTIONS);
    const first = marketplace.advance(ORDINARY_MS + DAY_MS, [grant(boosted, size)]);
    const rest = marketplace.advance(ORDINARY_MS + 4 * DAY_MS, []);
    const counts = usage({ events: [...first, ...rest], truth: [] }, boosted);
    expect(Math.max(...counts)).toBe(merchantOf(marketplace.truth(), boosted).boostedExposures);
    expect(Math.max(...counts)).toBeLessThan(size / 2);
  });
});

describe('deliveries', () => {
  const rates = { duplicateRatePpm: 30_000, lateRatePpm: 40_000, tooLateRatePpm: 20_000 };
  // Beyond the end, so that also what was late has come.
  const marketplace = createMarketplace({ ...OPTIONS, ...rates, merchants: 80 });
  const events = marketplace.advance(ORDINARY_MS + 40 * DAY_MS, []);
  const delay = (sent: SimEvent): number => sent.deliveredAtMs - Date.parse(sent.event.time);
  const first = new Map(events.map((sent) => [sent.event.id, sent]).reverse() as [string, SimEvent][]);

  test('repeat events with the same bytes at the set rate', () => {
    expect((events.length - first.size) / first.size).toBeCloseTo(0.03, 2);
    for (const sent of events) expect(sent.event).toBe(first.get(sent.event.id)!.event);
  });

  test('are late, and too late, at the set rates', () => {
    const once = [...first.values()];
    const tooLate = once.filter((sent) => delay(sent) > 7 * DAY_MS);
    const late = once.filter((sent) => delay(sent) > HOUR_MS && delay(sent) <= 7 * DAY_MS);
    expect(once.length).toBeGreaterThan(3_000);
    expect(late.length / once.length).toBeCloseTo(0.04, 2);
    // Three standard deviations of so many draws are 0.007.
    expect(Math.abs(tooLate.length / once.length - 0.02)).toBeLessThan(0.007);
  });

  test('do not change what happened', () => {
    const prompt = createMarketplace({ ...OPTIONS, merchants: 80, duplicateRatePpm: 0, lateRatePpm: 0 });
    const facts = prompt.advance(ORDINARY_MS + 40 * DAY_MS, []).map((sent) => JSON.stringify(sent.event));
    expect([...first.values()].map((sent) => JSON.stringify(sent.event)).sort()).toEqual(facts.sort());
  });

  test('leave out the registration of some merchants', () => {
    const some = createMarketplace({ ...OPTIONS, merchants: 300, days: 1, unregisteredPpm: 100_000 });
    const sent = some.advance(ORDINARY_MS + 9 * DAY_MS, []);
    const registered = sent.filter((one) => one.event.type === 'updraft.merchant.registered.v1');
    const silent = some.truth().filter((merchant) => merchant.registersAtMs === null);
    expect(silent.length / 300).toBeCloseTo(0.1, 1);
    const ids = new Set(registered.map((one) => one.event.subject));
    expect(silent.filter((merchant) => ids.has(merchant.merchantId))).toEqual([]);
  });
});

/** What trade alone has nothing to tell of: aspects.spec.ts shows that with all aspects nothing is left. */
const UNSAID: readonly string[] = [
  'updraft.merchant.profile-changed.v1',
  'updraft.merchant.verified.v1',
  'updraft.category.assigned.v1',
  'updraft.order.placed.v1',
  'updraft.return.opened.v1',
  'updraft.return.closed.v1',
  'updraft.dispute.opened.v1',
  'updraft.dispute.resolved.v1',
  'updraft.review.removed.v1',
  'updraft.message.received.v1',
  'updraft.live.started.v1',
  'updraft.live.ended.v1',
  'updraft.content.published.v1',
  'updraft.content.exposed.v1',
  'updraft.fans.changed.v1',
  'updraft.tool.used.v1',
  'updraft.training.enrolled.v1',
  'updraft.training.failed.v1',
  'updraft.exam.passed.v1',
  'updraft.certification.granted.v1',
  'updraft.certification.expired.v1',
  'updraft.deposit.due.v1',
  'updraft.deposit.paid.v1',
  'updraft.fee.charged.v1',
  'updraft.service.used.v1',
];

test('every event passes the door', () => {
  const admit = makeAdmit({ partitions: 8, pseudonymKey: Buffer.alloc(32, 1) });
  const merchants = Array.from({ length: 20 }, (_, index) => `m-${String(index + 1).padStart(5, '0')}`);
  const boosts = merchants.map((merchantId, index) => grant(merchantId, 3_000, `g:0/${index}/0/1`));
  const relief = merchants.map((merchantId, index): ActiveGrant => {
    const boost = grant(merchantId, 100_000, `g:0/${index}/0/2`);
    return { ...boost, kind: 'value-added', benefit: { feeRelief: { rateBps: 60 } } };
  });
  const shares = { entityPpm: 900_000, fraudPpm: 500_000, leavePpm: 500_000, courseEffectBps: 3_000 };
  const { events } = play({ ...OPTIONS, ...shares, days: 30 }, [...boosts, ...relief]);
  const outcomes = events.map((sent) => admit(sent.event));
  expect(outcomes.filter((outcome) => !outcome.admitted)).toEqual([]);
  const said = new Set<string>(events.map(({ event }) => event.type));
  expect(MERCHANT_EVENT_TYPES.filter((type) => !said.has(type)).sort()).toEqual([...UNSAID].sort());
});

interface Played {
  readonly events: readonly SimEvent[];
  readonly truth: readonly MerchantTruth[];
}

function play(options: MarketplaceOptions, grants: readonly ActiveGrant[] = [], stepHours = 6): Played {
  const marketplace = createMarketplace(options);
  const events: SimEvent[] = [];
  for (let atMs = options.startMs; atMs < marketplace.endMs;) {
    atMs += stepHours * HOUR_MS;
    events.push(...marketplace.advance(atMs, grants));
  }
  return { events, truth: marketplace.truth() };
}

function grant(merchantId: string, size: number, grantId = 'g'): ActiveGrant {
  const validUntilMs = ORDINARY_MS + 3 * DAY_MS;
  const benefit = { boost: { weightBps: 15_000 } };
  const what = { programme: 'growth', kind: 'traffic', benefit, weightBps: 15_000 };
  return { ...what, grantId, merchantId, size, validUntilMs };
}

function bytes(played: Pick<Played, 'events'>): string[] {
  return played.events.map((sent) => `${sent.deliveredAtMs} ${JSON.stringify(sent.event)}`);
}

function usage(played: Played, merchantId: string): number[] {
  return played.events
    .filter((sent) => sent.event.type === 'updraft.boost.delivered.v1' && sent.event.subject === merchantId)
    .sort((a, b) => (a.event.time < b.event.time ? -1 : 1))
    .map((sent) => Number(sent.event.data['exposures']));
}

function merchantOf(truth: readonly MerchantTruth[], merchantId: string): MerchantTruth {
  return truth.find((merchant) => merchant.merchantId === merchantId)!;
}

function sum(merchants: readonly MerchantTruth[], of: (merchant: MerchantTruth) => number): number {
  return merchants.reduce((total, merchant) => total + of(merchant), 0);
}

function dayOf(time: string, startMs: number): number {
  return Math.floor((Date.parse(time) - startMs) / DAY_MS);
}
