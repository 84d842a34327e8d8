/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  decisionsIn,
  grantsIn,
  inShort,
  pursesOf,
  requestsIn,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { brokenLaws } from '../testing/laws.ts';
import { booksOf, decisionsOf, everywhere, issued, under, underAll } from '../testing/one-account.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

// Money that is shared: between partitions, between the shops of an entity, between months; and seats.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('partitions', () => {
  test('all the money serves where it is needed, whichever partition the merchants are in', () => {
    const [first, second, third] = underAll(sha256, 3, 1_000) as [World, World, World];
    for (let i = 0; i < 8; i++) trained(second, `m${i}`);
    for (const merchant of ['a', 'b']) trained(third, merchant);
    everywhere([first, second, third], T0);
    everywhere([first, second, third], T0 + HOUR_MS);
    everywhere([first, second, third], T0 + HOUR_MS + 1);
    expect(issued(first, second, third)).toHaveLength(10);
    expect(booksOf(first, 'welcome')).toMatchObject({ total: 1_000, unleased: 0, leasedOut: 1_000 });
    expect(brokenLaws([first, second, third])).toEqual([]);
  });

  test('one unit less withholds exactly one', () => {
    const worlds = underAll(sha256, 3, 999);
    for (let i = 0; i < 10; i++) trained(worlds[i % 3]!, `m${i}`);
    for (const minute of [0, 1, 11, 12, 13]) everywhere(worlds, T0 + minute * MINUTE_MS);
    expect(issued(...worlds)).toHaveLength(9);
    const withheld = worlds
      .flatMap(({ outputs }) => decisionsIn(outputs))
      .filter(({ budget, outcome }) => budget !== null && outcome === 'withhold');
    expect(withheld.map(({ reasons }) => reasons)).toEqual([['budget-held-elsewhere']]);
    expect(brokenLaws(worlds)).toEqual([]);
  });
});

describe('a treasury that is away', () => {
  test('applicants wait for it, are withheld at the deadline, and are served in their order when it is back', () => {
    const world = under(sha256, 1_000);
    world.treasury.isAway = true;
    for (const merchant of ['m9', 'm8', 'm7', 'm6', 'm5', 'm4', 'm3']) {
      trained(world, merchant);
      world.tick(world.nowMs + 1);
    }
    expect(issued(world)).toHaveLength(5);
    expect(decisionsOf(world).slice(-3)).toEqual([
      'm4 welcome wait budget-on-its-way',
      'm3 welcome withhold trained',
      'm3 welcome wait budget-on-its-way',
    ]);
    world.tick(T0 + 10 * MINUTE_MS + 10);
    expect(decisionsOf(world).slice(-2)).toEqual([
      'm4 welcome withhold budget-held-elsewhere',
      'm3 welcome withhold budget-held-elsewhere',
    ]);
    expect(brokenLaws([world])).toEqual([]);
    world.treasury.isAway = false;
    for (let i = 0; i < 3; i++) world.tick(T0 + HOUR_MS / 2 + i);
    expect(issued(world).slice(5)).toEqual(['m4 welcome issue 100', 'm3 welcome issue 100']);
    expect(pursesOf(world)['welcome']!.isDry).toBe(false);
    expect(brokenLaws([world])).toEqual([]);
  });

  test('a burst of applicants is one request, and another only with a tick', () => {
    const world = under(sha256, 1_000);
    world.treasury.isAway = true;
    for (let i = 0; i < 40; i++) trained(world, `m${i}`);
    const sent = (): number[] => requestsIn(world.outputs).map(({ need }) => need);
    // The share at the beginning, the next one at a quarter of it, which stands while it is not answered.
    expect(sent()).toEqual([0, 0]);
    world.tick(T0 + 1);
    expect(sent()).toEqual([0, 0, 3_500]);
  });

  test('a treasury that has nothing to lease is asked once per instant, and not once per answer', () => {
    const world = under(sha256, 100, { period: 'month' });
    const zone = 30 * DAY_MS;
    // The treasury hears of the new month before the partition does.
    world.treasury.write({
      specversion: '1.0',
      id: 't',
      source: '/control',
      type: 'updraft.control.tick.v1',
      time: '2026-12-01T00:00:00.000Z',
      data: { atMs: T0 + zone + DAY_MS, catchingUp: false },
    });
    for (const merchant of ['m1', 'm2', 'm3']) trained(world, merchant);
    expect(requestsIn(world.outputs).length).toBeLessThan(8);
  });
});

