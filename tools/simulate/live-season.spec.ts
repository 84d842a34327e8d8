import { makeAdmit } from '#contracts/admit';
import type { CloudEvent } from '#domain/stage/stage';
import { createPrng } from '#sim/marketplace/prng';
import { SEASONS } from '#sim/marketplace/season';
import { SHAPES, shapeOf } from '#sim/marketplace/shapes';
import { createLiveSeason, type LiveSeasonOptions, type PlannedEvent } from './live-season.ts';
import { createRunClock } from './run-clock.ts';
import { spoil, SPOILERS } from './spoil.ts';

const START_MS = Date.parse('2026-03-04T05:06:07.000Z');
const OPTIONS: LiveSeasonOptions = {
  seed: 5,
  merchants: 40,
  season: 'double-11',
  eventsPerSecond: 100,
  startMs: START_MS,
  duplicatesPpm: 0,
  latePpm: 0,
  poisonPpm: 0,
};
const COUNT = 3_000;
const admit = makeAdmit({ partitions: 4, pseudonymKey: Buffer.alloc(32, 1) });

describe('a live season', () => {
  test('says the same for a seed whenever it is played, but for times and the run in its ids', () => {
    const later = plan({ startMs: START_MS + 86_400_000 });
    const timeless = ({ event }: PlannedEvent): string =>
      JSON.stringify(event)
        .replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"T"')
        .replaceAll(/"\w{8}-(m-|poison)/g, '"R-$1');
    expect(later.map(timeless)).toEqual(plan().map(timeless));
    expect(JSON.stringify(plan())).toBe(JSON.stringify(plan()));
    expect(plan({ seed: 6 }).map(timeless)).not.toEqual(plan().map(timeless));
  });

  test.each(SEASONS)('is played as %s, in a stretch of its own', (season) => {
    const types = healthy(plan({ season })).map(({ type }) => type);
    expect(new Set(types).size).toBeGreaterThan(10);
    const others = SEASONS.filter((other) => other !== season);
    for (const other of others)
      expect(healthy(plan({ season: other })).map(({ type }) => type)).not.toEqual(types);
  });

  test('carries times of now: an event occurred when it is due, give or take a moment', () => {
    for (const [number, event] of healthy(plan()).entries()) {
      const dueMs = START_MS + number * 10;
      expect(Math.abs(Date.parse(event.time) - dueMs)).toBeLessThan(1_000);
    }
  });

  test('gives an order the same instants in each of its events, and ships some late', () => {
    const orders = new Map<string, string>();
    const events = healthy(plan({}, 2 * COUNT));
    let told = 0;
    for (const { data } of events) {
      if (!('orderId' in data)) continue;
      const facts = JSON.stringify([data['orderedAt'], data['shipBy']]);
      if (orders.has(data['orderId'] as string)) told += 1;
      expect(orders.get(data['orderId'] as string) ?? facts).toBe(facts);
      orders.set(data['orderId'] as string, facts);
    }
    expect(told).toBeGreaterThan(500);
    const shipped = events.filter(({ type }) => type === 'updraft.order.shipped.v1');
    const late = shipped.filter(({ time, data }) => time > (data['shipBy'] as string));
    expect(late.length).toBeGreaterThan(5);
    expect(late.length).toBeLessThan(shipped.length / 2);
  });

  test('repeats events with the same bytes, and sends some after others that occurred later', () => {
    const events = healthy(plan({ duplicatesPpm: 50_000, latePpm: 100_000 }));
    const bytes = events.map((event) => JSON.stringify(event));
    const ids = new Set(events.map(({ id }) => id));
    expect(COUNT - ids.size).toBeGreaterThan(COUNT / 40);
    expect(new Set(bytes).size).toBe(ids.size);
    const old = events.filter(({ time }, number) => Date.parse(time) < START_MS + number * 10 - 1_000);
    expect(old.length).toBeGreaterThan(COUNT / 40);
  });

  test('says all that merchants are up to, also what follows no order', () => {
    const types = new Set(
      healthy(plan({ merchants: 100, eventsPerSecond: 1_000 }, 40_000)).map(({ type }) => type),
    );
    for (const what of [
      'merchant.linked',
      'merchant.closed',
      'tool.adopted',
      'tool.dropped',
      'violation.recorded',
    ]) {
      expect(types).toContain(`updraft.${what}.v1`);
    }
  });

  test('is admitted, but for what is malformed on purpose', () => {
    const planned = plan({ poisonPpm: 100_000 });
    expect(planned.filter(({ isPoison }) => isPoison).length).toBeGreaterThan(COUNT / 20);
    for (const { event, isPoison } of planned) expect(admit(event).admitted).toBe(!isPoison);
  });
});

test('each way of being malformed is refused', () => {
  const [{ event }] = plan() as [PlannedEvent];
  for (const spoiler of SPOILERS) expect(admit(spoiler(event as CloudEvent)).admitted).toBe(false);
  expect(spoil(event as CloudEvent, 'p', createPrng(1))).toEqual(
    spoil(event as CloudEvent, 'p', createPrng(1)),
  );
});

describe.each(SHAPES)('a live season in the shape of %s', (name) => {
  const { options: shape } = shapeOf(name);
  const events = healthy(plan({ shape, eventsPerSecond: 1_000 }, 2_500));

  test('is admitted, in its own words and money', () => {
    expect(events.filter((event) => !admit(event).admitted)).toEqual([]);
    const registered = events.filter(({ type }) => type === 'updraft.merchant.registered.v1');
    const categories = new Set(shape.categories!.map(({ category }) => category));
    expect(registered.length).toBeGreaterThan(10);
    for (const { data } of registered) {
      expect(categories).toContain(data['category']);
      expect(data['currency']).toBe(shape.currency ?? 'CNY');
    }
  });

  test('names what began in this run by this run, and no instant of another time', () => {
    const run = START_MS.toString(36);
    for (const { data } of events) {
      for (const id of ['orderId', 'threadId', 'sessionId', 'contentId', 'violationId'])
        if (id in data) expect(data[id]).toMatch(new RegExp(`^${run}-`));
      for (const field of ['orderedAt', 'receivedAt', 'startedAt', 'shipBy', 'deliverBy', 'dueBy'])
        if (field in data)
          expect(Math.abs(Date.parse(data[field] as string) - START_MS)).toBeLessThan(600_000);
    }
  });

  test('promises delivery after the order was placed', () => {
    const promised = events.filter(({ data }) => 'deliverBy' in data);
    expect(promised.length).toBeGreaterThan(20);
    for (const { data } of promised)
      expect(Date.parse(data['deliverBy'] as string)).toBeGreaterThan(
        Date.parse(data['orderedAt'] as string),
      );
  });
});

describe('the clock of a run', () => {
  const clock = createRunClock({ simStartMs: 0, startMs: 1_000, eventsPerSecond: 10 });
  clock.minute(0);
  clock.minute(4);
  clock.minute(2);

  test('lets a simulated minute last as long as its events take', () => {
    expect([0, 60_000, 90_000, 120_000, 180_000].map(clock.past)).toEqual([
      1_000, 1_000, 1_200, 1_400, 1_600,
    ]);
    expect(clock.dueAt(5)).toBe(1_500);
    expect(clock.expected(120_000, 3)).toBe(600);
  });

  test('ends where it was told', () => {
    expect(clock.past(999_999)).toBe(1_600);
    expect(clock.past(-1)).toBe(1_000);
  });
});

function plan(changes: Partial<LiveSeasonOptions> = {}, count = COUNT): PlannedEvent[] {
  const season = createLiveSeason({ ...OPTIONS, ...changes });
  return Array.from({ length: count }, () => season.next());
}

function healthy(planned: readonly PlannedEvent[]): CloudEvent[] {
  return planned.filter(({ isPoison }) => !isPoison).map(({ event }) => event as CloudEvent);
}
