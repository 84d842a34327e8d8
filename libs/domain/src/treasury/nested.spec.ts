/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  accountOf,
  givenTreasury,
  leasesInShort,
  NOVEMBER,
  type TreasuryWorld,
} from '../testing/treasury-world.ts';
import { DAY_MS } from '../time.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Two campaigns within a season. */
function season(total: number, campaigns: readonly [number, number]): TreasuryWorld {
  const accounts = [
    accountOf('season', total),
    accountOf('spring', campaigns[0], { within: 'season' }),
    accountOf('summer', campaigns[1], { within: 'season' }),
  ];
  return givenTreasury(sha256, { accounts });
}

test('what is leased of a campaign counts against the season as well', () => {
  const world = season(100, [80, 80]);
  expect(leasesInShort(world.ask(0, 'spring', 70))).toEqual(['0 spring 70 #1']);
  expect(leasesInShort(world.ask(1, 'summer', 70))).toContain('1 summer 30 #1 scarce');
});

test('the share is that of the one that has least', () => {
  expect(leasesInShort(season(80, [800, 800]).ask(0, 'spring', 1))).toEqual(['0 spring 10 #1']);
});

test('three deep, the least of all three is what there is', () => {
  const accounts = [
    accountOf('platform', 50),
    accountOf('season', 70, { within: 'platform' }),
    accountOf('spring', 90, { within: 'season' }),
  ];
  const world = givenTreasury(sha256, { accounts });
  expect(leasesInShort(world.ask(0, 'spring', 90))).toEqual(['0 spring 50 #1 scarce']);
  world.giveBack(0, 'spring', 40);
  expect(world.ask(1, 'platform', 90)[0]).toMatchObject({ amount: 40 });
});

test('a campaign that waits for the season is served when another one gives back', () => {
  const world = season(100, [80, 80]);
  world.ask(0, 'spring', 70);
  world.ask(1, 'summer', 60, { least: 60 });
  expect(world.giveBack(0, 'spring', 40).filter(({ amount }) => amount > 0)).toEqual([]);
  expect(leasesInShort(world.tick(NOVEMBER))).toContain('1 summer 60 #1 scarce');
});

test('when the season is scarce, the holders in its other campaigns are told', () => {
  const world = season(100, [80, 80]);
  world.ask(0, 'spring', 60);
  world.tick(NOVEMBER);
  const told = [...world.ask(1, 'summer', 60, { least: 60 }), ...world.tick(NOVEMBER)];
  expect(leasesInShort(told)).toEqual(['0 spring 0 scarce']);
  expect(world.ask(1, 'summer', 0)[0]).toMatchObject({ amount: 0, isScarce: true });
  expect(leasesInShort(world.tick(NOVEMBER))).toEqual([]);
  expect(leasesInShort(world.giveBack(0, 'spring', 60))).toEqual(['0 spring 0']);
});

test('a campaign that no longer waits leaves no trace in the season', () => {
  const world = season(100, [80, 80]);
  world.ask(0, 'spring', 40);
  world.ask(1, 'summer', 70, { least: 70 });
  expect(world.gauge('scarce')).toBe(2);
  world.ask(1, 'summer', 0);
  expect(world.gauge('scarce')).toBe(0);
});

test('all campaigns that wait are looked at in order when funds come in, some per record', () => {
  const names = Array.from({ length: 30 }, (_, i) => `c${String(29 - i).padStart(2, '0')}`);
  const campaigns = names.map((name) => accountOf(name, 100, { within: 'season' }));
  const world = givenTreasury(sha256, { accounts: [accountOf('season', 1_000), ...campaigns] });
  world.ask(0, 'season', 1_000);
  for (const name of names) world.ask(1, name, 10, { least: name === 'c29' ? 500 : 10 });
  world.giveBack(0, 'season', 295);
  const orders: string[][] = [];
  for (let i = 0; i < 9; i++) {
    orders.push(world.tick(NOVEMBER).flatMap(({ account, amount }) => (amount > 0 ? [account] : [])));
  }
  expect(orders.flat()).toEqual(names.slice(0, 29));
  for (const order of orders) expect(order.length).toBeLessThanOrEqual(8);
  expect(world.gauge('waiting')).toBe(1);
});

