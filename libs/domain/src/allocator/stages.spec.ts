/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  decisionsIn,
  given,
  grantsIn,
  inShort,
  pursesOf,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { account, compiled, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS } from '../time.ts';

// Grants in stages, and grants that go on after their term.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function under(programme: object, total = 100_000, changes: object = {}): World {
  const world = given(sha256);
  const accounts = [account('welcome', total, { idle: '400d', ...changes })];
  world.activate(compiled(smallSource({ programmes: [programme], accounts })).text);
  trained(world, 'm1');
  world.tick(T0);
  return world;
}

const used = (world: World, exposures: number, results: object = {}): string[] => {
  const { grantId } = grantsIn(world.outputs).find(({ merchant }) => merchant === 'm1')!;
  return inShort(world.event('updraft.boost.delivered.v1', 'm1', { grantId, exposures, ...results }));
};
const days = (world: World, ...numbers: number[]): string[][] =>
  numbers.map((day) => inShort(world.tick(T0 + day * DAY_MS)));
const says = (world: World, wants: string): string[] =>
  inShort(world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants } }));

describe('stages', () => {
  const staged = (...stages: object[]): object =>
    welcome({ duration: '60d', limits: { openings: 2, perMerchant: 9_000 }, stages });
  const pools = staged(
    { id: 'pool-2', size: 300, earned: { by: 'clicks', atLeast: '5%', minimum: 80 } },
    { id: 'pool-3', size: 1_000, earned: { by: 'orders', atLeast: '1%', minimum: 300 } },
  );

  test('the next pool comes when the last one earned it, by its own exposures and clicks', () => {
    const world = under(pools);
    expect(used(world, 79, { clicks: 79 })).toEqual([]);
    expect(used(world, 100, { clicks: 79 })).toEqual(['m1 welcome advance stage:pool-2']);
    expect(decisionsIn(world.outputs).at(-1)!.grant).toMatchObject({
      size: 400,
      maximum: 400,
      stage: 'pool-2',
    });
    // What the first pool earned does not count again.
    expect(used(world, 400, { clicks: 399, orders: 2 })).toEqual([]);
    expect(used(world, 400, { clicks: 399, orders: 3 })).toEqual(['m1 welcome advance stage:pool-3']);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 1_000, spent: 400 });
  });

  test('a pool that did not earn the next one is used, and the grant waits for late clicks until its end', () => {
    const world = under(pools);
    expect(used(world, 100, { clicks: 4 })).toEqual([]);
    expect(days(world, 59)).toEqual([[]]);
    expect(used(world, 100, { clicks: 5 })).toEqual(['m1 welcome advance stage:pool-2']);
    expect(days(world, 60)).toEqual([['m1 welcome expire duration-over', 'm1 welcome withhold cool-down']]);
  });

  test('the second half comes on a later check', () => {
    const active = { id: 'wants', survey: 'wants', is: 'yes' };
    const world = under(staged({ id: 'second-half', size: 100, after: '30d', within: '40d', when: active }));
    says(world, 'no');
    expect(days(world, 29, 30)).toEqual([[], []]);
    expect(says(world, 'yes')).toEqual(['m1 welcome advance stage:second-half']);
    const prompt = under(staged({ id: 'second-half', size: 100, after: '30d', within: '40d', when: active }));
    says(prompt, 'yes');
    expect(days(prompt, 29, 30)).toEqual([[], ['m1 welcome advance stage:second-half']]);
  });

  test('stages that are due when the one before begins come with it, and wait for no other record', () => {
    const trainedFirst = { id: 'kept', training: 'first-sale' };
    const world = under(
      staged(
        { id: 'a', size: 10, when: trainedFirst },
        { id: 'b', size: 20 },
        { id: 'c', size: 30, after: '1d' },
      ),
    );
    const said = decisionsIn(world.outputs).map(({ outcome, grant, cause }) => [
      outcome,
      grant?.size ?? 0,
      cause.type,
    ]);
    const advanced = said.filter(([outcome]) => outcome === 'advance');
    expect(advanced.map(([, size]) => size)).toEqual([110, 130]);
    expect(new Set(said.filter(([outcome]) => outcome !== 'withhold').map(([, , type]) => type)).size).toBe(
      1,
    );
    expect(days(world, 1)).toEqual([['m1 welcome advance stage:c']]);
  });

  test('a stage that is late is forfeited with all that come after it', () => {
    const never = { id: 'wants', survey: 'wants', is: 'yes' };
    const world = under(
      staged({ id: 'a', size: 10, within: '7d', when: never }, { id: 'b', size: 10, after: '1d' }),
    );
    expect(days(world, 6, 7)).toEqual([[], ['m1 welcome forfeit stage-late:a']]);
    expect(says(world, 'yes')).toEqual([]);
    expect(days(world, 9)).toEqual([[]]);
    expect(used(world, 100)[0]).toBe('m1 welcome expire used-up');
  });

  test('while the pipeline catches up no stage is forfeited, and what was earned meanwhile is given', () => {
    const world = under(
      staged({ id: 'a', size: 10, within: '7d', when: { id: 'w', survey: 'wants', is: 'yes' } }),
    );
    expect(inShort(world.tick(T0 + 8 * DAY_MS, true))).toEqual([]);
    expect(world.allocator.machine().gauges()).toMatchObject({ held: 1, timers: 1 });
    expect(days(world, 8.1)).toEqual([['m1 welcome forfeit stage-late:a']]);
  });

  test('a stage waits for its money without a decision, takes all of it or nothing, and keeps its place', () => {
    const world = under(staged({ id: 'a', size: 80, after: '1d' }), 150);
    expect(days(world, 1, 1.1, 2)).toEqual([[], [], []]);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 100, wanted: 80 });
    trained(world, 'm2');
    const more = smallSource({
      programmes: [staged({ id: 'a', size: 80, after: '1d' })],
      accounts: [account('welcome', 180, { idle: '400d' })],
    });
    world.activate(compiled(more).text);
    expect(days(world, 2.1, 2.2, 2.3).flat()).toEqual(['m1 welcome advance stage:a']);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 180, wanted: 100 });
  });

  test('a stage that waits leaves the queue when its grant ends', () => {
    const world = under(staged({ id: 'a', size: 80, after: '1d' }), 150);
    days(world, 1);
    world.event('updraft.merchant.closed.v1', 'm1', { reason: 'left' });
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 0, settling: 100, wanted: 0 });
  });

  test('a stop keeps the next stage back until it is over', () => {
    const world = under(staged({ id: 'a', size: 10, after: '1d' }));
    const stop = { scope: 'programme:welcome', reason: 'test' };
    world.control('updraft.control.stop.v1', { ...stop, sequence: 1, isStopped: true, by: ['ann'] });
    expect(days(world, 1, 2)).toEqual([[], []]);
    world.control('updraft.control.stop.v1', { ...stop, sequence: 2, isStopped: false, by: ['ann', 'bo'] });
    expect(days(world, 2)).toEqual([['m1 welcome advance stage:a']]);
  });
});

