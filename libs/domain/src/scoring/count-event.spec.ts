/// <reference types="node" />
import { createHash } from 'node:crypto';
import { capabilitiesIn, GENESIS, given, order, REGISTERED, T0, type World } from '../testing/given.ts';
import { compiled, smallSource } from '../testing/small-bundle.ts';
import { DAY_MS, localDay } from '../time.ts';
import { emptyBuckets } from './bucket.ts';
import { unpackDays } from './pack-days.ts';

// Open days stand in a merchant's row, closed ones in its annex, and what no window can reach is dropped.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const DAY0 = localDay(T0, GENESIS.zoneTransitions);

function small(): World {
  const world = given(sha256);
  world.activate(compiled(smallSource()).text);
  return world;
}

const paid = (world: World, id: string, atMs: number): void =>
  void world.event('updraft.order.paid.v1', 'm1', order(id, atMs), { atMs });

/** Days of the row and of its annex, counted from the first. */
function daysKept(world: World): { open: number[]; closed: number[] } {
  world.scoring.freeze();
  const { rows } = world.scoring.store;
  const { days } = JSON.parse(rows.get('m1')!.body) as { days: string };
  const since = (packed: string): number[] => {
    const buckets = emptyBuckets();
    unpackDays(buckets, packed);
    const days = buckets.columns.flatMap((column) => column?.days ?? []);
    return [...new Set(days)].sort((a, b) => a - b).map((day) => day - DAY0);
  };
  return { open: since(days), closed: since((rows.get('m1#')?.body ?? '').split('.')[0]!) };
}

test('days close at the first event of a day, yesterday stays open', () => {
  const world = small();
  paid(world, 'a', T0);
  world.tick(T0 + DAY_MS);
  paid(world, 'b', world.nowMs);
  expect(daysKept(world)).toEqual({ open: [0, 1], closed: [] });
  world.tick(T0 + 2 * DAY_MS);
  expect(daysKept(world)).toEqual({ open: [0, 1], closed: [] });
  paid(world, 'c', world.nowMs);
  expect(daysKept(world)).toEqual({ open: [1, 2], closed: [0] });
});

test('a late fact of a closed day is written with the annex and survives eviction', () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  paid(world, 'a', T0);
  world.tick(T0 + 4 * DAY_MS);
  paid(world, 'b', world.nowMs);
  world.scoring.evict();
  paid(world, 'c', T0 + DAY_MS);
  world.scoring.evict();
  expect(daysKept(world)).toEqual({ open: [4], closed: [0, 1] });
  world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants: 'no' } });
  expect(capabilitiesIn(world.outputs).at(-1)!.metrics['orders']).toBe(3);
});

test('days, and orders of which something was remembered, that no window can reach any more are dropped', () => {
  const world = small();
  world.event('updraft.review.posted.v1', 'm1', { ...order('a', T0), stars: 1 });
  world.scoring.freeze();
  expect(world.scoring.store.rows.get('m1')!.body).toContain('"markedOrders"');
  world.tick(T0 + 399 * DAY_MS);
  paid(world, 'b', world.nowMs);
  expect(daysKept(world).closed).toEqual([0]);
  world.tick(T0 + 400 * DAY_MS);
  paid(world, 'c', world.nowMs);
  expect(daysKept(world)).toEqual({ open: [399, 400], closed: [] });
  expect(world.scoring.store.rows.get('m1')!.body).not.toContain('"markedOrders"');
});

test('ids are forgotten as they leave the horizon, so that memory follows the traffic of a week', () => {
  const world = small();
  paid(world, 'a', T0);
  expect(world.scoring.machine().gauges()['dedupeIds']).toBe(1);
  world.tick(T0 + 8 * DAY_MS);
  expect(world.scoring.machine().gauges()['dedupeIds']).toBe(0);
});
