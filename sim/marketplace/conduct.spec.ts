import { DAY_MS, HOUR_MS } from '#domain/time';
import type { Benefit } from '#domain/policy/bundle';
import type { SimEvent } from './delivery.ts';
import type { ActiveGrant, TrainingOffer } from './in-force.ts';
import { createMarketplace, type MarketplaceOptions, type MerchantTruth } from './marketplace.ts';

// How merchants answer to what they are offered and given, and what they are up to besides.

const START_MS = Date.parse('2026-09-01T00:00:00+08:00');
const OPTIONS: MarketplaceOptions = {
  seed: 23,
  merchants: 80,
  startMs: START_MS,
  days: 30,
  newcomerDays: 1,
  eventsPerMerchantDay: 6,
  duplicateRatePpm: 0,
  lateRatePpm: 0,
};
const END_MS = START_MS + 30 * DAY_MS;

const ordinary = play();

describe('a course that is offered', () => {
  const untilMs = START_MS + 14 * DAY_MS;
  const offers = ordinary.truth.map(({ merchantId }): TrainingOffer => ({
    merchantId,
    programme: 'p',
    course: 'first-sale',
    untilMs,
  }));
  const doneAt = new Map(
    of(play({}, [], offers), 'training.completed').map(({ event }) => [
      event.subject!,
      Date.parse(event.time),
    ]),
  );
  const who = (diligence: string): readonly string[] =>
    ordinary.truth
      .filter(({ isTrainable, conduct }) => isTrainable && conduct.diligence === diligence)
      .map(({ merchantId }) => merchantId);

  test('is done in time by the diligent, too late by others, never by the rest', () => {
    expect(who('in-time').length).toBeGreaterThan(10);
    for (const merchantId of who('in-time')) expect(doneAt.get(merchantId)).toBeLessThan(untilMs);
    expect(who('late').length).toBeGreaterThan(3);
    for (const merchantId of who('late')) expect(doneAt.get(merchantId)).toBeGreaterThan(untilMs);
    expect(who('never').filter((merchantId) => doneAt.has(merchantId))).toEqual([]);
  });

  test('is not for everybody', () => {
    const others = ordinary.truth.filter(({ isTrainable }) => !isTrainable);
    expect(others.filter(({ merchantId }) => doneAt.has(merchantId))).toEqual([]);
  });
});

test('a tool is taken up when it is granted, and dropped with its grant', () => {
  const marketplace = createMarketplace(OPTIONS);
  const all = grants('tool', { access: ['auto-reply'] });
  const during = marketplace.advance(START_MS + 15 * DAY_MS, all);
  const after = marketplace.advance(END_MS, []);
  const adopted = new Set(of({ events: during }, 'tool.adopted').map(({ event }) => event.subject));
  const dropped = new Set(
    of({ events: [...during, ...after] }, 'tool.dropped').map(({ event }) => event.subject),
  );
  expect(adopted.size).toBeGreaterThan(10);
  expect([...adopted].filter((merchantId) => !dropped.has(merchantId))).toEqual([]);
});

test('an operator works off what is overdue', () => {
  const flood = grants('traffic', { boost: { weightBps: 15_000 } }, (truth) => truth.capacityPerDay * 2_000);
  const operators = grants('service', { service: { what: 'operator' } });
  const alone = play({ days: 12 }, flood);
  const helped = play({ days: 12 }, [...flood, ...operators]);
  expect(sum(alone, ({ late }) => late)).toBeGreaterThan(200);
  expect(sum(helped, ({ late }) => late)).toBeLessThan(0.7 * sum(alone, ({ late }) => late));
});

test('a guarantee comes late at an ordinary weight, and in time at a larger one', () => {
  const brought = (weightBps: number): number => {
    const guarantee = { guarantee: { weightBps: 10_000, maximumBps: 30_000 } };
    const all = grants('traffic', guarantee, () => 3_000, {
      weightBps,
      validUntilMs: START_MS + 10 * DAY_MS,
    });
    return sum(play({ days: 10 }, all), ({ boostedExposures }) => boostedExposures) / OPTIONS.merchants;
  };
  expect(brought(10_000)).toBeLessThan(2_300);
  expect(brought(20_000)).toBe(3_000);
});

describe('shops of a legal entity', () => {
  const linked = play({ entityPpm: 600_000 });

  test('share its id, are known from the beginning or later, and may be sold', () => {
    const members = linked.truth.flatMap(({ conduct }) => (conduct.entity === null ? [] : [conduct.entity]));
    expect(members.length / new Set(members.map(({ entityId }) => entityId)).size).toBeGreaterThan(1.5);
    const known = of(linked, 'merchant.registered').filter(({ event }) => 'entityId' in event.data).length;
    const later = of(linked, 'merchant.linked').length;
    expect(known).toBeGreaterThan(10);
    expect(later).toBeGreaterThan(5);
    expect(known + later).toBeLessThanOrEqual(members.length);
    expect(of(linked, 'merchant.unlinked').length).toBeGreaterThan(0);
  });

  test('report what they sold under fee relief, up to its size and never less than before', () => {
    const played = play(
      {},
      grants('value-added', { feeRelief: { rateBps: 60 } }, () => 100_000),
    );
    const reports = of(played, 'grant.used');
    let full = 0;
    for (const { merchantId } of played.truth) {
      const own = reports.filter(({ event }) => event.subject === merchantId);
      const amounts = own.map(({ event }) => Number(event.data['used']));
      expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
      expect(Math.max(0, ...amounts)).toBeLessThanOrEqual(100_000);
      if (amounts.at(-1) === 100_000) full += 1;
    }
    expect(full).toBeGreaterThan(10);
  });
});