describe('a campaign with a large need, before ones with small needs', () => {
  const small = Array.from({ length: 12 }, (_, i) => `s${String(i).padStart(2, '0')}`);

  /** All of the season is out; then so much came back that eight were served before the large one. */
  function passedOver(): TreasuryWorld {
    const campaigns = ['large', ...small].map((name) => accountOf(name, 100, { within: 'season' }));
    const world = givenTreasury(sha256, { accounts: [accountOf('season', 100), ...campaigns] });
    world.ask(0, 'season', 100);
    world.ask(1, 'large', 50, { least: 50 });
    for (const name of small) world.ask(1, name, 1);
    world.giveBack(0, 'season', 49);
    expect(servedAt(world, NOVEMBER)).toEqual(small.slice(0, 8));
    return world;
  }

  function servedAt(world: TreasuryWorld, atMs: number): string[] {
    const told = [0, 1, 2, 3].flatMap(() => world.tick(atMs));
    return told.flatMap(({ account, amount }) => (amount > 0 ? [account] : []));
  }

  test('is passed over only so often: then funds of the season are kept for it', () => {
    const world = passedOver();
    expect(world.ask(2, 'season', 1)).toEqual([]);
    expect(world.ask(2, 's00', 1)).toEqual([]);
    world.giveBack(0, 'season', 9);
    expect(servedAt(world, NOVEMBER)).toEqual(['large']);
    world.giveBack(0, 'season', 6);
    expect(servedAt(world, NOVEMBER)).toEqual([...small.slice(8), 's00', 'season']);
  });

  test('and only so long: then it goes to the end', () => {
    const world = passedOver();
    expect(servedAt(world, NOVEMBER + 60_000 - 1)).toEqual([]);
    expect(servedAt(world, NOVEMBER + 60_000)).toEqual(small.slice(8));
  });

  test('when it gives up, those behind it are served, and the season itself after them', () => {
    const world = passedOver();
    world.ask(2, 'season', 1);
    world.ask(1, 'large', 0);
    expect(servedAt(world, NOVEMBER)).toEqual([...small.slice(8), 'season']);
  });

  test('when it gives up and nobody is behind it, the season itself is served', () => {
    const world = passedOver();
    for (const name of small.slice(8)) world.ask(1, name, 0);
    world.ask(2, 'season', 1);
    world.ask(1, 'large', 0);
    expect(servedAt(world, NOVEMBER)).toEqual(['season']);
  });

  test('one before it gives up while the others are still looked at, and nobody is left out', () => {
    const world = passedOver();
    world.tick(NOVEMBER + 60_000);
    world.ask(1, small[8]!, 0);
    expect(servedAt(world, NOVEMBER + 60_000)).toEqual(small.slice(9));
  });
});

test('more wait for the season than its list holds: the others look again by themselves', () => {
  const relief = accountOf('relief', 10, { per: 'entity', within: 'platform' });
  const world = givenTreasury(sha256, { accounts: [accountOf('platform', 10_000), relief] });
  world.ask(0, 'platform', 10_000);
  for (let i = 0; i < 1_002; i++) world.ask(1, `relief~e${i}`, 1, { holder: 'm1' });
  world.giveBack(0, 'platform', 1_002);
  while (world.gauge('waiting') > 2) if (world.tick(NOVEMBER).length === 0) break;
  expect(world.gauge('waiting')).toBe(2);
  expect(world.tick(NOVEMBER + 15_000 - 1)).toEqual([]);
  expect(world.tick(NOVEMBER + 15_000).map(({ account }) => account)).toEqual([
    'relief~e1000',
    'relief~e1001',
  ]);
});

test('funds kept for a campaign and for the season itself are kept each for its own time', () => {
  const names = ['large', ...Array.from({ length: 10 }, (_, i) => `s${i}`)];
  const campaigns = names.map((name) => accountOf(name, 100, { within: 'season' }));
  const world = givenTreasury(sha256, { accounts: [accountOf('season', 200), ...campaigns] });
  world.ask(0, 'season', 200);
  world.ask(1, 'season', 90, { least: 90 });
  for (let i = 0; i < 9; i++) world.ask(2, 'season', 1, { holder: `m${i}` });
  world.giveBack(0, 'season', 30);
  world.tick(NOVEMBER + 30_000);
  world.giveBack(0, 'season', 10);
  for (const name of names)
    world.ask(3, name, name === 'large' ? 80 : 1, { least: name === 'large' ? 80 : 1 });
  const served = (atMs: number): string[] =>
    [0, 1, 2, 3].flatMap(() => world.tick(atMs)).flatMap((told) => (told.amount > 0 ? [told.account] : []));
  served(NOVEMBER + 30_000);
  const waiting = world.gauge('waiting');
  served(NOVEMBER + 60_000);
  const until = world.treasury
    .machine()
    .rows()
    .find(({ key }) => key === 'season')!.due;
  expect({ waiting, until }).toEqual({ waiting: 5, until: NOVEMBER + 90_000 });
});

