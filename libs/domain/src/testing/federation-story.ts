import type { AccountBalance, Decision } from '../outputs.ts';
import type { Hash } from '../stage/stage.ts';
import { HOUR_MS, MINUTE_MS } from '../time.ts';
import { federation, type Federation } from './federation.ts';
import { REGISTERED } from './given.ts';
import { account, compiled, smallSource, welcome } from './small-bundle.ts';

// What happens in a federation, told by numbers, and what must hold at every position of it.

export const SIZE = 100;

export const boost = (changes: Readonly<Record<string, unknown>> = {}): object =>
  welcome({ limits: { openings: 1, perMerchant: SIZE }, ...changes });

export function policy(
  total: number,
  programmes: readonly object[] = [boost()],
  accounts: readonly object[] = [],
  changes: Readonly<Record<string, unknown>> = {},
): string {
  const main = account('welcome', total, { wait: '30m', ...changes });
  return compiled(smallSource({ accounts: [main, ...accounts], programmes })).text;
}

export function opened(hash: Hash, partitions: number, text: string): Federation {
  const world = federation(hash, partitions);
  world.activate(text);
  world.settle();
  return world;
}

export function apply(world: Federation, merchant: number): void {
  const entityId = `entity-${merchant % 3}`;
  world.event('updraft.merchant.registered.v1', `m${merchant}`, { ...REGISTERED, entityId });
  world.event('updraft.training.completed.v1', `m${merchant}`, { course: 'first-sale' });
}

/** A minute a tick, and everybody reads all there is. */
export function passMinutes(world: Federation, minutes: number): void {
  for (let minute = 1; minute <= minutes; minute++) {
    world.tick(world.nowMs + MINUTE_MS);
    world.settle();
  }
}

export const decided = (world: Federation): (Decision & { readonly merchant: string })[] =>
  world.decisions.map(({ event }) => ({ ...(event.data as unknown as Decision), merchant: event.subject! }));
export const count = (world: Federation, outcome: Decision['outcome']): number =>
  decided(world).filter((each) => each.outcome === outcome).length;

/** The laws, reckoned here from what treasury and partitions have on their books. */
export function checkLaws(world: Federation): void {
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
  else if (what === 13) world.runShared('treasury', howMuch * 3);
  else world.run(partition, howMuch * 5);
}

/** A schedule from the first record to the last: laws all the way, and at the end everybody has heard everything. */
export function play(hash: Hash, dice: readonly number[], partitions: number): void {
  const world = federation(hash, partitions);
  world.activate(richPolicy(6 * SIZE));
  for (const each of dice) {
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
}
