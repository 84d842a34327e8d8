/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { Account } from '../policy/bundle.ts';
import {
  accountOf,
  givenTreasury,
  leasesInShort,
  NOVEMBER,
  type Told,
  type TreasuryWorld,
} from '../testing/treasury-world.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function given(...accounts: Account[]): TreasuryWorld {
  return givenTreasury(sha256, { accounts });
}

/** Activates and lets the sweep go over all instances. */
function activate(world: TreasuryWorld, ...accounts: Account[]): Told[] {
  return [...world.activate(accounts), ...world.tick(world.nowMs)];
}

/** What can still be leased of an instance. */
function left(world: TreasuryWorld, instance: string): number {
  const [told] = world.ask(3, instance, 1_000_000);
  if (told === undefined) return 0;
  world.giveBack(3, instance, told.amount);
  return told.amount;
}

describe('a new total', () => {
  test('that is larger can be leased at once', () => {
    const world = given(accountOf('growth', 100));
    world.ask(0, 'growth', 100);
    activate(world, accountOf('growth', 150));
    expect(left(world, 'growth')).toBe(50);
  });

  test('serves those who wait', () => {
    const world = given(accountOf('growth', 100));
    world.ask(0, 'growth', 100);
    world.ask(1, 'growth', 40, { least: 40 });
    expect(leasesInShort(activate(world, accountOf('growth', 150)))).toEqual(['1 growth 40 #1 scarce']);
  });

  test('that is smaller is taken from what is unleased', () => {
    const world = given(accountOf('growth', 100));
    world.ask(0, 'growth', 30);
    activate(world, accountOf('growth', 60));
    expect(left(world, 'growth')).toBe(30);
  });

  test('that is smaller than what is out is owed: holders are told, and what comes back pays it first', () => {
    const world = given(accountOf('growth', 100));
    world.ask(0, 'growth', 60);
    expect(leasesInShort(activate(world, accountOf('growth', 40)))).toEqual(['0 growth 0 scarce']);
    world.giveBack(0, 'growth', 30);
    expect(left(world, 'growth')).toBe(10);
  });

  test('that is larger again forgives what is owed first', () => {
    const world = given(accountOf('growth', 100));
    world.ask(0, 'growth', 60);
    activate(world, accountOf('growth', 40));
    activate(world, accountOf('growth', 50));
    expect(left(world, 'growth')).toBe(0);
    world.ask(3, 'growth', 0);
    activate(world, accountOf('growth', 75));
    expect(left(world, 'growth')).toBe(15);
  });

  test('of an account that is gone is nothing, and what is out is owed', () => {
    const world = given(accountOf('growth', 100));
    world.ask(0, 'growth', 60);
    expect(leasesInShort(activate(world))).toEqual(['0 growth 0 scarce']);
    world.giveBack(0, 'growth', 60);
    expect(left(world, 'growth')).toBe(0);
  });

  test('is not given to an instance that the account no longer has', () => {
    const world = given(accountOf('growth', 100, { period: 'week' }));
    world.ask(0, 'growth@2026-11-02', 60);
    activate(world, accountOf('growth', 100, { period: 'month' }));
    world.giveBack(0, 'growth@2026-11-02', 60);
    expect(left(world, 'growth@2026-11-02')).toBe(0);
    expect(left(world, 'growth@2026-11-01')).toBe(100);
    activate(world, accountOf('growth', 100));
    expect(left(world, 'growth@2026-11-01')).toBe(0);
    expect(left(world, 'growth')).toBe(100);
    activate(world, accountOf('growth', 100, { per: 'entity' }));
    expect(left(world, 'growth')).toBe(0);
  });

  test('reaches every instance, some per record', () => {
    const world = givenTreasury(sha256, { accounts: [accountOf('relief', 10, { per: 'entity' })] });
    for (let i = 0; i < 600; i++) world.ask(0, `relief~e${i}`, 10, { holder: 'm1' });
    const told = [world.activate([accountOf('relief', 5, { per: 'entity' })])];
    for (let i = 0; i < 3; i++) told.push(world.tick(NOVEMBER));
    // All of each was out, so all were scarce before.
    expect(told.flat()).toEqual([]);
    for (let i = 0; i < 600; i++) world.giveBack(0, `relief~e${i}`, 10, 'm1');
    expect(world.gauge('scarce')).toBe(0);
  });
});

