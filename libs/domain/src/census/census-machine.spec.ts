/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { CloudEvent } from '../stage/stage.ts';
import { givenCensus, ORDERS, publishedInShort, type CensusWorld } from '../testing/census-world.ts';
import { genesisOf, inputOf, NOVEMBER } from '../testing/treasury-world.ts';
import { DAY_MS, formatInstant, MINUTE_MS } from '../time.ts';
import { census } from './census-machine.ts';
import { censusOf } from './group.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Both partitions have counted one merchant each, and that was published. */
function counted(): CensusWorld {
  const world = givenCensus(sha256);
  world.say('m1', 2);
  world.say('m2', 4, { from: 1 });
  world.counted(0);
  world.counted(1);
  world.tick(NOVEMBER);
  return world;
}

describe('the records it reads', () => {
  test('genesis comes first, once, and an unknown type is refused rather than passed over', () => {
    const machine = census.open(0, null, sha256);
    const tick = inputOf([0, 0], 'updraft.control.tick.v1', { atMs: 1, catchingUp: false }, 1);
    expect(() => machine.step(tick)).toThrow('does not begin with genesis');
    const world = givenCensus(sha256);
    expect(world.step('updraft.control.genesis.v1', genesisOf(2, NOVEMBER))).toEqual([]);
    expect(() => world.step('updraft.control.genesis.v1', genesisOf(8, NOVEMBER))).toThrow(
      'different genesis',
    );
    expect(() => world.step('updraft.control.lease.v1', {})).toThrow('unknown record');
  });

  test('what was taken before is dropped, and a gap is a bug of the writer', () => {
    const world = counted();
    const once = JSON.stringify(world.census.machine().rows());
    const said = {
      writer: 'scoring/0',
      statistic: 'orders~category',
      group: 'toys',
      merchant: 'm1',
      activation: 1,
    };
    const repeat = { ...said, sequence: 1, before: null, value: 2, bundle: 'bundle 1', position: '0/1/0' };
    expect(world.step('updraft.census.value.v1', repeat)).toEqual([]);
    expect(JSON.stringify(world.census.machine().rows())).toBe(once);
    const gap = { ...repeat, sequence: 9 };
    expect(() => world.step('updraft.census.value.v1', gap)).toThrow('scoring/0 goes on with 9 after 2');
  });

  test.each(['scoring/2', 'scoring/01', 'allocator/0'])('%s is no writer of it', (writer) => {
    const said = { writer, sequence: 1, statistics: ORDERS, activation: 1, bundle: 'b', position: '0/0/0' };
    expect(() => givenCensus(sha256).step('updraft.census.counted.v1', said)).toThrow('unknown writer');
  });
});

describe('under a new bundle', () => {
  test('nothing is published before every partition has counted, whatever the time', () => {
    const world = givenCensus(sha256);
    world.say('m1', 2);
    world.counted(0);
    for (const day of [0, 1, 2]) expect(world.tick(NOVEMBER + day * DAY_MS)).toEqual([]);
    expect(world.gauge('isCounting')).toBe(1);
    world.counted(1);
    expect(world.gauge('isCounting')).toBe(0);
    expect(publishedInShort(world.tick(NOVEMBER + 2 * DAY_MS))).toEqual([
      'orders~category toys 1 mean 2 40% 3',
    ]);
  });

  test('the values of the one before count no more, whoever says them first or last', () => {
    const world = counted();
    world.activation = 2;
    world.say('m2', 10, { from: 1 });
    world.activation = 1;
    world.say('m1', 3);
    expect(world.tick(NOVEMBER + DAY_MS)).toEqual([]);
    world.activation = 2;
    world.counted(1, [{ id: 'orders~category', cutsBps: [] }]);
    world.counted(0, [{ id: 'orders~category', cutsBps: [] }]);
    expect(publishedInShort(world.tick(NOVEMBER + DAY_MS))).toEqual(['orders~category toys 1 mean 10']);
  });

  test('a group in which nobody is any more is told once, where the bundle asks for its statistic', () => {
    const world = counted();
    world.say('m1', 1, { group: 'tea', statistic: 'sales~category' });
    world.activation = 2;
    world.counted(0);
    world.counted(1);
    expect(publishedInShort(world.tick(NOVEMBER))).toEqual(['orders~category toys 0 mean null 40% null']);
    expect(world.tick(NOVEMBER + DAY_MS)).toEqual([]);
    expect(world.tick(NOVEMBER + DAY_MS)).toEqual([]);
  });
});

