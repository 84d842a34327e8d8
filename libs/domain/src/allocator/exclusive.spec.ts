/// <reference types="node" />
import { createHash } from 'node:crypto';
import { given, grown, inShort, T0, trained, type World } from '../testing/given.ts';
import { account, compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

// Programmes of which a merchant has one at a time.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function under(programmes: readonly object[], accounts: readonly object[] = []): World {
  const world = given(sha256);
  const idOf = (each: object): string | undefined => (each as { id?: string }).id;
  const named = new Set(programmes.map((each) => (each as { account?: string }).account));
  const ample = ['welcome', 'growth', 'floor']
    .filter((id) => named.has(id) && !accounts.some((each) => idOf(each) === id))
    .map((id) => account(id, 100_000, { idle: '400d' }));
  const used = [...accounts, ...ample];
  world.activate(compiled(smallSource({ programmes, accounts: used })).text);
  return world;
}
const course = (world: World, merchant: string): string[] =>
  inShort(world.event('updraft.training.completed.v1', merchant, { course: 'first-sale' }));
const days = (world: World, ...numbers: number[]): string[][] =>
  numbers.map((day) => inShort(world.tick(T0 + day * DAY_MS)));

describe('exclusive sets', () => {
  const both = (changes: object = {}): object[] => [
    growth({ exclusive: 'traffic' }),
    welcome({ exclusive: 'traffic', ...changes }),
  ];

  test('of two programmes of a set the first in the bundle wins, and the other names it', () => {
    const world = under(both());
    grown(world, 'm1');
    expect(course(world, 'm1')).toEqual(['m1 welcome withhold exclusive:growth']);
    expect(issued(world)).toEqual(['m1 growth issue 40']);
  });

  test('who has the other one first keeps it, and the set is free again when it ends', () => {
    const world = under(both({ limits: { openings: 1, perMerchant: 250 } }));
    trained(world, 'm1');
    grown(world, 'm1');
    expect(inShort(world.outputs).slice(-1)).toEqual(['m1 growth withhold exclusive:welcome']);
    expect(days(world, 3)).toEqual([
      [
        'm1 welcome expire duration-over',
        'm1 growth issue 40',
        'm1 welcome withhold cool-down openings-used',
      ],
    ]);
  });

  test('while the first waits for its money the other is not given in its place, and after that it is', () => {
    const accounts = [account('growth', 100), account('welcome', 1_000, { idle: '9d' })];
    const world = under(both(), accounts);
    world.treasury.isAway = true;
    grown(world, 'm0');
    grown(world, 'm1');
    expect(
      inShort(world.outputs)
        .filter((line) => line.startsWith('m1 growth'))
        .at(-1),
    ).toBe('m1 growth wait budget-on-its-way');
    expect(course(world, 'm1')).toEqual(['m1 welcome withhold exclusive:growth']);
    expect(inShort(world.tick(T0 + HOUR_MS))).toEqual(
      expect.arrayContaining(['m1 growth withhold budget-held-elsewhere', 'm1 welcome issue 100']),
    );
  });

  test('programmes without a set add up', () => {
    const world = under([growth(), welcome()]);
    trained(world, 'm1');
    grown(world, 'm1');
    expect(issued(world)).toEqual(['m1 welcome issue 100', 'm1 growth issue 40']);
  });
});

function issued(world: World): string[] {
  return inShort(world.outputs).filter((line) => line.split(' ')[2] === 'issue');
}