test('who fakes trades is found out after a while, and some of them are cleared', () => {
  const played = play({ fraudPpm: 400_000 });
  const frauds = played.truth
    .filter(({ conduct }) => conduct.fraud !== null)
    .map(({ merchantId }) => merchantId);
  const recorded = of(played, 'violation.recorded');
  expect(frauds.length).toBeGreaterThan(15);
  expect(recorded.map(({ event }) => event.subject!).sort()).toEqual([...frauds].sort());
  expect(new Set(recorded.map(({ event }) => event.data['violation']))).toEqual(new Set(['fake-orders']));
  const cleared = of(played, 'violation.cleared').length;
  expect(cleared).toBeGreaterThan(0);
  expect(cleared).toBeLessThan(frauds.length);
  expect(ordersOf(played, frauds)).toBeGreaterThan(ordersOf(ordinary, frauds) + 5 * frauds.length);
});

test('who is given nothing for long leaves and says no more, and who is given something stays', () => {
  const nothing = play({ leavePpm: 500_000 });
  const something = play({ leavePpm: 500_000 }, grants('tool', { access: ['auto-reply'] }));
  const closed = of(nothing, 'merchant.closed');
  expect(closed.length).toBeGreaterThan(20);
  expect(of(something, 'merchant.closed')).toEqual([]);
  for (const { event } of closed) {
    const after = of(nothing, 'order.paid').filter(
      (paid) => paid.event.subject === event.subject && paid.event.time > event.time,
    );
    expect(after).toEqual([]);
  }
  expect(
    of(play({ leavePpm: 500_000 }, grants('limit', { orderCap: { ordersPerDay: 1 } })), 'merchant.closed'),
  ).toEqual(closed);
});

test('who is new begins small and grows by what it dispatches in time', () => {
  const { truth } = play({
    newcomersStartAtBps: 3_000,
    newcomerDays: 10,
    merchants: 200,
    eventsPerMerchantDay: 12,
  });
  const newcomers = truth.filter(({ startsAtBps }) => startsAtBps === 3_000);
  expect(newcomers.length).toBeGreaterThan(10);
  expect(newcomers.filter(({ grownBps }) => grownBps === 10_000).length).toBeGreaterThan(3);
  expect(newcomers.filter(({ orders, grownBps }) => orders === 0 && grownBps > 3_000)).toEqual([]);
});

test('what some merchants are up to changes nothing for the others', () => {
  const played = play({ fraudPpm: 200_000, entityPpm: 200_000 });
  const decent = played.truth.filter(({ conduct }) => conduct.fraud === null && conduct.entity === null);
  expect(decent.length).toBeGreaterThan(30);
  for (const { merchantId } of decent)
    expect(saidBy(played, merchantId)).toEqual(saidBy(ordinary, merchantId));
});

interface Played {
  readonly events: readonly SimEvent[];
  readonly truth: readonly MerchantTruth[];
}

function play(
  changes: Partial<MarketplaceOptions> = {},
  granted: readonly ActiveGrant[] = [],
  offers: readonly TrainingOffer[] = [],
): Played {
  const marketplace = createMarketplace({ ...OPTIONS, ...changes });
  const events = marketplace.advance(marketplace.endMs + 30 * DAY_MS, granted, offers);
  return { events, truth: marketplace.truth() };
}

/** One for each merchant. */
function grants(
  kind: string,
  benefit: Benefit,
  sizeOf: (truth: MerchantTruth) => number = () => 1,
  changes: Partial<ActiveGrant> = {},
): readonly ActiveGrant[] {
  return createMarketplace(OPTIONS)
    .truth()
    .map((truth) => ({
      grantId: `${kind} ${truth.merchantId}`,
      merchantId: truth.merchantId,
      programme: 'p',
      kind,
      benefit,
      size: sizeOf(truth),
      weightBps: null,
      validUntilMs: END_MS + HOUR_MS,
      ...changes,
    }));
}

/** In the order in which they occurred. */
function of({ events }: Pick<Played, 'events'>, type: string): readonly SimEvent[] {
  return events
    .filter(({ event }) => event.type === `updraft.${type}.v1`)
    .sort((a, b) => (a.event.time < b.event.time ? -1 : 1));
}

function sum({ truth }: Played, what: (merchant: MerchantTruth) => number): number {
  return truth.reduce((total, merchant) => total + what(merchant), 0);
}

function ordersOf(played: Played, merchants: readonly string[]): number {
  return of(played, 'order.paid').filter(({ event }) => merchants.includes(event.subject!)).length;
}

function saidBy({ events }: Played, merchantId: string): string[] {
  return events.filter(({ event }) => event.subject === merchantId).map((sent) => JSON.stringify(sent));
}
