/// <reference types="node" />
import { createHash } from 'node:crypto';
import { accountOf, givenTreasury, leasesInShort, type TreasuryWorld } from '../testing/treasury-world.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Four partitions and an account of so many units. */
function under(total: number): TreasuryWorld {
  return givenTreasury(sha256, { accounts: [accountOf('growth', total)] });
}

describe('while much remains', () => {
  test('a partition is leased an eighth of what is free, so that it need not ask again soon', () => {
    const world = under(1_000);
    expect(leasesInShort(world.ask(1, 'growth', 20))).toEqual(['1 growth 125 #1']);
    expect(leasesInShort(world.ask(2, 'growth', 20))).toEqual(['2 growth 109 #1']);
  });

  test('whoever needs more than that is leased what it needs', () => {
    expect(leasesInShort(under(1_000).ask(1, 'growth', 400))).toEqual(['1 growth 400 #1']);
  });

  test('a share may be asked for ahead of need', () => {
    expect(leasesInShort(under(1_000).ask(3, 'growth', 0))).toEqual(['3 growth 125 #1']);
  });

  test('shares that nobody needs yet never take the last of it', () => {
    const world = under(1_000);
    const leased = Array.from({ length: 100 }, (_, i) => world.ask(i % 4, 'growth', 0)[0]!.amount);
    expect(leased.reduce((sum, amount) => sum + amount, 0)).toBe(993);
    expect(leasesInShort(world.ask(0, 'growth', 7))).toContain('0 growth 7 #26 scarce');
  });
});

describe('when little is left', () => {
  test('exactly what is needed is leased, and nothing ahead of need', () => {
    const world = under(1_000);
    world.ask(0, 'growth', 980, { least: 10 });
    expect(leasesInShort(world.ask(1, 'growth', 7))).toEqual(['1 growth 7 #1 scarce']);
    expect(leasesInShort(world.ask(2, 'growth', 0))).toEqual(['2 growth 0 #1 scarce']);
  });

  test('it is little when not every partition can have the least that was asked for last', () => {
    const least = (units: number): boolean =>
      under(1_000).ask(0, 'growth', 900, { least: units })[0]!.isScarce;
    expect([25, 26].map(least)).toEqual([false, true]);
  });

  test('large requests alone do not make it little while a quarter of the total is left', () => {
    const left = (units: number): boolean =>
      under(1_000).ask(0, 'growth', 1_000 - units, { least: 200 })[0]!.isScarce;
    expect([250, 249].map(left)).toEqual([false, true]);
  });

  test('it is little when there is nothing to lease ahead of need, so that nobody asks for it again', () => {
    expect(leasesInShort(under(7).ask(0, 'growth', 0))).toEqual(['0 growth 0 #1 scarce']);
    expect(leasesInShort(under(8).ask(0, 'growth', 0))).toEqual(['0 growth 1 #1', '0 growth 0 scarce']);
  });

  test('a request for more than is left gets what is left, as long as that is of use', () => {
    const world = under(100);
    world.ask(0, 'growth', 60);
    expect(leasesInShort(world.ask(1, 'growth', 50, { least: 30 }))).toEqual([
      '1 growth 40 #1 scarce',
      '0 growth 0 scarce',
    ]);
  });

  test('what is of no use is not leased, and the request waits', () => {
    const world = under(100);
    world.ask(0, 'growth', 60);
    expect(leasesInShort(world.ask(1, 'growth', 50, { least: 41 }))).toEqual(['0 growth 0 scarce']);
    expect(world.gauge('waiting')).toBe(1);
    expect(leasesInShort(world.giveBack(0, 'growth', 1))).toEqual(['1 growth 41 #1 scarce']);
    expect(world.gauge('waiting')).toBe(0);
  });

  test('every partition that holds some is told once, and once more when half of it is there again', () => {
    const world = under(1_000);
    for (const partition of [0, 2, 3]) world.ask(partition, 'growth', 200);
    world.giveBack(3, 'growth', 200);
    expect(leasesInShort(world.ask(1, 'growth', 10_000, { least: 500 }))).toEqual([
      '1 growth 600 #1 scarce',
      '0 growth 0 scarce',
      '2 growth 0 scarce',
    ]);
    expect(world.giveBack(0, 'growth', 100)).toEqual([]);
    expect(world.giveBack(1, 'growth', 399)).toEqual([]);
    expect(world.gauge('scarce')).toBe(1);
    expect(leasesInShort(world.giveBack(1, 'growth', 1))).toEqual(['0 growth 0', '1 growth 0', '2 growth 0']);
    expect(world.giveBack(1, 'growth', 1)).toEqual([]);
    expect(world.gauge('scarce')).toBe(0);
  });
});

