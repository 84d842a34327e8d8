/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { AccountBalance, Decision } from '../outputs.ts';
import type { CloudEvent } from '../stage/stage.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import { federation, type Federation } from './federation.ts';
import { REGISTERED, T0 } from './given.ts';
import { account, compiled, smallSource, welcome } from './small-bundle.ts';

// Budgets that all partitions share, with readers that lag and crash. The laws of accounts hold at every position, and
// what a schedule leads to in the end is what the money allows: nobody goes without while there is some.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const SEED = 20_261_128;
const SIZE = 100;

const boost = (changes: Readonly<Record<string, unknown>> = {}): object =>
  welcome({ limits: { openings: 1, perMerchant: SIZE }, ...changes });

function policy(
  total: number,
  programmes: readonly object[] = [boost()],
  accounts: readonly object[] = [],
  changes: Readonly<Record<string, unknown>> = {},
): string {
  const main = account('welcome', total, { wait: '30m', ...changes });
  return compiled(smallSource({ accounts: [main, ...accounts], programmes })).text;
}

function opened(partitions: number, text: string): Federation {
  const world = federation(sha256, partitions);
  world.activate(text);
  world.settle();
  return world;
}

function apply(world: Federation, merchant: number): void {
  const entityId = `entity-${merchant % 3}`;
  world.event('updraft.merchant.registered.v1', `m${merchant}`, { ...REGISTERED, entityId });
  world.event('updraft.training.completed.v1', `m${merchant}`, { course: 'first-sale' });
}

/** A minute a tick, and everybody reads all there is. */
function passMinutes(world: Federation, minutes: number): void {
  for (let minute = 1; minute <= minutes; minute++) {
    world.tick(world.nowMs + MINUTE_MS);
    world.settle();
  }
}

const decided = (world: Federation): (Decision & { readonly merchant: string })[] =>
  world.decisions.map(({ event }) => ({ ...(event.data as unknown as Decision), merchant: event.subject! }));
const count = (world: Federation, outcome: Decision['outcome']): number =>
  decided(world).filter((each) => each.outcome === outcome).length;

/** The laws, reckoned here from what treasury and partitions have on their books. */
function checkLaws(world: Federation): void {
  const held = new Map<string, AccountBalance[]>();
  const holders = new Map<string, AccountBalance>();
  for (let partition = 0; partition < world.partitions; partition++) {
    for (const [instance, purse] of Object.entries(world.purses(partition))) {
      holders.set(`${instance} ${partition}`, purse);
    }
    for (const [merchant, purses] of Object.entries(world.ownPurses(partition))) {
      for (const [instance, purse] of Object.entries(purses)) {
        holders.set(`${instance} ${partition}/${merchant}`, purse);
      }
    }
  }
  for (const [name, purse] of holders) {
    const { leasedIn, free, held: inHold, settling, spent, returned } = purse;
    expect(free + inHold + settling + spent + returned).toBe(leasedIn);
    expect(Math.min(free, inHold, settling, spent, returned)).toBeGreaterThanOrEqual(0);
    const [instance] = name.split(' ');
    held.set(instance!, [...(held.get(instance!) ?? []), purse]);
  }
  for (const row of world.instances()) {
    const out = Object.values(row.holders).reduce(
      (sum, { leased, takenBack }) => sum + leased - takenBack,
      0,
    );
    expect(row.leasedOut).toBe(out);
    expect(row.total + row.owed).toBe(row.unleased + row.leasedOut + row.leasedBelow);
    for (const [key, { leased, takenBack }] of Object.entries(row.holders)) {
      if (world.isBehind()) continue;
      const purse = holders.get(`${row.id} ${key}`);
      // In flight, in either direction, is never negative.
      expect(leased).toBeGreaterThanOrEqual(purse?.leasedIn ?? 0);
      expect(purse?.returned ?? 0).toBeGreaterThanOrEqual(takenBack);
    }
    if (row.owed > 0 || world.isBehind()) continue;
    const used = (held.get(row.id) ?? []).reduce(
      (sum, each) => sum + each.held + each.settling + each.spent,
      0,
    );
    expect(used).toBeLessThanOrEqual(row.total);
  }
}