describe('an account that no bundle has yet', () => {
  test('is waited for: a partition may live by a new bundle before the treasury does', () => {
    const world = given(accountOf('growth', 100));
    expect(world.ask(0, 'spring', 40, { least: 40 })).toEqual([]);
    expect(leasesInShort(activate(world, accountOf('spring', 100)))).toEqual(['0 spring 40 #1']);
  });

  test('even before the first bundle', () => {
    const world = givenTreasury(sha256);
    expect(world.ask(0, 'spring', 40)).toEqual([]);
    expect(leasesInShort(activate(world, accountOf('spring', 100)))).toEqual(['0 spring 40 #1']);
  });

  test('and the wait can be given up', () => {
    const world = givenTreasury(sha256);
    world.ask(0, 'spring', 40);
    expect(leasesInShort(world.ask(0, 'spring', 0))).toEqual(['0 spring 0 #2']);
    expect(activate(world, accountOf('spring', 100))).toEqual([]);
  });
});

describe('periods', () => {
  test('each has the whole total', () => {
    const world = given(accountOf('growth', 100, { period: 'day' }));
    expect(world.ask(0, 'growth@2026-11-01', 100)[0]).toMatchObject({ amount: 100 });
    expect(world.ask(0, 'growth@2026-11-02', 100)[0]).toMatchObject({ amount: 100 });
  });

  test.each([
    ['day', '2026-11-01', '2026-11-01T16:00:00.000Z'],
    ['week', '2026-10-26', '2026-11-01T16:00:00.000Z'],
    ['month', '2026-11-01', '2026-11-30T16:00:00.000Z'],
  ] as const)('a %s of Shanghai that began on %s leases until %s', (period, from, until) => {
    const world = given(accountOf('growth', 100, { period }));
    const instance = `growth@${from}`;
    const endMs = Date.parse(until);
    world.tick(endMs - 1);
    expect(world.ask(0, instance, 60)[0]).toMatchObject({ amount: 60 });
    world.tick(endMs);
    expect(world.ask(1, instance, 1)[0]).toMatchObject({ amount: 0, answers: 1 });
    expect(world.ask(1, instance, 0)[0]).toMatchObject({ amount: 0, answers: 2 });
  });

  test('whoever waits when the period ends is answered with nothing', () => {
    const world = given(accountOf('growth', 100, { period: 'day' }));
    world.ask(0, 'growth@2026-11-01', 100);
    world.ask(1, 'growth@2026-11-01', 10);
    expect(world.tick(NOVEMBER + DAY_MS - 1)).toEqual([]);
    expect(leasesInShort(world.tick(NOVEMBER + DAY_MS))).toEqual(['1 growth@2026-11-01 0 #1 scarce']);
    expect(world.gauge('waiting')).toBe(0);
  });

  test('what comes back after the end stays there, whatever later bundles say', () => {
    const world = given(accountOf('growth', 100, { period: 'day' }));
    world.ask(0, 'growth@2026-11-01', 100);
    world.tick(NOVEMBER + DAY_MS);
    activate(world, accountOf('growth', 10, { period: 'day' }));
    expect(world.giveBack(0, 'growth@2026-11-01', 100).filter(({ amount }) => amount > 0)).toEqual([]);
    expect(world.ask(0, 'growth@2026-11-01', 100)[0]).toMatchObject({ amount: 0 });
    expect(left(world, 'growth@2026-11-02')).toBe(10);
  });

  test('what comes back of a campaign that is over can be leased again of the season around it', () => {
    const world = given(
      accountOf('season', 100, { period: 'month' }),
      accountOf('daily', 100, { period: 'day', within: 'season' }),
    );
    world.ask(0, 'daily@2026-11-01', 100);
    world.tick(NOVEMBER + DAY_MS);
    world.giveBack(0, 'daily@2026-11-01', 70);
    expect(left(world, 'daily@2026-11-02')).toBe(70);
  });

  test('another zone ends them at another time', () => {
    const world = given(accountOf('growth', 100, { period: 'day' }));
    world.ask(0, 'growth@2026-11-01', 100);
    world.ask(1, 'growth@2026-11-01', 10);
    const tokyo = { sequence: 1, zoneTransitions: [{ fromMs: 0, offsetMinutes: 540 }] };
    world.step('updraft.control.settings.v1', tokyo);
    world.tick(NOVEMBER);
    expect(leasesInShort(world.tick(NOVEMBER + 23 * HOUR_MS))).toEqual(['1 growth@2026-11-01 0 #1 scarce']);
  });
});
