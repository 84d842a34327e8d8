/// <reference types="node" />
import { createHash } from 'node:crypto';
import { given, grantsIn, grown, REGISTERED, T0, trained, type World } from '../testing/given.ts';
import { stepsIn, type Step } from '../testing/life.ts';
import { account, compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';
import type { Outcome } from '../outputs.ts';
import { checkTransition, TRANSITIONS, type GrantState } from './grant-states.ts';

// The state machine of grants, held against what worlds really do: every transition that is drawn is taken by one of
// them, and none takes another.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function under(programme: object, total = 100_000, changes: object = {}): World {
  const world = given(sha256);
  const { account: id } = programme as { account: string };
  const accounts = [account(id, total, { idle: '400d', ...changes })];
  world.activate(compiled(smallSource({ programmes: [programme], accounts })).text);
  return world;
}

const fake = { id: 'fake', violation: 'fake' };
const never = { id: 'never', survey: 'wants', is: 'yes' };
const elastic = (changes: object = {}): object =>
  growth({
    duration: '8d',
    size: { perHeadroom: 10, minimum: 10, maximum: 200 },
    grow: { step: '50%', dwell: '1h' },
    clawBackWhen: fake,
    revokeWhen: { id: 'bad', violation: 'bad' },
    coolDown: '0d',
    settle: '1d',
    gives: { guarantee: { weight: '120%', maximum: '200%' } },
    renew: { times: 1 },
    limits: { openings: 9, perMerchant: 9_000, shrinkBelow: '99%' },
    ...changes,
  });
const violates = (world: World, violation: string): void =>
  void world.event('updraft.violation.recorded.v1', 'm1', { violation });
const declares = (world: World, ordersPerDay: number): void =>
  void world.event('updraft.capacity.declared.v1', 'm1', { ordersPerDay });
const uses = (world: World, exposures: number): void => {
  const { grantId } = grantsIn(world.outputs).findLast(({ merchant }) => merchant === 'm1')!;
  world.event('updraft.boost.delivered.v1', 'm1', { grantId, exposures });
};
const wants = (world: World, answer: string): void =>
  void world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants: answer } });

/** Another bundle, in which what runs by headroom goes on in stages. */
const staged = (world: World): void => {
  const programmes = [
    elastic({
      size: { fixed: 40 },
      grow: undefined,
      stages: [{ id: 'next', size: 10, within: '12h', when: never }],
    }),
  ];
  const accounts = [account('growth', 100_000, { idle: '400d' })];
  world.activate(compiled(JSON.parse(JSON.stringify(smallSource({ programmes, accounts })))).text);
  for (let i = 0; i < 3; i++) world.tick(world.nowMs);
};

/** Brings a running grant of m1 into a state. */
const INTO: Readonly<Record<'active' | 'shrunk' | 'grown', (world: World) => void>> = {
  active: () => undefined,
  shrunk: (world) => declares(world, 2),
  grown(world) {
    declares(world, 9);
    world.tick(T0 + HOUR_MS);
    world.tick(T0 + 2 * HOUR_MS);
    world.tick(T0 + 3 * HOUR_MS);
  },
};
/** What may happen to it then. */
const HAPPENS: Readonly<Record<string, (world: World) => void>> = {
  shrinks: (world) => declares(world, 1),
  grows(world) {
    declares(world, 9);
    for (const hour of [4, 5]) world.tick(T0 + hour * HOUR_MS);
  },
  'is paced': (world) => void world.tick(T0 + 5 * DAY_MS),
  'loses its stage'(world) {
    staged(world);
    world.tick(T0 + DAY_MS);
  },
  'has its next stage'(world) {
    staged(world);
    wants(world, 'yes');
    world.tick(T0 + 7 * HOUR_MS);
  },
  'is renewed, expires and settles': (world) => {
    for (const day of [8, 16, 17]) world.tick(T0 + day * DAY_MS);
  },
  'expires and settles'(world) {
    wants(world, 'no');
    for (const day of [8, 9]) world.tick(T0 + day * DAY_MS);
  },
  'is used up, and then it was fraud'(world) {
    world.tick(T0 + DAY_MS);
    uses(world, 500);
    violates(world, 'fake');
    world.tick(T0 + 3 * DAY_MS);
  },
  'is used up and settles'(world) {
    uses(world, 500);
    world.tick(T0 + 3 * DAY_MS);
  },
  'is revoked, and then it was fraud'(world) {
    violates(world, 'bad');
    violates(world, 'fake');
    world.tick(T0 + 3 * DAY_MS);
  },
  'is revoked'(world) {
    violates(world, 'bad');
    world.tick(T0 + 3 * DAY_MS);
  },
  'is warned, and made good in time'(world) {
    const accounts = [account('growth', 100_000, { idle: '400d' })];
    world.activate(compiled(smallSource({ programmes: [elastic({ comply: '2d' })], accounts })).text);
    for (let i = 0; i < 3; i++) world.tick(world.nowMs);
    violates(world, 'bad');
    world.event('updraft.violation.cleared.v1', 'm1', { violation: 'bad' });
  },
  'is clawed back'(world) {
    violates(world, 'fake');
    world.tick(T0 + 3 * DAY_MS);
  },
  'expires, and then it was fraud'(world) {
    for (const day of [8, 16]) world.tick(T0 + day * DAY_MS);
    violates(world, 'fake');
  },
};