describe('requests', () => {
  test('a later one of the same holder takes the place of the one that waits', () => {
    const world = under(100);
    world.ask(0, 'growth', 100);
    world.ask(1, 'growth', 50, { least: 50 });
    world.ask(2, 'growth', 10, { least: 10 });
    world.ask(1, 'growth', 20, { least: 20 });
    expect(leasesInShort(world.giveBack(0, 'growth', 100))).toEqual([
      '1 growth 20 #2 scarce',
      '2 growth 10 #1 scarce',
      ...['0', '1', '2'].map((partition) => `${partition} growth 0`),
    ]);
  });

  test('a need of nothing withdraws the one that waits, and then nobody is short of it', () => {
    const world = under(100);
    world.ask(0, 'growth', 50);
    world.ask(1, 'growth', 60, { least: 60 });
    expect(leasesInShort(world.ask(1, 'growth', 0))).toEqual(['1 growth 0 #2', '0 growth 0']);
    expect(world.gauge('waiting')).toBe(0);
    expect(world.giveBack(0, 'growth', 50)).toEqual([]);
  });

  test('what can never be served waits without keeping anything from others', () => {
    const world = under(100);
    expect(world.ask(1, 'growth', 500, { least: 500 })).toEqual([]);
    for (let i = 0; i < 20; i++) expect(world.ask(2, 'growth', 1)[0]!.amount).toBeGreaterThan(0);
    expect(world.gauge('scarce')).toBe(0);
  });
});

describe('returns', () => {
  test('what comes back can be leased again', () => {
    const world = under(100);
    world.ask(0, 'growth', 100);
    world.giveBack(0, 'growth', 70);
    expect(leasesInShort(world.ask(1, 'growth', 70))).toContain('1 growth 70 #1 scarce');
  });

  test('nobody can give back what it does not have', () => {
    const world = under(100);
    world.ask(0, 'growth', 60);
    world.giveBack(0, 'growth', 10);
    expect(() => world.giveBack(0, 'growth', 51)).toThrow('0 returns 51 of growth');
  });

  test('nor what another one has', () => {
    const world = under(100);
    world.ask(0, 'growth', 60);
    expect(() => world.giveBack(1, 'growth', 1)).toThrow('1 returns 1 of growth');
  });
});

describe('purses of merchants', () => {
  const relief = accountOf('relief', 100, { per: 'entity' });

  test('shops of one entity share its account, whichever partitions they are in, and nobody else does', () => {
    const world = givenTreasury(sha256, { accounts: [relief] });
    const told = [
      ...world.ask(0, 'relief~e1', 60, { holder: 'm1', least: 60 }),
      ...world.ask(3, 'relief~e1', 30, { holder: 'm2', least: 30 }),
      ...world.ask(3, 'relief~e2', 100, { holder: 'm3', least: 100 }),
    ];
    expect(leasesInShort(told)).toEqual([
      '0/m1 relief~e1 60 #1',
      '3/m2 relief~e1 30 #1 scarce',
      '0/m1 relief~e1 0 scarce',
      '3/m3 relief~e2 100 #2 scarce',
    ]);
    expect(world.gauge('accounts')).toBe(2);
  });

  test('each is leased exactly what it needs, and nothing ahead of need', () => {
    const world = givenTreasury(sha256, { accounts: [relief] });
    expect(leasesInShort(world.ask(0, 'relief~e1', 1, { holder: 'm1' }))).toEqual(['0/m1 relief~e1 1 #1']);
    expect(leasesInShort(world.ask(0, 'relief~e1', 0, { holder: 'm1' }))).toEqual(['0/m1 relief~e1 0 #2']);
  });

  test('many that hold some are told some per record, each once', () => {
    const world = givenTreasury(sha256, { accounts: [relief] });
    for (let i = 0; i < 70; i++) world.ask(0, 'relief~e1', 1, { holder: `m${i}` });
    const told = [world.ask(1, 'relief~e1', 90, { holder: 'late', least: 90 })];
    for (let i = 0; i < 3; i++) told.push(world.tick(world.nowMs));
    expect(told.map(({ length }) => length)).toEqual([64, 6, 0, 0]);
    expect(new Set(told.flat().map(({ holder }) => holder)).size).toBe(70);
  });

  test('what a shop gives back goes to the one that waits', () => {
    const world = givenTreasury(sha256, { accounts: [relief] });
    world.ask(0, 'relief~e1', 100, { holder: 'm1' });
    world.ask(3, 'relief~e1', 30, { holder: 'm2', least: 30 });
    expect(leasesInShort(world.giveBack(0, 'relief~e1', 40, 'm1'))).toEqual(['3/m2 relief~e1 30 #1 scarce']);
  });
});