describe('at midnight', () => {
  test('the groups that changed are published, and no others', () => {
    const world = counted();
    world.say('m3', 9, { group: 'tea' });
    expect(world.tick(NOVEMBER + DAY_MS - 1)).toEqual([]);
    expect(world.tick(NOVEMBER + DAY_MS)).toEqual([]);
    expect(publishedInShort(world.tick(NOVEMBER + DAY_MS))).toEqual(['orders~category tea 1 mean 9 40% 10']);
    world.say('m3', 8, { group: 'tea' });
    world.say('m3', 9, { group: 'tea' });
    world.tick(NOVEMBER + 2 * DAY_MS);
    expect(world.tick(NOVEMBER + 2 * DAY_MS)).toEqual([]);
  });

  test('a merchant that moves counts in its new group only', () => {
    const world = counted();
    world.say('m1', null);
    world.say('m1', 7, { group: 'tea' });
    world.tick(NOVEMBER + DAY_MS);
    expect(publishedInShort(world.tick(NOVEMBER + DAY_MS))).toEqual([
      'orders~category tea 1 mean 7 40% 8',
      'orders~category toys 1 mean 4 40% 5',
    ]);
  });

  test('it is that of the market zone, and a change of the zone moves it', () => {
    const world = counted();
    world.say('m1', 5);
    const utc = [{ fromMs: 0, offsetMinutes: 0 }];
    world.step('updraft.control.settings.v1', { sequence: 1, zoneTransitions: utc });
    world.tick(NOVEMBER + DAY_MS);
    expect(world.tick(NOVEMBER + DAY_MS)).toEqual([]);
    world.tick(NOVEMBER + DAY_MS + 480 * MINUTE_MS);
    expect(world.tick(NOVEMBER + DAY_MS + 480 * MINUTE_MS)).toHaveLength(2);
  });
});

test('what it says is a control record of each activity partition at log time, numbered and named by its position', () => {
  const world = givenCensus(sha256);
  world.say('m1', 2);
  world.counted(0);
  world.counted(1);
  const record = inputOf(
    [0, 9],
    'updraft.control.tick.v1',
    { atMs: NOVEMBER + 7, catchingUp: false },
    NOVEMBER,
  );
  const outputs = world.census.step(record);
  expect(outputs.map(({ log, partition, position }) => [log, partition, position])).toEqual([
    ['activity', 0, [0, 9, 0]],
    ['activity', 1, [0, 9, 1]],
  ]);
  const events = outputs.map(({ text }) => JSON.parse(text) as CloudEvent);
  expect(events[1]).toMatchObject({
    id: 'census/0/9/1',
    source: '/updraft/test/census',
    type: 'updraft.control.statistics.v1',
    time: formatInstant(NOVEMBER + 7),
    data: { writer: 'census/0', sequence: 1, activation: 1, bundle: 'bundle 1' },
  });
  expect(events[1]).not.toHaveProperty('subject');
});

test('after a take-over it goes on where it was', () => {
  const world = counted();
  world.say('m1', 5);
  world.census.reopen();
  expect(world.gauge('rowsLoaded')).toBe(0);
  expect(world.gauge('groups')).toBe(1);
  world.tick(NOVEMBER + DAY_MS);
  expect(publishedInShort(world.tick(NOVEMBER + DAY_MS))).toEqual(['orders~category toys 2 mean 4 40% 5']);
});

test('what one record does for other groups is bounded, however many there are', () => {
  const world = givenCensus(sha256, 1);
  for (let group = 0; group < 600; group++) world.say('m1', 1, { group: `g${group}` });
  world.counted(0);
  expect(world.say('m2', 1, { group: 'g599' })).toHaveLength(2);
  world.census.evict();
  const told = [world.tick(NOVEMBER), world.tick(NOVEMBER), world.tick(NOVEMBER), world.tick(NOVEMBER)];
  expect(told.map(({ length }) => length)).toEqual([250, 250, 98, 0]);
});

test('groups are spread over the partitions of the census, each statistic by itself', () => {
  const places = Array.from({ length: 64 }, (_, at) => censusOf('orders~category', `g${at}`, 4));
  expect(new Set(places).size).toBe(4);
  expect(
    new Set(['a', 'b', 'c', 'd', 'e'].map((id) => censusOf(`${id}~all`, 'all', 4))).size,
  ).toBeGreaterThan(1);
});