const second = { id: 'new', training: 'second' };
const activated = (world: World, programme: object, total: number): void => {
  const accounts = [account('welcome', total)];
  world.activate(compiled(smallSource({ programmes: [programme], accounts })).text);
  for (let i = 0; i < 3; i++) world.tick(T0 + i);
};

/** Applicants: every way into a grant and out of the queue. */
const school = welcome({ trainFirst: { course: 'first-sale', within: '3d' } });
const APPLY: Readonly<Record<string, () => World>> = {
  'withheld, then issued'() {
    const world = under(welcome());
    trained(world, 'm1');
    return world;
  },
  'offered, in vain and again, withheld, issued'() {
    const world = under(school);
    world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
    for (const day of [3, 6]) world.tick(T0 + day * DAY_MS);
    world.event('updraft.training.completed.v1', 'm1', { course: 'first-sale' });
    world.event('updraft.merchant.registered.v1', 'm2', REGISTERED);
    world.event('updraft.merchant.closed.v1', 'm2', { reason: 'left' });
    return world;
  },
  'offered another course by another policy'() {
    const world = under(school);
    world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
    activated(world, welcome({ who: second, trainFirst: { course: 'second', within: '1d' } }), 100_000);
    return world;
  },
  'offered, then without money'() {
    const world = under(school, 150);
    trained(world, 'm1');
    for (const merchant of ['m2', 'm3']) trained(world, merchant);
    for (const hour of [0, 1]) world.tick(T0 + hour * HOUR_MS);
    return world;
  },
  'waiting in a month and in the next'() {
    const world = under(welcome(), 100, { period: 'month' });
    world.tick(T0 + 30 * DAY_MS - 60_000);
    world.treasury.isAway = true;
    for (const merchant of ['m1', 'm2']) trained(world, merchant);
    for (let i = 0; i < 3; i++) world.tick(T0 + 30 * DAY_MS + i);
    return world;
  },
  'waiting, then offered by another policy'() {
    const world = under(welcome(), 100);
    for (const merchant of ['m1', 'm2']) trained(world, merchant);
    activated(world, welcome({ who: second, trainFirst: { course: 'second', within: '1d' } }), 100);
    return world;
  },
};

function stepsOf(): Step[] {
  const steps = Object.values(APPLY).flatMap((play) => stepsIn(play().outputs));
  for (const into of Object.values(INTO)) {
    for (const happens of Object.values(HAPPENS)) {
      const world = under(elastic());
      declares(world, 3);
      grown(world, 'm1');
      into(world);
      happens(world);
      steps.push(...stepsIn(world.outputs));
    }
  }
  return steps;
}

const arrow = (from: GrantState, outcome: Outcome, to: GrantState): string => `${from} –${outcome}→ ${to}`;

test('every transition that is drawn is taken, and no other one', () => {
  const drawn = TRANSITIONS.flatMap(({ from, outcome, to }) =>
    from.map((state) => arrow(state, outcome, to)),
  );
  const taken = new Set(stepsOf().map(({ from, outcome, to }) => arrow(from, outcome, to)));
  expect([...taken].sort()).toEqual(drawn.sort());
});

test('a transition is drawn once', () => {
  const drawn = TRANSITIONS.flatMap(({ from, outcome, to }) =>
    from.map((state) => arrow(state, outcome, to)),
  );
  expect(new Set(drawn).size).toBe(drawn.length);
});

test.each<[GrantState, Outcome, GrantState]>([
  ['settled', 'issue', 'active'],
  ['expired', 'renew', 'active'],
  ['none', 'expire', 'expired'],
  ['clawed-back', 'claw-back', 'active'],
  ['active', 'withhold', 'none'],
  ['waiting', 'forfeit', 'none'],
])('nothing goes from %s by %s to %s', (from, outcome, to) => {
  expect(() => checkTransition(from, outcome, to)).toThrow(
    `no grant goes from ${from} by ${outcome} to ${to}`,
  );
});
