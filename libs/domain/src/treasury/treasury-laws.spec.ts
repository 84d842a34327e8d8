/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { Account } from '../policy/bundle.ts';
import type { OutputRecord } from '../stage/stage.ts';
import { drive } from '../testing/drive.ts';
import {
  accountOf,
  givenTreasury,
  NOVEMBER,
  toldIn,
  type Told,
  type TreasuryWorld,
} from '../testing/treasury-world.ts';
import { DAY_MS, SECOND_MS } from '../time.ts';
import type { InstanceRow } from './instance-row.ts';
import { treasury } from './treasury-machine.ts';

// Properties over random histories of three accounts within each other, one beside them, and four partitions. What is
// out is reckoned here from requests, returns and leases alone, not from what the machine counts.

// A history that fails is long: to make it shorter takes minutes.
const RUN = { seed: 20_261_128, endOnFailure: true };
const PARTITIONS = 4;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const number = fc.noBias(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const dice = fc.array(number, { maxLength: 500, size: 'max' });

const ACCOUNTS = ['platform', 'season', 'spring', 'summer', 'relief~e1', 'relief~e2', 'daily@2026-11-01'];

/** What lies within what, in this random bundle. */
function accountsBy(roll: (sides: number) => number): Account[] {
  const within = roll(4) === 0 ? 'platform' : 'season';
  const all = [
    accountOf('platform', 50 + roll(200)),
    accountOf('season', 50 + roll(150), { within: roll(5) === 0 ? null : 'platform' }),
    accountOf('spring', roll(120), { within }),
    accountOf('summer', roll(120), { within: 'season' }),
    accountOf('relief', roll(60), { per: 'entity', within: 'platform' }),
    accountOf('daily', roll(60), { period: 'day', within: 'season' }),
  ];
  return roll(6) === 0 ? all.filter(({ id }) => id !== 'spring') : all;
}

/** Who holds how much of an instance: `spring 3`, `relief~e1 3/m2`. */
type Out = Map<string, number>;

function keyOf({ account, partition, holder }: Pick<Told, 'account' | 'partition' | 'holder'>): string {
  return `${account} ${holder === null ? partition : `${partition}/${holder}`}`;
}

interface Played {
  readonly world: TreasuryWorld;
  readonly bundles: ReadonlyMap<string, string>;
  readonly live: readonly Account[];
}

function played(rolls: readonly number[], afterEach: (world: TreasuryWorld, out: Out) => void): Played {
  const bundles = new Map<string, string>();
  let at = 0;
  const roll = (sides: number): number => (at < rolls.length ? rolls[at++]! % sides : 0);
  let live = accountsBy(roll);
  const world = givenTreasury(sha256, { accounts: live, partitions: PARTITIONS }, bundles);
  const out: Out = new Map();
  while (at < rolls.length) {
    const told = oneMore();
    for (const each of told) out.set(keyOf(each), (out.get(keyOf(each)) ?? 0) + each.amount);
    afterEach(world, out);
  }
  return { world, bundles, live };

  function oneMore(): Told[] {
    const kind = roll(20);
    if (kind === 0) return world.activate((live = accountsBy(roll)));
    if (kind < 4) return world.tick(world.nowMs + roll(90) * SECOND_MS);
    if (kind === 4 && roll(9) === 0) return world.tick(world.nowMs + DAY_MS);
    const held = [...out].filter(([, amount]) => amount > 0);
    if (kind < 11 && held.length > 0) {
      const [key, has] = held[roll(held.length)]!;
      const [account, partition, merchant] = key.split(/[ /]/) as [string, string, string?];
      const amount = 1 + roll(has);
      out.set(key, has - amount);
      return world.giveBack(Number(partition), account, amount, merchant);
    }
    const account = ACCOUNTS[roll(ACCOUNTS.length)]!;
    const partition = roll(PARTITIONS);
    const holder = account.includes('~') ? `m${roll(3)}` : null;
    const need = roll(5) === 0 ? 0 : 1 + roll(80);
    const asked = { least: 1 + roll(Math.max(1, need)), ...(holder === null ? {} : { holder }) };
    return world.ask(partition, account, need, asked);
  }
}

function rowsOf(world: TreasuryWorld): Map<string, InstanceRow> {
  world.treasury.freeze();
  const rows = [...world.treasury.store.rows.values()];
  return new Map(rows.map(({ key, body }) => [key, { ...(JSON.parse(body) as InstanceRow), id: key }]));
}

/** Out with holders of the instance itself and of all that lie within it, by the rows' own places. */
function outOf(instance: string, rows: ReadonlyMap<string, InstanceRow>, out: Out): number {
  let sum = 0;
  for (const [key, amount] of out) {
    for (let next: string | null = key.split(' ')[0]!; next !== null; next = rows.get(next)?.within ?? null) {
      if (next === instance) sum += amount;
    }
  }
  return sum;
}

test('at every position what an instance has is what is unleased and what is out, and no more is out', () => {
  let leases = 0;
  const check = fc.property(dice, (rolls) => {
    played(rolls, (world, out) => {
      const rows = rowsOf(world);
      for (const { id, total, owed, unleased } of rows.values()) {
        expect({ id, has: total + owed }).toEqual({ id, has: unleased + outOf(id, rows, out) });
        expect(Math.min(total, owed, unleased)).toBeGreaterThanOrEqual(0);
      }
      leases = Math.max(leases, world.gauge('leases'));
    });
  });
  fc.assert(check, { ...RUN, numRuns: 20 });
  expect(leases).toBeGreaterThan(50);
});

test('a lease is made only of what no instance around lacks', () => {
  let leases = 0;
  const check = fc.property(dice, (rolls) => {
    let before = 0;
    let places = '';
    played(rolls, (world, out) => {
      const leased = leasedIn(world.outputs.slice(before));
      before = world.outputs.length;
      const rows = rowsOf(world);
      const placesBefore = places;
      places = JSON.stringify([...rows.values()].map(({ id, total, within }) => [id, total, within]));
      // What a bundle moved or cut in the same record may have come after the lease.
      if (places !== placesBefore) return;
      leases += leased.length;
      for (const account of leased) {
        for (let next: string | null = account; next !== null; next = rows.get(next)!.within) {
          expect(outOf(next, rows, out)).toBeLessThanOrEqual(rows.get(next)!.total);
        }
      }
    });
  });
  fc.assert(check, { ...RUN, numRuns: 40 });
  expect(leases).toBeGreaterThan(200);
});

/** The instances of which something was leased. */
function leasedIn(outputs: readonly OutputRecord[]): string[] {
  return toldIn(outputs).flatMap(({ account, amount }) => (amount > 0 ? [account] : []));
}

test('after enough ticks every instance has the total of the live bundle and nothing is left to do', () => {
  const check = fc.property(dice, (rolls) => {
    const { world, live } = played(rolls, () => undefined);
    for (let i = 0; i < 12; i++) world.tick(world.nowMs);
    const rows = rowsOf(world);
    for (const row of rows.values()) {
      const [id] = row.id.split(/[~@]/);
      const isOver = row.period !== null && world.nowMs >= NOVEMBER + DAY_MS;
      if (!isOver) expect(row.total).toBe(live.find((each) => each.id === id)?.total ?? 0);
    }
    const left = [...world.treasury.store.rows.values()].filter(
      ({ due }) => due !== null && due <= world.nowMs,
    );
    expect(left).toEqual([]);
    const all = [...rows.values()];
    expect(world.gauge('waiting')).toBe(all.reduce((sum, { queue }) => sum + queue.length, 0));
    expect(world.gauge('scarce')).toBe(all.filter(({ isScarce }) => isScarce).length);
    for (const { id, waiting } of all)
      expect(waiting.map((each) => rows.get(each.id)!.waitsAt)).toEqual(waiting.map(() => id));
  });
  fc.assert(check, { ...RUN, numRuns: 60 });
});

test('outputs are the same bytes, whatever was planned, written, evicted and restored on the way', () => {
  const moods = fc.array(fc.constantFrom('nothing', 'plan', 'freeze', 'evict', 'reopen'), {
    minLength: 1,
    maxLength: 9,
  });
  const check = fc.property(dice, moods, (rolls, kinds) => {
    const { world, bundles } = played(rolls, () => undefined);
    const driven = drive(treasury, sha256, bundles, 0);
    let at = 0;
    const again = world.sent.flatMap((record) => {
      const kind = kinds[at++ % kinds.length]!;
      const isBegun = driven.machine().position() !== null;
      if (isBegun && kind === 'plan') driven.machine().plan(record);
      else if (isBegun && kind !== 'nothing' && kind !== 'plan') driven[kind]();
      return driven.step(record);
    });
    expect(again).toEqual(world.outputs);
  });
  fc.assert(check, { ...RUN, numRuns: 60 });
});

/** A partition that takes of each account what its applicants need, and gives back the rest when little is left. */
interface Applicants {
  readonly partition: number;
  readonly account: string;
  readonly least: number;
  /** Still to be taken. */
  need: number;
  free: number;
  isAsking: boolean;
}

test('with a budget of exactly what all need together everybody is served', () => {
  const check = fc.property(fc.array(number, { minLength: 40, maxLength: 40 }), (rolls) => {
    let at = 0;
    const roll = (sides: number): number => rolls[at++ % rolls.length]! % sides;
    const all: Applicants[] = ['platform', 'season', 'spring'].flatMap((account) =>
      Array.from({ length: PARTITIONS }, (_, partition) => {
        const need = 1 + roll(60);
        return { partition, account, need, least: 1 + roll(need), free: 0, isAsking: false };
      }),
    );
    const sum = (...ids: string[]): number =>
      all.reduce((units, { account, need }) => units + (ids.includes(account) ? need : 0), 0);
    const accounts = [
      accountOf('platform', sum('platform', 'season', 'spring')),
      accountOf('season', sum('season', 'spring'), { within: 'platform' }),
      accountOf('spring', sum('spring'), { within: 'season' }),
    ];
    const world = givenTreasury(sha256, { accounts, partitions: PARTITIONS });
    for (const each of all) if (roll(2) === 0) hear(all, world.ask(each.partition, each.account, 0));
    for (let seconds = 1; seconds < 600 && all.some(({ need }) => need > 0); seconds++) {
      for (const each of all) {
        if (each.need > 0 && !each.isAsking) {
          each.isAsking = true;
          const { partition, account, need, least } = each;
          hear(all, world.ask(partition, account, need, { least: Math.min(need, least) }));
        }
        if (each.free > 0) {
          const back = each.free;
          each.free = 0;
          hear(all, world.giveBack(each.partition, each.account, back));
        }
      }
      hear(all, world.tick(NOVEMBER + seconds * SECOND_MS));
    }
    expect(all.filter(({ need }) => need > 0)).toEqual([]);
    expect(world.gauge('waiting')).toBe(0);
  });
  fc.assert(check, { ...RUN, numRuns: 60 });
});

function hear(all: readonly Applicants[], told: readonly Told[]): void {
  for (const { partition, account, amount, answers } of told) {
    const one = all.find((each) => each.partition === partition && each.account === account)!;
    const taken = Math.min(one.need, one.free + amount);
    one.need -= taken;
    one.free += amount - taken;
    if (answers !== null) one.isAsking = false;
  }
}
