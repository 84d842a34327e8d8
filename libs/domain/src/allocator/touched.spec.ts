/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { InputRecord, OutputRecord } from '../stage/stage.ts';
import { drive } from '../testing/drive.ts';
import { asInput, given, grantsIn, grown, inShort, T0, trained } from '../testing/given.ts';
import { begin, tell, teller } from '../testing/history.ts';
import { policyText } from '../testing/random-policy.ts';
import { allocatorOf } from './allocator-machine.ts';
import { account, compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { HOUR_MS, MINUTE_MS } from '../time.ts';
import { readersOf, touchedBy, type Touch } from './touched.ts';

const SEED = 1;
const RUNS = 60;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const number = fc.noBias(fc.integer({ min: 0, max: 2 ** 31 - 1 }));

test('a programme reads its own verdicts and the grain of its size, and nothing reads a tier', () => {
  const readers = readersOf(compiled(smallSource()).bundle);
  const named = (why: string): string[] => [...readers.get(why)!];
  expect(named('verdict:trained')).toEqual(['welcome']);
  expect(named('verdict:late')).toEqual(['growth']);
  expect(named('grain:headroom')).toEqual(['growth']);
  expect(named('tier:ladder')).toEqual([]);
  expect(named('projected:ladder')).toEqual([]);
});

test('a record touches the programmes that read one of its causes', () => {
  const readers = new Map([
    ['verdict:a', new Set(['p', 'q'])],
    ['grain:headroom', new Set(['r'])],
    ['tier:overall', new Set<string>()],
  ]);
  expect([...touchedBy(readers, ['verdict:a', 'grain:headroom'])!]).toEqual(['p', 'q', 'r']);
  expect([...touchedBy(readers, ['tier:overall'])!]).toEqual([]);
  expect([...touchedBy(readers, ['tier:overall', 'grain:headroom'])!]).toEqual(['r']);
});

test.each(['activation', 'first', 'flag:known', 'flag:closed', 'flag:entity', 'something new'])(
  'a record because of %s touches every programme',
  (why) => expect(touchedBy(new Map([['verdict:a', new Set(['p'])]]), ['verdict:a', why])).toBeNull(),
);

/** What the allocator makes of what scoring said, and what it keeps at the end. */
function decidedOn(heard: readonly InputRecord[], bundles: ReadonlyMap<string, string>, touch: Touch) {
  const stage = drive(allocatorOf(touch), sha256, bundles, 0);
  const outputs = heard.flatMap((record): readonly OutputRecord[] => stage.step(record));
  stage.freeze();
  return { outputs: outputs.map(({ text }) => text), kept: stage.store };
}

test('usage of one grant leaves the others as looking at all of them would, be they a moment old', () => {
  const bundles = new Map<string, string>();
  const world = given(sha256, {}, bundles);
  const elastic = growth({ grow: { step: '50%', dwell: '6h' } });
  const accounts = [account('welcome', 1_000), account('growth', 70)];
  world.activate(compiled(smallSource({ programmes: [welcome(), elastic], accounts })).text);
  for (const merchant of ['m1', 'm2']) grown(world, merchant);
  trained(world, 'm2');
  // What is left is less than fits: it is issued when the wait is over, and would grow if there were money.
  for (const minute of [1, 11]) world.tick(T0 + minute * MINUTE_MS);
  const [boost] = grantsIn(world.outputs).filter(({ programme }) => programme === 'welcome');
  for (const hour of [1, 7, 8, 9]) {
    const exposures = hour * 5;
    world.event('updraft.boost.delivered.v1', 'm2', { grantId: boost!.grantId, exposures });
    world.tick(T0 + hour * HOUR_MS);
  }
  expect(inShort(world.outputs)).toContain('m2 growth issue 30');
  const heard = world.outputs.filter(({ log }) => log === 'capability').map(asInput);
  expect(decidedOn(heard, bundles, touchedBy)).toEqual(decidedOn(heard, bundles, () => null));
});

test('deciding on what a record touches gives the bytes of deciding on everything', () => {
  let decisions = 0;
  const history = fc.record({
    policies: fc.array(number, { minLength: 1, maxLength: 3 }),
    dice: fc.array(number, { maxLength: 60, size: 'max' }),
  });
  const check = fc.property(history, ({ policies, dice }) => {
    const bundles = new Map<string, string>();
    const world = given(sha256, {}, bundles);
    const texts = policies.map((each) => policyText(each));
    world.activate(texts[0]!);
    begin(world);
    const story = teller(texts);
    for (const each of dice) tell(world, story, each);
    const heard = world.outputs.filter(({ log }) => log === 'capability').map(asInput);
    const touched = decidedOn(heard, bundles, touchedBy);
    expect(touched).toEqual(decidedOn(heard, bundles, () => null));
    decisions += touched.outputs.length;
  });
  fc.assert(check, { seed: SEED, numRuns: RUNS });
  expect(decisions).toBeGreaterThan(RUNS);
});
