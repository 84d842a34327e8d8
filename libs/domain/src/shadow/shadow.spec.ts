/// <reference types="node" />
import fc from 'fast-check';
import { parseBundle } from '../policy/compile.ts';
import { createHash } from 'node:crypto';
import { given, givenAll, REGISTERED, T0, trained, type World } from '../testing/given.ts';
import { activates, begin, tell, teller } from '../testing/history.ts';
import { policyText } from '../testing/random-policy.ts';
import { shadowBeside } from '../testing/shadow-beside.ts';
import { account, compiled, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, MINUTE_MS } from '../time.ts';
import type { ShadowReport } from './shadow-report.ts';

const SEED = 20_261_128;
const FROM_GENESIS = 0;
const AMPLE = 1_000_000_000;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const number = fc.noBias(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const dice = fc.array(number, { maxLength: 150, size: 'max' });

function differing({ programmes }: ShadowReport): object[] {
  return programmes.filter((each) => each.differing > 0);
}

/** Everything counted is the same on both sides, waiting included. */
function hasEqualSides({ programmes }: ShadowReport): boolean {
  return programmes.every(({ live, shadow }) => JSON.stringify(live) === JSON.stringify(shadow));
}

test('the shadow of the live bundle decides as it does, scarce money and all, where treasuries answer in one order', () => {
  const outcomes = new Set<string>();
  const check = fc.property(number, dice, (policy, told) => {
    const bundles = new Map<string, string>();
    const world = given(sha256, {}, bundles);
    const text = policyText(policy);
    // A shadow hears no census: its ranks and means stand as they did when it began (the guide says so).
    fc.pre(parseBundle(text).statistics.length === 0);
    const bundle = world.activate(text);
    begin(world);
    const story = teller([text], 0, true);
    // Activating what is live already moves nothing that a shadow should tell.
    for (const each of told) if (!activates(each)) tell(world, story, each);
    const report = shadowBeside([world], { bundle, sinceMs: world.nowMs - DAY_MS, bundles, hash: sha256 });
    expect(report.before.differing).toBe(0);
    expect(differing(report)).toEqual([]);
    expect(report.programmes.filter(({ byMoneyOnly }) => byMoneyOnly > 0)).toEqual([]);
    expect(hasEqualSides(report)).toBe(true);
    for (const { live } of report.programmes)
      for (const each of Object.keys(live.outcomes)) outcomes.add(each);
  });
  fc.assert(check, { seed: SEED, endOnFailure: true, numRuns: 40 });
  for (const outcome of ['expire', 'issue', 'offer', 'wait', 'withhold']) expect(outcomes).toContain(outcome);
});

test('until the candidate governs, a shadow follows the bundles that were live', () => {
  const check = fc.property(fc.array(number, { minLength: 2, maxLength: 4 }), dice, (policies, told) => {
    const bundles = new Map<string, string>();
    const world = given(sha256, {}, bundles);
    const texts = policies.map((each) => policyText(each));
    world.activate(texts[0]!);
    begin(world);
    const story = teller(texts, 0, true);
    for (const each of told) tell(world, story, each);
    const candidate = texts.at(-1)!;
    bundles.set(sha256(candidate), candidate);
    const nowMs = world.nowMs;
    world.tick(nowMs + 1);
    const report = shadowBeside([world], {
      bundle: sha256(candidate),
      sinceMs: nowMs,
      bundles,
      hash: sha256,
    });
    expect(report.isComparing).toBe(true);
    expect(report.before).toEqual({ pairs: expect.any(Number) as number, differing: 0, byMoneyOnly: 0 });
  });
  fc.assert(check, { seed: SEED, endOnFailure: true, numRuns: 15 });
});

test('with money enough it decides as the live bundle over partitions whose treasury lags', () => {
  const check = fc.property(number, dice, (policy, told) => {
    const worlds = givenAll(sha256, 2);
    const bundles = new Map<string, string>();
    const text = policyText(policy, [AMPLE], '6h', true);
    const bundle = sha256(text);
    bundles.set(bundle, text);
    for (const world of worlds) {
      world.activate(text);
      begin(world);
    }
    const stories = worlds.map(() => teller([text], 3, true));
    for (const each of told) {
      if (activates(Math.floor(each / 2))) continue;
      tell(worlds[each % 2]!, stories[each % 2]!, Math.floor(each / 2));
    }
    const endMs = Math.max(...worlds.map(({ nowMs }) => nowMs));
    for (let i = 0; i < 3; i++) for (const world of worlds) world.tick(endMs);
    const report = shadowBeside(worlds, { bundle, sinceMs: FROM_GENESIS, bundles, hash: sha256 });
    expect(differing(report)).toEqual([]);
  });
  fc.assert(check, { seed: SEED, endOnFailure: true, numRuns: 15 });
});

/** Two merchants that were given a welcome, one that was refused it, then time for the candidate to govern. */
function story(candidateText: string): { world: World; report: () => ShadowReport } {
  const bundles = new Map<string, string>();
  const world = given(sha256, {}, bundles);
  world.activate(compiled(smallSource()).text);
  const candidate = sha256(candidateText);
  bundles.set(candidate, candidateText);
  trained(world, 'm1');
  world.event('updraft.merchant.registered.v1', 'm2', REGISTERED);
  world.tick(T0 + MINUTE_MS);
  const sinceMs = T0 + MINUTE_MS;
  // It is activated behind the first of these; everybody is looked at anew with the next.
  world.tick(T0 + 2 * MINUTE_MS);
  world.tick(T0 + 3 * MINUTE_MS);
  const report = () => shadowBeside([world], { bundle: candidate, sinceMs, bundles, hash: sha256 });
  return { world, report };
}

const source = (changes: Readonly<Record<string, unknown>>): string =>
  compiled(smallSource({ programmes: [welcome(changes), smallSource()['programmes']![1 as never]] })).text;

test('a candidate that asks less of merchants gives to exactly those whom the live one refuses, and says why', () => {
  const { report } = story(source({ who: { id: 'known', flag: 'known', is: true } }));
  const { programmes, isComparing, before } = report();
  expect(isComparing).toBe(true);
  expect(before.differing).toBe(0);
  expect(programmes.filter(({ differing: count }) => count > 0)).toEqual([
    {
      programme: 'welcome',
      live: { outcomes: {}, merchants: 0, grants: 0, granted: 0 },
      shadow: { outcomes: { issue: 1 }, merchants: 1, grants: 1, granted: 100 },
      differing: 1,
      byMoneyOnly: 0,
      newlyGet: 1,
      noLongerGet: 0,
      examples: [
        {
          merchant: 'm2',
          change: 'would-newly-get',
          live: { outcome: 'withhold', reasons: ['trained'], size: 0 },
          shadow: { outcome: 'issue', reasons: [], size: 100 },
        },
      ],
    },
  ]);
});

test('a candidate that gives less is told by its units, one without the programme by who gets no more', () => {
  const smaller = story(source({ size: { fixed: 60 } }));
  const none = story(compiled(smallSource({ programmes: [smallSource()['programmes']![1 as never]] })).text);
  for (const { world } of [smaller, none]) trained(world, 'm3');
  const [less] = differing(smaller.report());
  expect(less).toMatchObject({
    programme: 'welcome',
    live: { granted: 100, merchants: 1 },
    shadow: { granted: 60, merchants: 1 },
    newlyGet: 0,
    noLongerGet: 0,
    examples: [{ merchant: 'm3', change: 'otherwise', live: { size: 100 }, shadow: { size: 60 } }],
  });
  const [gone] = differing(none.report());
  expect(gone).toMatchObject({ programme: 'welcome', noLongerGet: 1, shadow: { outcomes: {}, grants: 0 } });
});

test('money of the candidate is its own: a smaller account runs dry while the live one does not', () => {
  const accounts = [account('purse', 100), account('growth', 1_000)];
  const programmes = [welcome({ account: 'purse' }), smallSource()['programmes']![1 as never]];
  const { world, report } = story(compiled(smallSource({ accounts, programmes })).text);
  for (const merchant of ['m3', 'm4']) trained(world, merchant);
  world.tick(world.nowMs + 20 * MINUTE_MS);
  const [dry] = differing(report());
  expect(dry).toMatchObject({ programme: 'welcome', live: { granted: 200 }, noLongerGet: 1, newlyGet: 0 });
});

test('usage of a live grant counts for the grant that the shadow has of the same merchant and programme', () => {
  const { world, report } = story(source({ size: { fixed: 60 } }));
  trained(world, 'm3');
  const issued = world.outputs.filter(({ log }) => log === 'grants').at(-1)!.key!;
  world.event('updraft.boost.delivered.v1', 'm3', { grantId: issued, exposures: 80 });
  world.event('updraft.boost.delivered.v1', 'm2', { grantId: 'nobody', exposures: 80 });
  const { programmes, usage } = report();
  expect(usage).toEqual({ attributed: 1, unattributed: 0 });
  expect(programmes.find(({ programme }) => programme === 'welcome')!.shadow.outcomes).toMatchObject({
    expire: 1,
  });
});

test('usage of a live grant that the shadow did not give counts for none, and is counted as such', () => {
  const { world, report } = story(source({ who: { id: 'closed', flag: 'closed', is: true } }));
  trained(world, 'm3');
  const issued = world.outputs.filter(({ log }) => log === 'grants').at(-1)!.key!;
  world.event('updraft.boost.delivered.v1', 'm3', { grantId: issued, exposures: 80 });
  expect(report().usage).toEqual({ attributed: 0, unattributed: 1 });
});

test('what is activated live once the candidate governs is named and changes nothing in the shadow', () => {
  const candidate = source({ size: { fixed: 60 } });
  const { world, report } = story(candidate);
  const other = world.activate(source({ size: { fixed: 80 } }));
  trained(world, 'm3');
  const { liveBundles, programmes } = report();
  expect(liveBundles).toContain(other);
  const { live, shadow } = programmes.find(({ programme }) => programme === 'welcome')!;
  expect([live.granted, shadow.granted]).toEqual([80, 60]);
});