describe('seats', () => {
  const operator = { kind: 'service', gives: { service: { what: 'operator' } }, size: { fixed: 1 } };
  const limits = { coolDown: '0d', limits: { openings: 1, perMerchant: 9 } };

  test('ten operators serve ten, the eleventh waits, and has the first seat that comes back', () => {
    const world = under(
      sha256,
      10,
      { unit: 'seats' },
      { ...operator, ...limits, revokeWhen: { id: 'fake', violation: 'fake' } },
    );
    const merchants = Array.from({ length: 12 }, (_, i) => `m${String(12 - i).padStart(2, '0')}`);
    for (const merchant of merchants) {
      trained(world, merchant);
      world.tick(world.nowMs + 1);
    }
    world.tick(T0 + HOUR_MS);
    expect(issued(world)).toEqual(merchants.slice(0, 10).map((merchant) => `${merchant} welcome issue 1`));
    expect(decisionsOf(world).slice(-2)).toEqual([
      'm02 welcome withhold budget-held-elsewhere',
      'm01 welcome withhold budget-held-elsewhere',
    ]);
    world.event('updraft.violation.recorded.v1', 'm07', { violation: 'fake' });
    for (let i = 0; i < 3; i++) world.tick(T0 + HOUR_MS + i);
    expect(issued(world).slice(10)).toEqual(['m02 welcome issue 1']);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 10, settling: 0, spent: 0 });
    expect(brokenLaws([world])).toEqual([]);
  });

  test('a seat is not used up by what is reported of it', () => {
    const world = under(sha256, 10, { unit: 'seats' }, { ...operator, ...limits });
    trained(world, 'm1');
    const { grantId } = grantsIn(world.outputs)[0]!;
    expect(inShort(world.event('updraft.grant.used.v1', 'm1', { grantId, used: 40 }))).toEqual([]);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 1, spent: 0, overrun: 0 });
  });
});

describe('periods', () => {
  const monthly = { period: 'month' };
  /** The first local instant of December, from T0, the first of November. */
  const DECEMBER = 30 * DAY_MS;

  test('a new month has an instance of its own, the old one goes back, and those who waited are served in order', () => {
    const world = under(sha256, 200, monthly, { duration: '10d' });
    world.tick(T0 + DECEMBER - HOUR_MS);
    for (const merchant of ['m4', 'm3', 'm2', 'm1']) {
      trained(world, merchant);
      world.tick(world.nowMs + 11 * MINUTE_MS);
    }
    expect(issued(world)).toEqual(['m4 welcome issue 100', 'm3 welcome issue 100']);
    expect(decisionsIn(world.outputs).findLast(({ outcome }) => outcome === 'withhold')).toMatchObject({
      merchant: 'm1',
      reasons: ['budget-dry'],
      budget: { account: 'welcome@2026-11-01', refillsAt: '2026-11-30T16:00:00.000Z' },
    });
    for (let i = 0; i < 4; i++) world.tick(T0 + DECEMBER + i);
    expect(issued(world).slice(2)).toEqual(['m2 welcome issue 100', 'm1 welcome issue 100']);
    expect(pursesOf(world)).toMatchObject({
      'welcome@2026-11-01': { held: 200, wanted: 0 },
      'welcome@2026-12-01': { held: 200, wanted: 0 },
    });
    expect(brokenLaws([world])).toEqual([]);
  });

  test('who waits when the month ends goes on waiting in the new one', () => {
    const world = under(sha256, 100, monthly);
    world.tick(T0 + DECEMBER - MINUTE_MS);
    for (const merchant of ['m1', 'm2']) trained(world, merchant);
    world.tick(world.nowMs);
    expect(issued(world)).toEqual(['m1 welcome issue 100']);
    world.treasury.isAway = true;
    for (let i = 0; i < 3; i++) world.tick(T0 + DECEMBER + i);
    expect(decisionsOf(world).at(-1)).toBe('m2 welcome wait budget-on-its-way');
    world.treasury.isAway = false;
    for (let i = 3; i < 6; i++) world.tick(T0 + DECEMBER + i);
    expect(decisionsOf(world).at(-1)).toBe('m2 welcome issue 100');
    expect(brokenLaws([world])).toEqual([]);
  });

  test('what was free when a period ended goes back, and what a grant of it did not use as well', () => {
    const world = under(sha256, 1_000, { ...monthly, idle: '400d' });
    world.tick(T0 + DECEMBER - HOUR_MS);
    trained(world, 'm1');
    for (let i = 0; i < 3; i++) world.tick(T0 + DECEMBER + i);
    expect(pursesOf(world)['welcome@2026-11-01']).toMatchObject({ free: 0, held: 100 });
    for (const day of [3, 4, 5]) world.tick(T0 + DECEMBER + day * DAY_MS);
    expect(booksOf(world, 'welcome@2026-11-01')).toMatchObject({ unleased: 1_000, leasedOut: 0 });
    world.tick(T0 + DECEMBER + 90 * DAY_MS);
    expect(Object.keys(pursesOf(world))).not.toContain('welcome@2026-11-01');
  });
});
