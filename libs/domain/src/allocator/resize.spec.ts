/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import {
  decisionsIn,
  given,
  grantsIn,
  grown,
  inShort,
  pursesOf,
  REGISTERED,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { account, compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

// How a running boost follows what its merchant can carry, and how a guarantee is kept on schedule.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function under(programme: object, total = 100_000): World {
  const world = given(sha256);
  const { account: id } = programme as { account: string };
  const accounts = [account(id, total, { idle: '400d' })];
  world.activate(compiled(smallSource({ programmes: [programme], accounts })).text);
  return world;
}

const declared = (world: World, ordersPerDay: number): string[] =>
  inShort(world.event('updraft.capacity.declared.v1', 'm1', { ordersPerDay }));
const hours = (world: World, ...numbers: number[]): string[][] =>
  numbers.map((hour) => inShort(world.tick(T0 + hour * HOUR_MS)));
const sizes = (world: World): number[] =>
  decisionsIn(world.outputs)
    .filter(({ outcome }) => ['issue', 'grow', 'shrink'].includes(outcome))
    .map(({ grant }) => grant!.size);

test('what follows a metric is withheld, shrinks and grows by that and not for its headroom', () => {
  const world = given(sha256);
  const follows = growth({
    who: { id: 'known', flag: 'known', is: true },
    size: { metric: 'stock', times: 10, minimum: 30, maximum: 90 },
    grow: { step: '100%', dwell: '1h' },
  });
  const stock = {
    id: 'stock',
    names: { en: 'Stock' },
    unit: 'count',
    state: 'stockUnits',
    grain: { edges: [0, 2, 4, 8], hysteresis: '0%' },
  };
  const source = smallSource({ programmes: [follows], accounts: [account('growth', 1_000)] });
  world.activate(compiled({ ...source, metrics: [...(source['metrics'] as object[]), stock] }).text);
  const reported = (units: number): string[] =>
    inShort(world.event('updraft.inventory.reported.v1', 'm1', { units }));
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  expect(inShort(world.outputs)).toEqual(['m1 growth withhold too-little:stock']);
  expect(reported(8)).toEqual(['m1 growth issue 80']);
  expect(reported(4)).toEqual(['m1 growth shrink metric-below-grant']);
  expect(reported(8)).toEqual([]);
  expect(hours(world, 1)).toEqual([['m1 growth grow metric-above-grant']]);
});

describe('growing back', () => {
  const elastic = (changes: object = {}): object =>
    growth({ duration: '60d', grow: { step: '50%', dwell: '6h' }, ...changes });

  test('a boost shrinks at once, and grows back a step at a time, no sooner than the dwell time allows', () => {
    const world = under(elastic());
    grown(world, 'm1');
    expect(declared(world, 3)).toEqual(['m1 growth shrink headroom-below-grant']);
    hours(world, 1);
    expect(declared(world, 9)).toEqual([]);
    expect(hours(world, 5, 6, 11, 12, 18)).toEqual([
      [],
      ['m1 growth grow headroom-above-grant'],
      [],
      ['m1 growth grow headroom-above-grant'],
      [],
    ]);
    expect(sizes(world)).toEqual([40, 20, 30, 40]);
    expect(grantsIn(world.outputs).map(({ status }) => status)).toEqual([
      'active',
      'shrunk',
      'grown',
      'grown',
    ]);
    expect(pursesOf(world)['growth']).toMatchObject({ held: 40 });
  });

  test('a headroom that swings round a value leads to a size change per dwell time at most, and one back', () => {
    const dice = fc.array(
      fc.record({ hours: fc.integer({ min: 0, max: 3 }), orders: fc.integer({ min: 0, max: 9 }) }),
      {
        maxLength: 60,
        size: 'max',
      },
    );
    const check = fc.property(dice, (swings) => {
      const world = under(
        elastic({ size: { perHeadroom: 10, minimum: 10, maximum: 200 }, coolDown: '400d' }),
      );
      grown(world, 'm1');
      for (const swing of swings) {
        world.tick(world.nowMs + swing.hours * HOUR_MS);
        declared(world, swing.orders);
      }
      const grows = decisionsIn(world.outputs).filter(({ outcome }) => outcome === 'grow').length;
      const shrinks = decisionsIn(world.outputs).filter(({ outcome }) => outcome === 'shrink').length;
      expect(grows).toBeLessThanOrEqual((world.nowMs - T0) / (6 * HOUR_MS));
      // Between two growths it can only fall, each time below 60 % of what it was: 40, 20, 10, 0.
      expect(shrinks).toBeLessThanOrEqual((grows + 1) * 4);
    });
    fc.assert(check, { seed: 20_261_128, numRuns: 40 });
  });

  test('one that swings between the same two values every hour changes twice per dwell time', () => {
    const world = under(elastic());
    grown(world, 'm1');
    for (let hour = 1; hour <= 48; hour++) {
      world.tick(T0 + hour * HOUR_MS);
      declared(world, hour % 2 === 0 ? 9 : 3);
    }
    expect(sizes(world).length).toBeLessThanOrEqual(1 + (2 * 48) / 6);
    expect(sizes(world).length).toBeGreaterThan(2);
  });

  test('without money it looks again after another dwell time, and never takes what others wait for', () => {
    const world = under(elastic(), 40);
    grown(world, 'm1');
    world.tick(T0);
    declared(world, 3);
    grown(world, 'm2');
    expect(hours(world, 0, 0.01).flat()).toEqual([]);
    declared(world, 9);
    expect(
      hours(world, 1, 6, 7)
        .flat()
        .filter((line) => line.includes('grow ')),
    ).toEqual([]);
    expect(inShort(world.outputs)).toContain('m2 growth issue 20');
  });

  test('nobody grows who would not be given anything now, and what was spent stays within the cap', () => {
    const world = under(elastic({ limits: { openings: 5, perMerchant: 35, shrinkBelow: '60%' } }));
    grown(world, 'm1');
    declared(world, 3);
    declared(world, 9);
    world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants: 'no' } });
    hours(world, 6);
    world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants: 'yes' } });
    hours(world, 12, 18, 24, 30, 36, 42);
    expect(Math.max(...sizes(world))).toBe(35);
    expect(decisionsIn(world.outputs).findIndex(({ outcome }) => outcome === 'grow')).toBeGreaterThan(0);
  });

  test('a dwell time of nothing makes no timer that is always due', () => {
    const world = under(elastic({ grow: { step: '50%', dwell: '0d' } }), 40);
    grown(world, 'm1');
    world.tick(T0);
    grown(world, 'm2');
    declared(world, 3);
    declared(world, 9);
    world.tick(T0 + 1);
    world.allocator.freeze();
    const due = [...world.allocator.store.rows.values()].map((row) => row.due ?? Infinity);
    expect(Math.min(...due)).toBeGreaterThan(T0 + 1);
  });
});

