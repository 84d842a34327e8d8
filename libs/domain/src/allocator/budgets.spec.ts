/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  decisionsIn,
  given,
  grown,
  inShort,
  leasesTo,
  pursesOf,
  requestsIn,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { booksOf, issued } from '../testing/one-account.ts';
import { account, compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

// What budgets do: shares, waits, who is served when money comes, and what a cut takes back.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const textOf = (changes: Record<string, unknown> = {}): string => compiled(smallSource(changes)).text;

function under(text: string, partitions = 1, partition = 0): World {
  const world = given(sha256, { partitions }, new Map(), partition);
  world.activate(text);
  return world;
}

const reasonsOf = (world: World, outcome: string, programme: string): string[] =>
  decisionsIn(world.outputs)
    .filter((each) => each.outcome === outcome && each.programme === programme)
    .map(({ merchant, reasons }) => `${merchant} ${reasons.join(' ')}`);

describe('budgets', () => {
  const tight = (total: number): string =>
    textOf({ accounts: [account('welcome', total), account('growth', 1_000)] });

  test('a partition asks for a share ahead of need when it is told of an account: half, if it is alone', () => {
    const shares = [1, 2, 3].map((partitions) => {
      const world = under(tight(1_001), partitions);
      expect(requestsIn(world.outputs)).toMatchObject([
        { account: 'welcome', holder: null, need: 0, least: 100 },
        { account: 'growth', need: 0, least: 20 },
      ]);
      return pursesOf(world)['welcome']!.leasedIn;
    });
    expect(shares).toEqual([500, 250, 166]);
  });

  test('who comes when the share is used up waits for a lease, and is served with the next record', () => {
    const world = under(tight(150));
    expect(inShort(trained(world, 'm1'))).toContain('m1 welcome wait budget-on-its-way');
    expect(decisionsIn(world.outputs).at(-1)).toMatchObject({
      outcome: 'wait',
      until: '2026-10-31T16:10:00.000Z',
      budget: { account: 'welcome', after: { leasedIn: 75, free: 75, held: 0 } },
    });
    expect(leasesTo(world).at(-1)).toMatchObject({ account: 'welcome', amount: 37, isScarce: false });
    expect(inShort(world.tick(T0))).toEqual(['m1 welcome issue 100']);
  });

  test('exactly enough serves everybody', () => {
    const world = under(tight(300));
    for (const merchant of ['m1', 'm2', 'm3']) trained(world, merchant);
    world.tick(T0);
    world.tick(T0 + HOUR_MS);
    expect(issued(world)).toEqual(['m1 welcome issue 100', 'm2 welcome issue 100', 'm3 welcome issue 100']);
    expect(pursesOf(world)['welcome']).toMatchObject({ free: 0, held: 300, wanted: 0 });
  });

  test('one unit less withholds exactly one, with the account and when it has money again', () => {
    const monthly = account('welcome', 299, { period: 'month' });
    const world = under(textOf({ accounts: [monthly, account('growth', 1_000)] }));
    for (const merchant of ['m1', 'm2', 'm3']) trained(world, merchant);
    world.tick(T0);
    const [withheld, ...others] = decisionsIn(world.tick(T0 + 10 * MINUTE_MS));
    expect(issued(world)).toEqual(['m1 welcome issue 100', 'm2 welcome issue 100']);
    expect(others).toEqual([]);
    expect(withheld).toMatchObject({
      merchant: 'm3',
      outcome: 'withhold',
      reasons: ['budget-held-elsewhere'],
      budget: { account: 'welcome@2026-11-01', unit: 'exposures', refillsAt: '2026-11-30T16:00:00.000Z' },
    });
    expect(inShort(trained(world, 'm4'))).toContain('m4 welcome withhold budget-dry');
  });

  test('who waited in vain keeps its place, and is served before later ones when funds come free', () => {
    const world = under(tight(150));
    for (const merchant of ['m3', 'm2', 'm1']) {
      trained(world, merchant);
      world.tick(world.nowMs + MINUTE_MS);
    }
    world.tick(T0 + HOUR_MS);
    expect(reasonsOf(world, 'withhold', 'welcome').filter((line) => line.includes('budget'))).toEqual([
      'm2 budget-held-elsewhere',
      'm1 budget-held-elsewhere',
    ]);
    for (let day = 3; day < 11; day++) for (let i = 0; i < 3; i++) world.tick(T0 + day * DAY_MS + HOUR_MS);
    expect(issued(world)).toEqual(['m3 welcome issue 100', 'm2 welcome issue 100', 'm1 welcome issue 100']);
  });

  test('a sized boost takes what is left when its wait is over and that is worth issuing', () => {
    const world = under(textOf({ accounts: [account('welcome', 1_000), account('growth', 70)] }));
    for (const merchant of ['m1', 'm2', 'm3']) grown(world, merchant);
    for (const minute of [0, 1, 10, 11]) world.tick(T0 + minute * MINUTE_MS);
    expect(issued(world)).toEqual(['m1 growth issue 40', 'm2 growth issue 30']);
    expect(reasonsOf(world, 'withhold', 'growth').at(-1)).toBe('m3 budget-held-elsewhere');
  });

  test('a raised budget serves those who wait in the order in which they came, as far as it goes', () => {
    const world = under(tight(100));
    const order = ['m6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0'];
    for (const merchant of order) {
      trained(world, merchant);
      world.tick(world.nowMs + 1);
    }
    world.activate(tight(500));
    for (let i = 0; i < 6; i++) world.tick(world.nowMs + 1);
    expect(issued(world)).toEqual(order.slice(0, 5).map((merchant) => `${merchant} welcome issue 100`));
    expect(pursesOf(world)['welcome']).toMatchObject({ free: 0, held: 500 });
  });

  test('a sweep for freed funds runs to its end while more come free, so that who came late is not starved', () => {
    const programmes = [welcome({ account: 'pool' }), growth({ account: 'pool' })];
    const world = under(textOf({ accounts: [account('pool', 160)], programmes }));
    const holders = ['h1', 'h2', 'h3', 'h4'];
    for (const merchant of holders) grown(world, merchant);
    world.tick(T0);
    // Somebody who came first and stays dry, and somebody late whom what comes free would do.
    expect(inShort(trained(world, 'a0'))).toContain('a0 welcome wait budget-on-its-way');
    expect(inShort(grown(world, 'z0'))).toContain('z0 growth wait budget-on-its-way');
    for (const merchant of holders) {
      world.event('updraft.capacity.declared.v1', merchant, { ordersPerDay: 3 });
      world.tick(T0);
    }
    world.tick(T0 + 1);
    expect(issued(world)).toContain('z0 growth issue 40');
  });

  test('a cut budget takes back what is free, and what grants hold as they end', () => {
    const world = under(tight(300));
    for (const merchant of ['m1', 'm2']) trained(world, merchant);
    world.tick(T0);
    world.activate(tight(100));
    world.tick(T0 + 1);
    expect(booksOf(world, 'welcome')).toMatchObject({
      total: 100,
      owed: 100,
      leasedOut: 200,
      unleased: 0,
    });
    world.tick(T0 + 3 * DAY_MS);
    world.tick(T0 + 4 * DAY_MS);
    expect(pursesOf(world)['welcome']).toMatchObject({
      free: 0,
      held: 0,
      settling: 0,
      leasedIn: 225,
      returned: 225,
    });
    expect(booksOf(world, 'welcome')).toMatchObject({ total: 100, owed: 0, leasedOut: 0, unleased: 100 });
  });

  test('the same activation once more moves no money', () => {
    const world = under(tight(300));
    const before = pursesOf(world);
    const again = { sequence: 1, bundle: sha256(tight(300)), approvedBy: ['ann', 'bo'] };
    world.control('updraft.control.policy-activated.v1', again);
    expect(pursesOf(world)).toEqual(before);
  });
});
