/// <reference types="node" />
import { createHash } from 'node:crypto';
import { censusOf } from '../census/group.ts';
import { canonicalJson, type Json } from '../canonical.ts';
import type { Statistics } from '../controls.ts';
import type { CensusValue } from '../census/census-record.ts';
import type { CloudEvent, OutputRecord } from '../stage/stage.ts';
import { given, order, REGISTERED, T0, type World } from '../testing/given.ts';
import { compiled, smallSource } from '../testing/small-bundle.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../time.ts';
import { GROUPS_MAX } from './census-mail.ts';
import type { ScoringRoot } from './root.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const BY_CATEGORY = { id: 'orders~category', metric: 'orders', by: 'category', cutsBps: [4_000] };
const OF_ALL = { id: 'on_time~all', metric: 'on_time', by: 'all', cutsBps: [] };

function bundleWith(statistics: readonly object[]): string {
  const bundle = JSON.parse(compiled(smallSource()).text) as { [key: string]: Json };
  return canonicalJson({ ...bundle, statistics: statistics as readonly Json[] });
}

function opened(statistics: readonly object[] = [BY_CATEGORY]): World {
  const world = given(sha256);
  world.activate(bundleWith(statistics));
  world.tick(T0);
  return world;
}

const ofCensus = (outputs: readonly OutputRecord[]): CloudEvent[] =>
  outputs.filter(({ log }) => log === 'census').map(({ text }) => JSON.parse(text) as CloudEvent);

/** What the census is told in short: `orders~category toys m1 null 0`, `counted 1`. */
function told(outputs: readonly OutputRecord[]): string[] {
  return ofCensus(outputs).map(({ type, data }) => {
    const { statistic, group, merchant, before, value, activation } = data as unknown as CensusValue;
    if (type === 'updraft.census.counted.v1') return `counted ${activation}`;
    return `${statistic} ${group} ${merchant} ${before} ${value}`;
  });
}

let orders = 0;
function sell(world: World, merchant: string): OutputRecord[] {
  return world.event('updraft.order.paid.v1', merchant, order(`o${orders++}`, world.nowMs));
}

const known = (world: World, merchant: string, category = 'toys'): OutputRecord[] =>
  world.event('updraft.merchant.registered.v1', merchant, { ...REGISTERED, category });

function publish(world: World, changes: Partial<Statistics> = {}): OutputRecord[] {
  return world.control('updraft.control.statistics.v1', {
    writer: 'census/0',
    sequence: 1,
    activation: 1,
    bundle: 'b',
    statistic: BY_CATEGORY.id,
    group: 'toys',
    merchants: 3,
    mean: 7,
    cuts: [{ atBps: 4_000, value: 5 }],
    ...changes,
  });
}

function rootOf({ scoring: { freeze, store } }: World): ScoringRoot {
  freeze();
  return JSON.parse(store.root!) as ScoringRoot;
}

const ofToys = (world: World): unknown => rootOf(world).statistics[BY_CATEGORY.id]?.['toys'];

describe('what the census is told', () => {
  test('nothing, where the bundle has no statistics', () => {
    const world = opened([]);
    known(world, 'm1');
    sell(world, 'm1');
    expect(ofCensus(world.outputs)).toEqual([]);
  });

  test('a first value at once, a change once a local day, and what was held back then by itself', () => {
    const world = opened();
    expect(told(known(world, 'm1'))).toEqual(['orders~category toys m1 null 0']);
    expect(told([...sell(world, 'm1'), ...sell(world, 'm1')])).toEqual([]);
    expect(told(world.tick(T0 + DAY_MS - 1))).toEqual([]);
    expect(told(world.tick(T0 + DAY_MS))).toEqual(['orders~category toys m1 0 2']);
    expect(told(sell(world, 'm1'))).toEqual([]);
    expect(told(world.tick(T0 + 2 * DAY_MS))).toEqual(['orders~category toys m1 2 3']);
    expect(told(world.tick(T0 + 3 * DAY_MS))).toEqual([]);
  });

  test('a value that came back to what was said is not said', () => {
    const world = opened();
    known(world, 'm1');
    sell(world, 'm1');
    world.tick(T0 + DAY_MS);
    expect(told(world.tick(T0 + 8 * DAY_MS))).toEqual(['orders~category toys m1 1 0']);
    expect(told(world.tick(T0 + 9 * DAY_MS))).toEqual([]);
  });

  test('who moves leaves its group and enters the other at once', () => {
    const world = opened();
    known(world, 'm1');
    const moved = world.event('updraft.merchant.profile-changed.v1', 'm1', { category: 'tea' });
    expect(told(moved)).toEqual(['orders~category toys m1 0 null', 'orders~category tea m1 null 0']);
  });

  test('who closes leaves, and who is not registered was never there', () => {
    const world = opened();
    expect(told(sell(world, 'm1'))).toEqual([]);
    expect(told(known(world, 'm1'))).toEqual(['orders~category toys m1 null 1']);
    expect(told(world.event('updraft.merchant.closed.v1', 'm1', { reason: 'over' }))).toEqual([
      'orders~category toys m1 1 null',
    ]);
    expect(told(known(world, 'm1'))).toEqual(['orders~category toys m1 null 1']);
  });

  test('a value that is not assessed is not counted until it is', () => {
    const world = opened([OF_ALL]);
    expect(told(known(world, 'm1'))).toEqual([]);
    const facts = [order('a', T0), order('b', T0)];
    const shipped = facts.flatMap((each) => world.event('updraft.order.shipped.v1', 'm1', each));
    expect(told(shipped)).toEqual(['on_time~all all m1 null 10000']);
    expect(told(world.tick(T0 + 8 * DAY_MS))).toEqual(['on_time~all all m1 10000 null']);
  });

  test('everything anew under a new bundle, and that it was everything once the sweep is over', () => {
    const world = opened();
    for (const merchant of ['m1', 'm2', 'm3']) known(world, merchant);
    world.activate(bundleWith([BY_CATEGORY, OF_ALL]));
    expect(told(world.tick(T0 + HOUR_MS))).toEqual([
      'orders~category toys m1 null 0',
      'orders~category toys m2 null 0',
      'orders~category toys m3 null 0',
      'counted 2',
    ]);
    expect(told(world.tick(T0 + 2 * HOUR_MS))).toEqual([]);
    const counted = ofCensus(world.outputs).filter(({ type }) => type === 'updraft.census.counted.v1');
    expect(counted.map(({ data }) => [data['sequence'], data['statistics']])).toEqual([
      [1, [{ id: 'orders~category', cutsBps: [4_000] }]],
      [
        8,
        [
          { id: 'orders~category', cutsBps: [4_000] },
          { id: 'on_time~all', cutsBps: [] },
        ],
      ],
    ]);
  });

  test('each partition of the census by numbers of its own, and each that all were counted', () => {
    const world = given(sha256, { treasuries: 2 });
    world.activate(bundleWith([BY_CATEGORY]));
    world.tick(T0);
    const groups = ['tea', 'toys', 'shoes', 'books'];
    groups.forEach((category, at) => known(world, `m${at}`, category));
    const sent = world.outputs.filter(({ log }) => log === 'census');
    const numbers = sent.map(({ partition, text }) => [
      partition,
      (JSON.parse(text) as CloudEvent).data['sequence'],
    ]);
    const expected = [0, 1, ...groups.map((group) => censusOf(BY_CATEGORY.id, group, 2))];
    const next = [0, 0];
    expect(numbers).toEqual(expected.map((partition) => [partition, ++next[partition]!]));
    expect(next.every((count) => count > 1)).toBe(true);
  });
});