describe('pace', () => {
  const promise = welcome({
    duration: '8d',
    size: { fixed: 800 },
    limits: { openings: 1, perMerchant: 9_000 },
    gives: { guarantee: { weight: '120%', maximum: '200%' } },
  });
  const delivered = (world: World, exposures: number): string[] => {
    const { grantId } = grantsIn(world.outputs)[0]!;
    return inShort(world.event('updraft.boost.delivered.v1', 'm1', { grantId, exposures }));
  };
  const weight = (world: World): number | null => grantsIn(world.outputs).at(-1)!.weightBps;
  const days = (world: World, day: number): string[] => inShort(world.tick(T0 + day * DAY_MS));

  test('a guarantee behind schedule becomes stronger in steps, and goes back when it is on schedule', () => {
    const world = under(promise);
    trained(world, 'm1');
    expect(weight(world)).toBe(12_000);
    delivered(world, 100);
    expect(days(world, 1)).toEqual([]);
    // An eighth behind is a quarter of the way to half behind: two steps of eight.
    expect(days(world, 2)).toEqual(['m1 welcome pace behind-schedule']);
    expect(weight(world)).toBe(14_000);
    expect(days(world, 2.5)).toEqual([]);
    expect(days(world, 5)).toEqual(['m1 welcome pace behind-schedule']);
    expect(weight(world)).toBe(20_000);
    expect(days(world, 6)).toEqual([]);
    delivered(world, 700);
    expect(days(world, 7)).toEqual(['m1 welcome pace on-schedule']);
    expect(weight(world)).toBe(12_000);
    expect(delivered(world, 800)[0]).toBe('m1 welcome expire used-up');
  });

  test('it ends when its time is over, whatever was delivered, and is not paced while catching up', () => {
    const world = under(promise);
    trained(world, 'm1');
    expect(inShort(world.tick(T0 + 4 * DAY_MS, true))).toEqual([]);
    expect(days(world, 4)).toEqual([]);
    expect(days(world, 5)).toEqual(['m1 welcome pace behind-schedule']);
    expect(days(world, 8)[0]).toBe('m1 welcome expire duration-over');
  });
});