describe('renewal', () => {
  const renewed = (changes: object = {}): object =>
    welcome({ renew: { times: 2 }, limits: { openings: 1, perMerchant: 9_000 }, ...changes });

  test('at its end it goes on with a new size for another term, so many times', () => {
    const world = under(renewed());
    used(world, 60);
    expect(days(world, 3)).toEqual([['m1 welcome renew renewed']]);
    expect(decisionsIn(world.outputs).at(-1)!.grant).toMatchObject({
      size: 160,
      validFrom: '2026-10-31T16:00:00.000Z',
      validUntil: '2026-11-06T16:00:00.000Z',
    });
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 100, spent: 60 });
    expect(days(world, 6, 9)).toEqual([
      ['m1 welcome renew renewed'],
      ['m1 welcome expire duration-over', 'm1 welcome withhold cool-down openings-used'],
    ]);
  });

  test.each([
    [
      'its own condition does not hold',
      { renew: { times: 2, when: { id: 'w', survey: 'wants', is: 'yes' } } },
    ],
    ['the merchant does not need it any more', { need: { id: 'n', survey: 'wants', isNot: 'no' } }],
    ['who says no', { who: { id: 'n', survey: 'wants', isNot: 'no' } }],
  ])('it is not renewed where %s', (_, changes) => {
    const world = under(renewed(changes));
    used(world, 99);
    says(world, 'no');
    expect(days(world, 3).flat()).toContain('m1 welcome expire duration-over');
  });

  test('the cap of the merchant makes the new size smaller', () => {
    const world = under(renewed({ limits: { openings: 1, perMerchant: 160 } }));
    used(world, 99);
    expect(days(world, 3)).toEqual([['m1 welcome renew renewed']]);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 61, spent: 99 });
  });

  test('it is not renewed with money that others wait for', () => {
    const world = under(renewed(), 150);
    used(world, 60);
    trained(world, 'm2');
    expect(days(world, 3)[0]).toContain('m1 welcome expire duration-over');
  });

  test('a renewed guarantee is paced again', () => {
    const world = under(renewed({ gives: { guarantee: { weight: '120%', maximum: '200%' } } }));
    used(world, 90);
    const told = [3, 3.5, 4, 4.5, 5, 5.5].flatMap((day) => days(world, day).flat());
    expect(told.filter((line) => line.includes('pace'))).not.toEqual([]);
  });
});
