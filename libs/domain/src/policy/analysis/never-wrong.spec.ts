/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { MerchantCapability, Verdict } from '../../outputs.ts';
import { begin, tell, teller } from '../../testing/history.ts';
import { capabilitiesIn, decisionsIn, given, type World } from '../../testing/given.ts';
import { policyText } from '../../testing/random-policy.ts';
import { compiled, smallSource } from '../../testing/small-bundle.ts';
import { parseBundle } from '../compile.ts';
import { tierOrders, type Bundle } from '../bundle.ts';
import { evaluate, partsOf, type Condition } from '../condition.ts';
import { analyse } from './analyse.ts';
import { worldUnder } from './inquiry.ts';
import type { KnownWorld, Wanted } from './known-world.ts';
import { placedConditions } from './placed.ts';
import { isPossible } from './possible.ts';

// What is called impossible must never happen: random policies, random histories, and everything that came about in
// them held against what the analysis said before.

const SEED = 20_261_128;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const number = fc.noBias(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const dice = fc.array(number, { maxLength: 80, size: 'max' });

function played(text: string, steps: readonly number[]): World {
  const world = given(sha256);
  world.activate(text);
  begin(world);
  const story = teller([text]);
  for (const each of steps) tell(world, story, each);
  return world;
}

const WANTED: Readonly<Record<Verdict, readonly Wanted[]>> = {
  true: ['true', 'not-false'],
  false: ['false', 'not-true'],
  'not-assessed': ['not-true', 'not-false'],
};

function everyPart(condition: Condition): readonly Condition[] {
  return [condition, ...(partsOf(condition) ?? []).flatMap(everyPart)];
}

/** What a merchant turned out to be although it was said that it can't. */
function wrongAbout(bundle: Bundle, known: KnownWorld, view: MerchantCapability): readonly string[] {
  const tiers = tierOrders(bundle);
  const wrong: string[] = [];
  for (const { field, condition } of placedConditions(bundle)) {
    for (const part of everyPart(condition)) {
      const verdict = evaluate(part, view, tiers);
      for (const wanted of WANTED[verdict]) {
        if (!isPossible(known, [[part, wanted]])) wrong.push(`${field} is ${verdict}, and never ${wanted}`);
      }
    }
  }
  for (const [metric, value] of Object.entries(view.metrics)) {
    const range = known.ranges.get(`metric:${metric}`)!;
    const isIn = value === null ? range.mayMiss : range.mayBe && value >= range.low && value <= range.high;
    if (!isIn) wrong.push(`${metric} is ${value}, and not in ${JSON.stringify(range)}`);
  }
  for (const { id, tiers: order } of bundle.ladders) {
    const place = order.findIndex((tier) => tier.id === view.ladders[id]!.tier);
    const { low, high } = known.ranges.get(`ladder:${id}`)!;
    if (place >= 0 && (place < low || place > high)) wrong.push(`${id} is at ${order[place]!.id}`);
  }
  return wrong;
}

function wrongIn(text: string, world: World): readonly string[] {
  const bundle = parseBundle(text);
  const known = worldUnder(bundle);
  const advice = analyse(bundle);
  const views = capabilitiesIn(world.outputs);
  const issued = decisionsIn(world.outputs).filter(({ outcome }) => outcome === 'issue');
  const unable = [
    'programme-never-grants',
    'programme-revoked-at-once',
    'size-unreachable',
    'account-closed',
  ];
  const idle = advice.filter(({ rule }) => unable.includes(rule)).map(({ field }) => field.split('/')[2]!);
  const tierless = advice.filter(({ rule }) => rule === 'tier-unreachable').map(({ field }) => field);
  return [
    ...views.flatMap((view) => wrongAbout(bundle, known, view)),
    ...issued
      .filter(({ programme }) => idle.includes(programme))
      .map(({ programme }) => `${programme} granted`),
    ...views.flatMap(({ ladders }) =>
      Object.entries(ladders)
        .map(([ladder, { tier }]) => `/ladders/${ladder}/tiers/${tier}`)
        .filter((field) => tierless.includes(field)),
    ),
  ];
}

test('nothing that came about was called impossible, under policies as they are', () => {
  const check = fc.property(number, dice, (policy, steps) => {
    const text = policyText(policy);
    expect(wrongIn(text, played(text, steps))).toEqual([]);
  });
  fc.assert(check, { seed: SEED, numRuns: 25 });
});

/** A condition of any shape over little, so that contradictions are many. */
function strangeCondition(choose: (sides: number) => number, place: string, depth: number): object {
  const id = place;
  const part = (i: number): object => strangeCondition(choose, `${place}.${i}`, depth - 1);
  const shape = depth === 0 ? 5 + choose(9) : choose(14);
  const op = ['>=', '>', '<=', '<', '=', '!='][choose(6)]!;
  if (shape === 0) return { all: [part(0), part(1)] };
  if (shape === 1) return { any: [part(0), part(1)] };
  if (shape === 2) return { atLeast: 1 + choose(3), of: [part(0), part(1), part(2)] };
  if (shape === 3) return { not: part(0) };
  if (shape === 4) return { ...strangeAtom(choose, id), waiveIf: part(9) };
  if (shape === 5) return { id, metric: 'orders', op, than: 'overdue', times: 1 + choose(2) };
  if (shape === 6) return { id, metric: 'worst', op, value: choose(4) * 2_500 };
  if (shape === 7) return { id, warned: choose(2) === 0 };
  return strangeAtom(choose, id);
}

function strangeAtom(choose: (sides: number) => number, id: string): object {
  const op = ['>=', '>', '<=', '<', '=', '!='][choose(6)]!;
  const missing = [{}, { notAssessed: 'holds' }, { notAssessed: 'fails' }][choose(3)]!;
  switch (choose(8)) {
    case 0:
      return { id, metric: 'orders', op, value: choose(4), ...missing };
    case 1:
      return { id, metric: 'on_time', op, value: [0, 5_000, 10_000, 10_001][choose(4)], ...missing };
    case 2:
      return { id, metric: 'on_time', assessed: choose(2) === 0 };
    case 3:
      return { id, tierAtLeast: ['bronze', 'silver', 'gold'][choose(3)], ...missing };
    case 4:
      return { id, training: 'first-sale' };
    case 5:
      return { id, survey: 'wants', [choose(2) === 0 ? 'is' : 'isNot']: ['yes', 'no'][choose(2)] };
    case 6:
      return { id, category: choose(2) === 0 ? ['toys'] : ['food', 'books'] };
    default:
      return { id, during: ['first', 'second'][choose(2)] };
  }
}

function strangePolicy(rolls: readonly number[]): string {
  let at = 0;
  const choose = (sides: number): number => rolls[at++ % rolls.length]! % sides;
  const source = smallSource();
  const names = { en: 'N' };
  const metrics = source['metrics'] as object[];
  const programmes = source['programmes'] as object[];
  const when = (place: string): object => strangeCondition(choose, place, 2);
  const made = compiled({
    ...source,
    metrics: [...metrics, { id: 'worst', names, unit: 'rate', least: ['on_time', 'score'] }],
    calendars: [
      { id: 'first', names, from: '2026-11-01', to: '2026-11-02' },
      { id: 'second', names, from: '2026-11-03', to: '2026-11-30' },
    ],
    ladders: [
      {
        id: 'ladder',
        names,
        tiers: ['bronze', 'silver', 'gold'].map((id) => ({
          id,
          names,
          when: ladderless(when(`${id}.when`)),
        })),
        ...(choose(2) === 0 ? { step: 1 } : {}),
        vetoes: [{ when: ladderless(when('veto')), atMost: ['none', 'bronze', 'silver'][choose(3)] }],
      },
    ],
    programmes: [
      { ...programmes[0], who: when('w'), need: when('n') },
      { ...programmes[1], who: when('g'), revokeWhen: when('r') },
    ],
  });
  return made.text;
}

/** A ladder that asks about itself is refused: its conditions ask for a training instead. */
function ladderless(condition: object): object {
  const text = JSON.stringify(condition, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const { id, tierAtLeast, warned } = value as Record<string, unknown>;
    return tierAtLeast === undefined && warned === undefined ? value : { id, training: 'first-sale' };
  });
  return JSON.parse(text) as object;
}

test('nothing that came about was called impossible, under policies full of contradictions', () => {
  const rolls = fc.array(number, { minLength: 60, maxLength: 60 });
  let contradictions = 0;
  const check = fc.property(rolls, dice, (policy, steps) => {
    const text = strangePolicy(policy);
    const world = played(text, steps);
    expect(wrongIn(text, world)).toEqual([]);
    const rules = analyse(parseBundle(text)).map(({ rule }) => rule);
    if (rules.includes('programme-never-grants') || rules.includes('tier-unreachable')) contradictions += 1;
  });
  fc.assert(check, { seed: SEED, numRuns: 60 });
  expect(contradictions).toBeGreaterThan(10);
});
