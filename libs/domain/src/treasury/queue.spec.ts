/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  accountOf,
  givenTreasury,
  leasesInShort,
  NOVEMBER,
  type TreasuryWorld,
} from '../testing/treasury-world.ts';
import { SECOND_MS } from '../time.ts';
import { QUEUE_MAX, SERVED_MAX } from './serving.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const PASSED_OVER_MAX = 8;
const HOLD_MAX_MS = 60 * SECOND_MS;

/** Everything is out with partition 0; the others are purses of merchants, who are leased exactly what they need. */
function dry(total: number): TreasuryWorld {
  const world = givenTreasury(sha256, { accounts: [accountOf('pool', total)], partitions: 2 });
  world.ask(0, 'pool', total);
  return world;
}

function wait(world: TreasuryWorld, merchant: string, need: number, least = need): string[] {
  return leasesInShort(world.ask(1, 'pool', need, { holder: merchant, least }));
}

/** Who is served by what comes back, without what is told besides. */
function served(told: ReturnType<TreasuryWorld['giveBack']>): string[] {
  return told.filter(({ amount }) => amount > 0).map(({ holder, amount }) => `${holder} ${amount}`);
}

test('requests are served in order of arrival', () => {
  const world = dry(100);
  for (const merchant of ['m3', 'm1', 'm2']) wait(world, merchant, 10);
  expect(served(world.giveBack(0, 'pool', 20))).toEqual(['m3 10', 'm1 10']);
  expect(served(world.giveBack(0, 'pool', 10))).toEqual(['m2 10']);
});

test('a part of what is needed is leased when it is of use, and the sender asks again for the rest', () => {
  const world = dry(100);
  wait(world, 'm1', 50, 10);
  expect(served(world.giveBack(0, 'pool', 9))).toEqual([]);
  expect(served(world.giveBack(0, 'pool', 6))).toEqual(['m1 15']);
  expect(world.gauge('waiting')).toBe(0);
});

test('smaller requests pass over a large one, but only so often: then funds are kept for it', () => {
  const world = dry(100);
  wait(world, 'large', 50);
  for (let i = 0; i < 2 * PASSED_OVER_MAX; i++) wait(world, `m${i}`, 1);
  expect(served(world.giveBack(0, 'pool', 49))).toHaveLength(PASSED_OVER_MAX);
  expect(world.gauge('waiting')).toBe(1 + PASSED_OVER_MAX);
  expect(wait(world, 'late', 1)).toEqual([]);
  expect(served(world.giveBack(0, 'pool', PASSED_OVER_MAX))).toEqual([]);
  expect(served(world.giveBack(0, 'pool', 1))).toEqual(['large 50']);
});

test('and only so long: then the large one goes to the end, so that it does not block small ones', () => {
  const world = dry(100);
  wait(world, 'large', 50);
  for (let i = 0; i < PASSED_OVER_MAX; i++) wait(world, `m${i}`, 1);
  world.giveBack(0, 'pool', 20);
  wait(world, 'late', 1);
  expect(world.tick(NOVEMBER + HOLD_MAX_MS - 1)).toEqual([]);
  expect(served(world.tick(NOVEMBER + HOLD_MAX_MS))).toEqual(['late 1']);
  expect(served(world.giveBack(0, 'pool', 39))).toEqual(['large 50']);
});

test('a request that is replaced keeps its place and how often it was passed over', () => {
  const world = dry(100);
  wait(world, 'large', 50);
  for (let i = 0; i < PASSED_OVER_MAX; i++) wait(world, `m${i}`, 1);
  world.giveBack(0, 'pool', 20);
  wait(world, 'large', 40);
  expect(wait(world, 'late', 1)).toEqual([]);
  expect(served(world.giveBack(0, 'pool', 28))).toEqual(['large 40']);
  expect(served(world.giveBack(0, 'pool', 1))).toEqual(['late 1']);
});

test('when the one that funds are kept for is withdrawn, those behind it are served', () => {
  const world = dry(100);
  wait(world, 'large', 50);
  for (let i = 0; i < PASSED_OVER_MAX; i++) wait(world, `m${i}`, 1);
  world.giveBack(0, 'pool', 20);
  wait(world, 'late', 1);
  expect(wait(world, 'large', 0)).toEqual(['1/large pool 0 #11 scarce', '1/late pool 1 #10 scarce']);
});

test('one record makes so many leases, and the next ones go on', () => {
  const world = dry(1_000);
  for (let i = 0; i < 150; i++) wait(world, `m${String(i).padStart(3, '0')}`, 1);
  const counts = [world.giveBack(0, 'pool', 150)];
  while (world.gauge('waiting') > 0) counts.push(world.tick(NOVEMBER));
  expect(counts.map((told) => served(told).length)).toEqual([SERVED_MAX, SERVED_MAX, 150 - 2 * SERVED_MAX]);
  expect(world.gauge('timers')).toBe(0);
});

test('whoever finds the queue full is answered with nothing at once', () => {
  const world = dry(100);
  for (let i = 0; i < QUEUE_MAX; i++) wait(world, `m${i}`, 1);
  expect(wait(world, 'late', 1)).toEqual([`1/late pool 0 #${QUEUE_MAX + 1} scarce`]);
  expect(world.gauge('waiting')).toBe(QUEUE_MAX);
});
