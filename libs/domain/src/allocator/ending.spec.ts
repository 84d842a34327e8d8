/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  decisionsIn,
  given,
  grantsIn,
  grown,
  inShort,
  pursesOf,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { brokenLaws } from '../testing/laws.ts';
import { account, compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

// How grants end by what people do: fraud, stops; and what is reported of them too late or by mistake.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function under(programmes: readonly object[] = [fraudulent()]): World {
  const world = given(sha256);
  const accounts = ['welcome', 'growth'].map((id) => account(id, 10_000, { idle: '400d' }));
  const used = accounts.slice(0, programmes.length);
  world.activate(compiled(smallSource({ programmes, accounts: used })).text);
  return world;
}

function fraudulent(changes: object = {}): object {
  const clawBackWhen = { id: 'fake', violation: 'fake-trade' };
  return welcome({ clawBackWhen, onRevoke: ['delist-plans'], ...changes });
}

const used = (world: World, merchant: string, exposures: number): string[] => {
  const { grantId } = grantsIn(world.outputs).findLast((each) => each.merchant === merchant)!;
  return inShort(world.event('updraft.boost.delivered.v1', merchant, { grantId, exposures }));
};
const fraud = (world: World, merchant: string): string[] =>
  inShort(world.event('updraft.violation.recorded.v1', merchant, { violation: 'fake-trade' }));

describe('claw-back', () => {
  test('fraud ends a running grant, and what was spent of it is claimed', () => {
    const world = under();
    trained(world, 'm1');
    used(world, 'm1', 30);
    expect(fraud(world, 'm1')).toEqual(['m1 welcome claw-back fake', 'm1 welcome withhold fake cool-down']);
    expect(grantsIn(world.outputs).at(-1)).toMatchObject({
      status: 'clawed-back',
      effects: ['delist-plans'],
    });
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 0, settling: 70, spent: 30, clawedBack: 30 });
    expect(
      decisionsIn(world.outputs).find(({ outcome }) => outcome === 'claw-back')!.conditions,
    ).toMatchObject([{ id: 'fake', verdict: 'true' }]);
  });

  test('what is reported of it afterwards is claimed as well, until it settles', () => {
    const world = under();
    trained(world, 'm1');
    used(world, 'm1', 30);
    fraud(world, 'm1');
    expect(used(world, 'm1', 50)).toEqual([]);
    expect(pursesOf(world)['welcome']).toMatchObject({ settling: 50, spent: 50, clawedBack: 50 });
    expect(inShort(world.tick(T0 + DAY_MS))).toEqual(['m1 welcome settle nothing-more-reported']);
    expect(pursesOf(world)['welcome']).toMatchObject({ settling: 0, spent: 50, clawedBack: 50 });
    expect(used(world, 'm1', 90)[0]).toContain('refuse-usage grant-settled');
  });

  test('fraud that shows while a grant settles claims what it spent, once, and after that nothing more', () => {
    const world = under([fraudulent({ settle: '10d' })]);
    trained(world, 'm1');
    used(world, 'm1', 30);
    world.tick(T0 + 3 * DAY_MS);
    expect(fraud(world, 'm1')).toEqual(['m1 welcome claw-back fake', 'm1 welcome withhold fake cool-down']);
    expect(grantsIn(world.outputs).at(-1)).toMatchObject({
      status: 'clawed-back',
      effects: ['delist-plans'],
    });
    world.event('updraft.violation.cleared.v1', 'm1', { violation: 'fake-trade' });
    expect(fraud(world, 'm1').filter((line) => line.includes('claw-back'))).toEqual([]);
    expect(pursesOf(world)['welcome']).toMatchObject({ settling: 70, spent: 30, clawedBack: 30 });
    expect(inShort(world.tick(T0 + 13 * DAY_MS))).toContain('m1 welcome settle nothing-more-reported');
    expect(brokenLaws([world])).toEqual([]);
  });

  test('it is held while the pipeline catches up', () => {
    const world = under();
    trained(world, 'm1');
    world.tick(T0 + 1, true);
    expect(fraud(world, 'm1')).toEqual([]);
    expect(inShort(world.tick(T0 + 2))[0]).toBe('m1 welcome claw-back fake');
  });

  test('it is held as well where the grant is used up meanwhile', () => {
    const world = under();
    trained(world, 'm1');
    world.tick(T0 + 1, true);
    expect(fraud(world, 'm1')).toEqual([]);
    expect(used(world, 'm1', 100)[0]).toBe('m1 welcome expire used-up');
    expect(inShort(world.tick(T0 + 2))).toContain('m1 welcome claw-back fake');
  });
});