describe('a budget that all partitions share', () => {
  test.each([
    [4, 40],
    [16, 33],
    [16, 2],
  ])(
    'over %i partitions, exactly enough for %i merchants, serves every one of them',
    (partitions, merchants) => {
      const world = opened(partitions, policy(merchants * SIZE));
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
    const world = opened(16, policy(33 * SIZE - 1));
    for (let merchant = 0; merchant < 33; merchant++) apply(world, merchant);
    passMinutes(world, 40);
    checkLaws(world);
    expect(count(world, 'issue')).toBe(32);
    const last = decided(world).filter(({ reasons }) => reasons.includes('budget-held-elsewhere'));
    expect(last).toMatchObject([{ outcome: 'withhold', budget: { account: 'welcome' } }]);
  });

  test('who was withheld for want of money is served when a raise brings some', () => {
    const world = opened(4, policy(10 * SIZE));
    for (let merchant = 0; merchant < 12; merchant++) apply(world, merchant);
    passMinutes(world, 40);
    expect(count(world, 'issue')).toBe(10);
    world.activate(policy(12 * SIZE));
    passMinutes(world, 3);
    expect(count(world, 'issue')).toBe(12);
    checkLaws(world);
  });

  test('a cut below what is leased takes what is free at once and the rest as grants end, and never more is used', () => {
    const world = opened(4, policy(40 * SIZE));
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

/** The boost within a season, a fee relief per legal entity and month, three operators. */
function richPolicy(total: number): string {
  const flag = (id: string): object => ({ id, flag: 'known', is: true });
  const relief = welcome({
    id: 'relief',
    kind: 'value-added',
    gives: { feeRelief: { rate: '0.6%' } },
    who: flag('relief.known'),
    account: 'relief',
    size: { fixed: 50 },
    limits: { openings: 9, perMerchant: 450 },
    coolDown: '1h',
    duration: '1d',
  });
  const operator = welcome({
    id: 'operator',
    kind: 'service',
    gives: { service: { what: 'operator' } },
    who: flag('operator.known'),
    account: 'operators',
    size: { fixed: 1 },
    limits: { openings: 9, perMerchant: 9 },
    coolDown: '1h',
    duration: '1d',
    settle: 0,
  });
  return policy(
    total,
    [boost(), relief, operator],
    [
      account('season', total + 2 * SIZE),
      account('relief', 120, { unit: 'minor', per: 'entity', period: 'month' }),
      account('operators', 3, { unit: 'seats', wait: '2h' }),
    ],
    { within: 'season' },
  );
}

/** What happens next, told by a number. */
function happen(world: Federation, dice: number, merchants: number): void {
  const [what, which, howMuch] = [dice % 16, (dice >> 4) % merchants, (dice >> 12) % 7];
  const partition = which % world.partitions;
  if (what < 4) apply(world, which);
  else if (what === 4) world.tick(world.nowMs + (howMuch + 1) * 7 * MINUTE_MS);
  else if (what === 5) world.tick(world.nowMs + (howMuch + 1) * 5 * HOUR_MS);
  else if (what === 6) {
    const grants = decided(world).filter(({ outcome }) => outcome === 'issue');
    if (grants.length === 0) return;
    const { grant, merchant } = grants[which % grants.length]!;
    world.event('updraft.boost.delivered.v1', merchant, { grantId: grant!.grantId, exposures: howMuch * 30 });
  } else if (what === 7) world.event('updraft.merchant.closed.v1', `m${which}`, { reason: 'left' });
  else if (what === 8) world.freeze(partition);
  else if (what === 9) world.crash(partition);
  else if (what === 10) world.freeze('treasury');
  else if (what === 11) world.crash('treasury');
  else if (what === 12) world.activate(richPolicy((howMuch + 1) * 3 * SIZE));
  else if (what === 13) world.runTreasury(howMuch * 3);
  else world.run(partition, howMuch * 5);
}

test('the laws hold at every position, whoever lags, crashes and says again what it said', () => {
  const dice = fc.array(fc.noBias(fc.integer({ min: 0, max: 2 ** 24 - 1 })), { maxLength: 120, size: 'max' });
  const check = fc.property(dice, fc.integer({ min: 1, max: 5 }), (throws, partitions) => {
    const world = federation(sha256, partitions);
    world.activate(richPolicy(6 * SIZE));
    for (const each of throws) {
      happen(world, each, 24);
      checkLaws(world);
    }
    world.settle();
    checkLaws(world);
    for (const row of world.instances()) {
      for (const [key, { leased, takenBack }] of Object.entries(row.holders)) {
        const [partition, merchant] = key.split('/');
        const own = merchant === undefined ? undefined : world.ownPurses(Number(partition))[merchant];
        const purse = (own ?? world.purses(Number(partition)))[row.id];
        expect([purse?.leasedIn ?? 0, purse?.returned ?? 0]).toEqual([leased, takenBack]);
      }
    }
    const ids = decided(world).map(({ position }) => position);
    expect(new Set(ids).size).toBe(ids.length);
  });
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
