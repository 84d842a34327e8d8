/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { CloudEvent } from '../stage/stage.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';
import { T0 } from './given.ts';
import { federation, type Federation } from './federation.ts';
import {
  apply,
  checkLaws,
  count,
  decided,
  opened,
  passMinutes,
  play,
  policy,
  SIZE,
} from './federation-story.ts';

// Budgets that all partitions share, with readers that lag and crash. The laws of accounts hold at every position, and
// what a schedule leads to in the end is what the money allows: nobody goes without while there is some.

const SEED = 20_261_128;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a budget that all partitions share', () => {
  test.each([
    [4, 40],
    [16, 33],
    [16, 2],
  ])(
    'over %i partitions, exactly enough for %i merchants, serves every one of them',
    (partitions, merchants) => {
      const world = opened(sha256, partitions, policy(merchants * SIZE));
      for (let merchant = 0; merchant < merchants; merchant++) apply(world, merchant * 7);
      world.settle();
      for (let minute = 1; minute <= 5; minute++) {
        world.tick(T0 + minute * MINUTE_MS);
        world.settle();
      }
      checkLaws(world);
      expect(count(world, 'issue')).toBe(merchants);
      expect(count(world, 'withhold')).toBe(merchants);
    },
  );

  test('one unit less withholds exactly one, and says which account lacks money', () => {
    const world = opened(sha256, 16, policy(33 * SIZE - 1));
    for (let merchant = 0; merchant < 33; merchant++) apply(world, merchant);
    passMinutes(world, 40);
    checkLaws(world);
    expect(count(world, 'issue')).toBe(32);
    const last = decided(world).filter(({ reasons }) => reasons.includes('budget-held-elsewhere'));
    expect(last).toMatchObject([{ outcome: 'withhold', budget: { account: 'welcome' } }]);
  });

  test('who was withheld for want of money is served when a raise brings some', () => {
    const world = opened(sha256, 4, policy(10 * SIZE));
    for (let merchant = 0; merchant < 12; merchant++) apply(world, merchant);
    passMinutes(world, 40);
    expect(count(world, 'issue')).toBe(10);
    world.activate(policy(12 * SIZE));
    passMinutes(world, 3);
    expect(count(world, 'issue')).toBe(12);
    checkLaws(world);
  });

  test('a cut below what is leased takes what is free at once and the rest as grants end, and never more is used', () => {
    const world = opened(sha256, 4, policy(40 * SIZE));
    for (let merchant = 0; merchant < 20; merchant++) apply(world, merchant);
    world.settle();
    world.activate(policy(5 * SIZE));
    passMinutes(world, 2);
    const owed = (): number => world.instances().find(({ id }) => id === 'welcome')!.owed;
    expect(owed()).toBe(15 * SIZE);
    checkLaws(world);
    for (let day = 1; day <= 5; day++) {
      world.tick(T0 + day * DAY_MS);
      passMinutes(world, 1);
    }
    expect(owed()).toBe(0);
    checkLaws(world);
  });
});

test('the laws hold at every position, whoever lags, crashes and says again what it said', () => {
  const dice = fc.array(fc.noBias(fc.integer({ min: 0, max: 2 ** 24 - 1 })), { maxLength: 120, size: 'max' });
  const check = fc.property(dice, fc.integer({ min: 1, max: 5 }), (throws, partitions) =>
    play(sha256, throws, partitions),
  );
  fc.assert(check, { seed: SEED, numRuns: 15 });
});

/** A record that stands twice in a log, as after an append of which nobody knows whether it arrived. */
test('records that stand in a log twice change nothing', () => {
  const play = (tamper: Federation['tamper']): CloudEvent[] => {
    const world = federation(sha256, 4);
    world.tamper = tamper;
    world.activate(policy(10 * SIZE));
    world.settle();
    for (let merchant = 0; merchant < 12; merchant++) apply(world, merchant);
    world.settle();
    checkLaws(world);
    return world.decisions.map(({ event }) => event);
  };
  const numbered = (text: string): boolean => text.includes('"writer":');
  const once = play((_log, text) => [text]);
  const twice = play((_log, text) => (numbered(text) ? [text, text] : [text]));
  const outcomes = (events: readonly CloudEvent[]): unknown[] =>
    events.map(({ subject, data }) => [subject, data['outcome'], data['reasons']]);
  expect(outcomes(twice)).toEqual(outcomes(once));
});