describe('usage', () => {
  test('of a grant that nobody has, of one of somebody else, and of one that settled is refused by a decision', () => {
    const world = under();
    trained(world, 'm1');
    trained(world, 'm2');
    const { grantId } = grantsIn(world.outputs)[0]!;
    const report = (merchant: string, id: string): string[] =>
      inShort(world.event('updraft.boost.delivered.v1', merchant, { grantId: id, exposures: 5 }));
    expect(report('m1', '9/9/9/9')).toEqual(['m1  refuse-usage grant-not-of-merchant grant:9/9/9/9']);
    expect(report('m2', grantId)).toEqual([`m2  refuse-usage grant-not-of-merchant grant:${grantId}`]);
    expect(report('stranger', grantId)[0]).toBe(
      `stranger  refuse-usage grant-not-of-merchant grant:${grantId}`,
    );
    world.tick(T0 + 3 * DAY_MS);
    world.tick(T0 + 4 * DAY_MS);
    expect(report('m1', grantId)).toEqual([`m1  refuse-usage grant-settled grant:${grantId}`]);
    expect(pursesOf(world)['welcome']).toMatchObject({ spent: 0, overrun: 0 });
    expect(decisionsIn(world.outputs).at(-1)).toMatchObject({ budget: null, grant: null, conditions: [] });
  });

  test('that shrinks is ignored, and beyond the hold it is overrun', () => {
    const world = under();
    trained(world, 'm1');
    for (const exposures of [60, 20, 60]) used(world, 'm1', exposures);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 40, spent: 60, overrun: 0 });
    used(world, 'm1', 130);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 0, spent: 100, overrun: 30 });
  });
});

describe('an emergency stop', () => {
  let sequence = 0;
  const stop = (world: World, scope: string): string[] =>
    inShort(
      world.control('updraft.control.stop.v1', {
        sequence: ++sequence,
        scope,
        isStopped: true,
        by: ['ann'],
        reason: 'r',
      }),
    );
  const resume = (world: World, scope: string): string[] =>
    inShort(
      world.control('updraft.control.stop.v1', {
        sequence: ++sequence,
        scope,
        isStopped: false,
        by: ['ann', 'bo'],
        reason: 'r',
      }),
    );
  const both = (): World => under([welcome(), growth()]);

  test.each([
    ['all', 'welcome withhold stopped:all', 'growth withhold stopped:all'],
    ['programme:welcome', 'welcome withhold stopped:programme:welcome', 'growth issue 40'],
    ['account:growth', 'welcome issue 100', 'growth withhold stopped:account:growth'],
  ])('of %s stops its issuing and nothing else', (scope, ...wanted) => {
    const world = both();
    stop(world, scope);
    trained(world, 'm1');
    grown(world, 'm1');
    const last = ['welcome', 'growth'].map((id) =>
      inShort(world.outputs).findLast((line) => line.startsWith(`m1 ${id}`)),
    );
    expect(last).toEqual(wanted.map((line) => `m1 ${line}`));
  });

  test('resumed, everybody who would have had something meanwhile has it', () => {
    const world = both();
    stop(world, 'all');
    stop(world, 'programme:growth');
    for (let i = 0; i < 3; i++) trained(world, `m${i}`);
    expect(inShort(world.outputs).filter((line) => line.includes('issue'))).toEqual([]);
    resume(world, 'all');
    const out = [0, 1].flatMap((i) => inShort(world.tick(T0 + i)));
    expect(out.filter((line) => line.includes('issue'))).toEqual(
      [0, 1, 2].map((i) => `m${i} welcome issue 100`),
    );
  });

  test('what runs goes on, is used, shrinks and ends; it does not grow', () => {
    const world = under([welcome(), growth({ duration: '20d', grow: { step: '100%', dwell: '1h' } })]);
    grown(world, 'm1');
    stop(world, 'all');
    const declared = (ordersPerDay: number): string[] =>
      inShort(world.event('updraft.capacity.declared.v1', 'm1', { ordersPerDay }));
    expect(declared(3)).toContain('m1 growth shrink headroom-below-grant');
    declared(9);
    expect(inShort(world.tick(T0 + 2 * HOUR_MS))).toEqual([]);
    resume(world, 'all');
    for (let i = 0; i < 2; i++) world.tick(T0 + 4 * HOUR_MS + i);
    expect(inShort(world.outputs)).toContain('m1 growth grow headroom-above-grant');
  });

  test('who waited for money leaves the queue, and waits again once it is over', () => {
    const world = both();
    world.treasury.isAway = true;
    for (let i = 0; i < 60; i++) trained(world, `m${i}`);
    expect(pursesOf(world)['welcome']!.wanted).toBeGreaterThan(0);
    stop(world, 'all');
    for (let i = 0; i < 60; i++)
      world.event('updraft.survey.answered.v1', `m${i}`, { survey: 's', answers: { wants: 'no' } });
    expect(pursesOf(world)['welcome']!.wanted).toBe(0);
    world.treasury.isAway = false;
    resume(world, 'all');
    for (let i = 0; i < 4; i++) world.tick(T0 + i);
    expect(inShort(world.outputs).filter((line) => line.includes('welcome issue'))).toHaveLength(60);
    expect(brokenLaws([world])).toEqual([]);
  });
});