test('who asks a campaign while others wait for the season comes after them', () => {
  const world = season(100, [80, 80]);
  world.ask(0, 'season', 100);
  world.ask(1, 'spring', 10, { least: 10 });
  world.giveBack(0, 'season', 10);
  expect(
    world.ask(2, 'summer', 10, { least: 10 }).map(({ account, amount }) => [account, amount]),
  ).toContainEqual(['spring', 10]);
  expect(world.gauge('waiting')).toBe(1);
});

test('a campaign of a period counts against the period of the season in which it begins', () => {
  const accounts = [
    accountOf('season', 100, { period: 'month' }),
    accountOf('weekly', 80, { period: 'week', within: 'season' }),
  ];
  const world = givenTreasury(sha256, { accounts });
  // The last week of November ends in December.
  world.ask(0, 'weekly@2026-11-30', 70);
  expect(world.ask(1, 'season@2026-11-01', 100)[0]).toMatchObject({ amount: 30 });
  expect(world.ask(1, 'season@2026-12-01', 100)[0]).toMatchObject({ amount: 100 });
});

test('whoever waits for the season itself is served by what its campaigns give back', () => {
  const world = season(100, [80, 80]);
  world.ask(0, 'spring', 70);
  world.ask(1, 'season', 60, { least: 60 });
  // The sweep that tells of scarcity is over: nothing but the funds that came in makes the season look.
  world.tick(NOVEMBER);
  expect(world.giveBack(0, 'spring', 30)).toEqual([]);
  expect(leasesInShort(world.tick(NOVEMBER))).toContain('1 season 60 #1 scarce');
});

test('a raise of the season serves the campaigns that wait for it', () => {
  const world = season(50, [80, 80]);
  world.ask(0, 'spring', 50);
  world.ask(1, 'summer', 40, { least: 40 });
  const told = world.activate([
    accountOf('season', 100),
    accountOf('spring', 80, { within: 'season' }),
    accountOf('summer', 80, { within: 'season' }),
  ]);
  for (let i = 0; i < 2; i++) told.push(...world.tick(NOVEMBER));
  expect(leasesInShort(told)).toContain('1 summer 40 #1 scarce');
});

test('a campaign that moves into another season takes along what is out', () => {
  const world = season(100, [80, 80]);
  world.ask(0, 'spring', 70);
  world.activate([
    accountOf('season', 100),
    accountOf('year', 50),
    accountOf('spring', 80, { within: 'year' }),
    accountOf('summer', 80, { within: 'season' }),
  ]);
  for (let i = 0; i < 3; i++) world.tick(NOVEMBER + DAY_MS);
  expect(world.ask(1, 'season', 100)[0]).toMatchObject({ amount: 100 });
  world.giveBack(0, 'spring', 60);
  // Of the 70 the year owed 20, which the first of what came back has paid.
  expect(world.ask(2, 'year', 50)[0]).toMatchObject({ amount: 40 });
});

test('the season that a campaign left is ample again without being asked', () => {
  const world = season(100, [80, 80]);
  world.ask(0, 'spring', 80, { least: 80 });
  const isScarce = (id: string): boolean => {
    world.treasury.freeze();
    return (JSON.parse(world.treasury.store.rows.get(id)!.body) as { isScarce: boolean }).isScarce;
  };
  world.tick(NOVEMBER);
  expect(isScarce('season')).toBe(true);
  const [outer, spring] = [accountOf('year', 500), accountOf('spring', 80, { within: 'year' })];
  world.activate([accountOf('season', 100), outer, spring]);
  for (let i = 0; i < 3; i++) world.tick(NOVEMBER);
  expect(['season', 'spring', 'year'].map(isScarce)).toEqual([false, true, false]);
});

test('what would have to be guessed is refused: which period counts, or which owner', () => {
  const periods = [accountOf('season', 1, { period: 'month' }), accountOf('spring', 1, { within: 'season' })];
  expect(() => givenTreasury(sha256, { accounts: periods }).ask(0, 'spring', 1)).toThrow('has no period');
  const owners = [accountOf('season', 1, { per: 'entity' }), accountOf('spring', 1, { within: 'season' })];
  expect(() => givenTreasury(sha256, { accounts: owners }).ask(0, 'spring', 1)).toThrow('kept per entity');
});
