/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { CloudEvent } from '../stage/stage.ts';
import {
  accountOf,
  genesisOf,
  givenTreasury,
  inputOf,
  leasesInShort,
  NOVEMBER,
} from '../testing/treasury-world.ts';
import { formatInstant } from '../time.ts';
import { treasury } from './treasury-machine.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const growth = [accountOf('growth', 1_000)];

describe('the records it reads', () => {
  test('genesis comes first, once', () => {
    const world = givenTreasury(sha256);
    const machine = treasury.open(0, null, sha256);
    const tick = inputOf([0, 0], 'updraft.control.tick.v1', { atMs: 1, catchingUp: false }, 1);
    expect(() => machine.step(tick)).toThrow('does not begin with genesis');
    expect(world.step('updraft.control.genesis.v1', genesisOf(4, NOVEMBER))).toEqual([]);
    expect(() => world.step('updraft.control.genesis.v1', genesisOf(8, NOVEMBER))).toThrow(
      'different genesis',
    );
  });

  test('genesis of another engine is refused', () => {
    const machine = treasury.open(0, null, sha256);
    const genesis = { ...genesisOf(4, NOVEMBER), engine: 1 };
    expect(() => machine.step(inputOf([0, 0], 'updraft.control.genesis.v1', genesis, 1))).toThrow('engine 1');
  });

  test('an unknown type is refused rather than passed over', () => {
    expect(() => givenTreasury(sha256).step('updraft.control.stop.v1', {})).toThrow('unknown record');
  });

  test('time does not go back, and a repeated activation or setting changes nothing', () => {
    const world = givenTreasury(sha256, { accounts: growth });
    world.tick(NOVEMBER + 5);
    world.tick(NOVEMBER);
    expect(world.gauge('nowMs')).toBe(NOVEMBER + 5);
    world.ask(0, 'growth', 1_000);
    const repeat = { sequence: 1, bundle: 'never published', approvedBy: [] };
    expect(world.step('updraft.control.policy-activated.v1', repeat)).toEqual([]);
    expect(world.gauge('bundleSequence')).toBe(1);
  });
});

describe('sequences', () => {
  const request = { account: 'growth', holder: null, need: 10, least: 1, bundle: '', position: '' };
  const returned = { account: 'growth', holder: null, amount: 10, position: '' };

  test('what was taken before is dropped, of requests and returns alike', () => {
    const world = givenTreasury(sha256, { accounts: growth });
    const ask = () =>
      world.step('updraft.treasury.request.v1', { ...request, writer: 'allocator/1', sequence: 1 });
    const give = () =>
      world.step('updraft.treasury.return.v1', { ...returned, writer: 'allocator/1', sequence: 2 });
    expect(ask()).toHaveLength(1);
    expect(ask()).toEqual([]);
    give();
    const once = JSON.stringify(world.treasury.machine().rows());
    give();
    ask();
    expect(JSON.stringify(world.treasury.machine().rows())).toBe(once);
  });

  test('a gap is a bug of the writer', () => {
    const world = givenTreasury(sha256, { accounts: growth });
    const gap = { ...request, writer: 'allocator/1', sequence: 2 };
    expect(() => world.step('updraft.treasury.request.v1', gap)).toThrow(
      'allocator/1 goes on with 2 after 0',
    );
  });

  test.each(['allocator/4', 'allocator/01', 'allocator/', 'scoring/1'])('%s is no writer of it', (writer) => {
    const world = givenTreasury(sha256, { accounts: growth });
    const strange = { ...request, writer, sequence: 1 };
    expect(() => world.step('updraft.treasury.request.v1', strange)).toThrow('unknown writer');
  });

  test('what it says is numbered for each partition', () => {
    const world = givenTreasury(sha256, { accounts: growth, partition: 1 });
    const told = [0, 2, 0, 2, 2].flatMap((partition) => world.ask(partition, 'growth', 1));
    expect(told.map(({ partition, writer, sequence }) => `${partition} ${writer} ${sequence}`)).toEqual([
      '0 treasury/1 1',
      '2 treasury/1 1',
      '0 treasury/1 2',
      '2 treasury/1 2',
      '2 treasury/1 3',
    ]);
    expect(world.gauge('leases')).toBe(5);
  });
});

test('what it says is a control record of activity at log time, named by its position', () => {
  const world = givenTreasury(sha256, { accounts: growth, partition: 1 });
  world.tick(NOVEMBER + 7);
  world.ask(2, 'growth', 1);
  const [output] = world.outputs;
  const event = JSON.parse(output!.text) as CloudEvent;
  expect(output).toMatchObject({ log: 'activity', partition: 2, key: null, position: [1, 3, 0] });
  expect(event).toMatchObject({
    id: 'treasury/1/3/0',
    source: '/updraft/test/treasury',
    type: 'updraft.control.lease.v1',
    time: formatInstant(NOVEMBER + 7),
  });
  expect(event).not.toHaveProperty('subject');
});

test('after a take-over it goes on where it was', () => {
  const world = givenTreasury(sha256, { accounts: growth });
  world.ask(0, 'growth', 1_000);
  world.ask(1, 'growth', 10);
  world.treasury.reopen();
  expect(world.gauge('rowsLoaded')).toBe(0);
  expect(world.gauge('accounts')).toBe(1);
  expect(leasesInShort(world.giveBack(0, 'growth', 10))).toEqual(['1 growth 10 #1 scarce']);
});

test('what one record does for others is bounded, however many instances there are', () => {
  const relief = (total: number) => [accountOf('relief', total, { per: 'entity' })];
  const world = givenTreasury(sha256, { accounts: relief(10) });
  for (let i = 0; i < 1_200; i++) {
    world.ask(0, `relief~e${i}`, 10, { holder: 'm1' });
    world.ask(0, `relief~e${i}`, 10, { holder: 'm2' });
  }
  world.activate(relief(20));
  const touched = (told: readonly { account: string }[]) => new Set(told.map(({ account }) => account)).size;
  world.treasury.evict();
  expect(touched(world.ask(1, 'relief~new', 5, { holder: 'm3' }))).toBe(1 + 2);
  expect(world.gauge('rowsLoaded')).toBeLessThanOrEqual(1 + 4);
  expect(touched(world.tick(NOVEMBER))).toBe(250);
});