describe('what the census says', () => {
  test('is taken exactly once, and a gap is a bug of the census', () => {
    const world = opened();
    publish(world);
    expect(ofToys(world)).toEqual({ merchants: 3, mean: 7, cuts: [5] });
    publish(world, { merchants: 9 });
    expect(ofToys(world)).toEqual({ merchants: 3, mean: 7, cuts: [5] });
    expect(() => publish(world, { sequence: 3 })).toThrow('census/0 goes on with 3 after 1');
  });

  test('is not forwarded: the allocator has no use for it', () => {
    const world = opened();
    expect(publish(world)).toEqual([]);
  });

  test('of an earlier bundle is passed over, and of one that did not come yet a bug', () => {
    const world = opened();
    world.activate(bundleWith([BY_CATEGORY]));
    publish(world);
    expect(ofToys(world)).toBeUndefined();
    expect(() => publish(world, { sequence: 2, activation: 3 })).toThrow('which did not come yet');
  });

  test('forgets a group in which nobody is any more', () => {
    const world = opened();
    publish(world);
    publish(world, { sequence: 2, merchants: 0, mean: null, cuts: [{ atBps: 4_000, value: null }] });
    expect(ofToys(world)).toBeUndefined();
  });

  test('is kept of a bounded number of groups', () => {
    const world = opened();
    for (let group = 1; group <= GROUPS_MAX + 1; group++)
      publish(world, { sequence: group, group: `g${group}` });
    const groups = Object.keys(rootOf(world).statistics[BY_CATEGORY.id]!);
    expect([groups.length, groups.at(-1)]).toEqual([GROUPS_MAX, `g${GROUPS_MAX}`]);
    publish(world, { sequence: GROUPS_MAX + 2, group: 'g1', merchants: 8 });
    expect(rootOf(world).statistics[BY_CATEGORY.id]!['g1']!.merchants).toBe(8);
  });

  test('stands under a new bundle until that one was counted, as far as it has the shares asked for', () => {
    const world = opened();
    publish(world);
    world.activate(bundleWith([{ ...BY_CATEGORY, cutsBps: [2_000, 4_000] }]));
    expect(ofToys(world)).toEqual({ merchants: 3, mean: 7, cuts: [null, 5] });
    world.activate(bundleWith([OF_ALL]));
    expect(rootOf(world).statistics).toEqual({});
  });

  test('has every merchant looked at anew, a bounded share of them per record, the latest sweep only', () => {
    const world = opened();
    for (let merchant = 0; merchant < 600; merchant++) known(world, `m${merchant}`);
    publish(world);
    publish(world, { sequence: 2, merchants: 4 });
    const behind = (): number => {
      world.scoring.freeze();
      const rows = [...world.scoring.store.rows.values()].filter(({ key }) => !key.endsWith('#'));
      return rows.filter(({ body }) => (JSON.parse(body) as { statistics: number }).statistics < 2).length;
    };
    expect(behind()).toBe(598);
    world.scoring.evict();
    const left = [1, 2, 3].map((second) => {
      world.tick(T0 + second * SECOND_MS);
      return behind();
    });
    expect(left).toEqual([350, 100, 0]);
  });
});

test('after a take-over it says the next of what it said', () => {
  const world = opened();
  known(world, 'm1');
  sell(world, 'm1');
  world.scoring.reopen();
  expect(told(world.tick(T0 + DAY_MS))).toEqual(['orders~category toys m1 0 1']);
  const [said] = ofCensus(world.outputs).slice(-1);
  expect(said).toMatchObject({ data: { writer: 'scoring/0', sequence: 3, position: said!.id } });
});
