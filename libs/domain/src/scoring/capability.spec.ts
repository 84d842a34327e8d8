/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { CloudEvent, OutputRecord } from '../stage/stage.ts';
import { capabilitiesIn, given, order, REGISTERED, T0, type World } from '../testing/given.ts';
import { compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, formatInstant, HOUR_MS } from '../time.ts';

// What scoring says of a merchant, and when.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Without an answer of the treasury, so that nothing stands in activity but what a test writes. */
function alone(): World {
  const world = given(sha256);
  world.treasury.isAway = true;
  return world;
}
const SMALL = compiled(smallSource()).text;
const OTHER = compiled(smallSource({ bundle: 'other' })).text;

function small(): World {
  const world = alone();
  world.activate(SMALL);
  return world;
}

function sold(world: World, merchant: string, id: string, isShipped = true): OutputRecord[] {
  const facts = order(id, world.nowMs);
  const out = world.event('updraft.order.paid.v1', merchant, facts);
  return isShipped ? [...out, ...world.event('updraft.order.shipped.v1', merchant, facts)] : out;
}

const why = (outputs: readonly OutputRecord[]): string[] =>
  capabilitiesIn(outputs).map((each) => `${each.merchant}: ${each.why.join(' ')}`);
const last = (world: World, merchant: string): ReturnType<typeof capabilitiesIn>[number] =>
  capabilitiesIn(world.outputs).findLast((each) => each.merchant === merchant)!;

test('nothing is said before a policy is live; with it, everything that came before counts', () => {
  const world = alone();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  for (const id of ['a', 'b']) sold(world, 'm1', id);
  expect(capabilitiesIn(world.outputs)).toEqual([]);
  world.activate(SMALL);
  expect(why(world.tick(T0))).toEqual(['m1: activation']);
  expect(last(world, 'm1')).toMatchObject({
    tier: 'gold',
    score: 10_000,
    isKnown: true,
    category: 'toys',
  });
});

test('a first word, then only what a decision could depend on', () => {
  const world = small();
  expect(why(world.event('updraft.merchant.registered.v1', 'm1', REGISTERED))).toEqual(['m1: first']);
  expect(why(world.event('updraft.tool.adopted.v1', 'm1', { tool: 'unasked' }))).toEqual([]);
  expect(why(world.event('updraft.training.completed.v1', 'm1', { course: 'first-sale' }))).toEqual([
    'm1: verdict:trained',
  ]);
  expect(why(world.event('updraft.merchant.closed.v1', 'm1', { reason: 'left' }))).toEqual([
    'm1: flag:closed',
  ]);
  expect(why(sold(world, 'm1', 'a'))).toEqual([]);
  expect(why(sold(world, 'm1', 'b'))).toEqual(['m1: verdict:tier verdict:late tier:ladder']);
  expect(why(world.event('updraft.capacity.declared.v1', 'm1', { ordersPerDay: 2 }))).toEqual([
    'm1: grain:headroom',
  ]);
});

test('events of an unknown merchant are kept and count once it is known', () => {
  const world = small();
  for (const id of ['a', 'b']) sold(world, 'm1', id);
  expect(last(world, 'm1')).toMatchObject({
    isKnown: false,
    category: null,
    metrics: { orders: 2, age: null },
  });
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  expect(last(world, 'm1')).toMatchObject({ isKnown: true, tier: 'gold', metrics: { orders: 2, age: 0 } });
});

test('verdicts, values and why stand for one record each, never for a batch', () => {
  const world = small();
  const wants = (answer: string): OutputRecord[] =>
    world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants: answer } });
  expect([wants('no'), wants('yes'), wants('no')].map(why)).toEqual([
    ['m1: first'],
    ['m1: verdict:wanted'],
    ['m1: verdict:wanted'],
  ]);
});

test('an activation tells everybody, a bounded share a record, and nobody twice', () => {
  const world = small();
  for (let i = 0; i < 9; i++) world.event('updraft.merchant.registered.v1', `m${i}`, REGISTERED);
  world.activate(OTHER);
  // The event of m8 serves m8 itself and two others; the tick serves the rest.
  const served = why(world.event('updraft.tool.adopted.v1', 'm8', { tool: 't' }));
  expect(served).toEqual(['m8: activation', 'm0: activation', 'm1: activation']);
  const rest = why(world.tick(T0));
  expect(rest).toEqual([2, 3, 4, 5, 6, 7].map((i) => `m${i}: activation`));
  expect(why(world.tick(T0))).toEqual([]);
});

test("a merchant's own sweep runs before its record, which then says what it changed itself", () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  world.activate(OTHER);
  const done = world.event('updraft.training.completed.v1', 'm1', { course: 'first-sale' });
  expect(why(done)).toEqual(['m1: activation', 'm1: verdict:trained']);
});

test('whoever looks first after an activation says everything: a timer before the sweep, too', () => {
  const world = small();
  for (const merchant of ['m1', 'm2', 'm3'])
    world.event('updraft.merchant.registered.v1', merchant, REGISTERED);
  sold(world, 'm3', 'a');
  world.tick(T0 + 22 * HOUR_MS);
  world.activate(OTHER);
  world.tick(T0 + 25 * HOUR_MS);
  const told = capabilitiesIn(world.outputs).filter(({ bundle }) => bundle === sha256(OTHER));
  expect(told.map(({ merchant }) => merchant).sort()).toEqual(['m1', 'm2', 'm3']);
});

test('a repeated activation is no activation, and is stepped with the live bundle after a restart', () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  sold(world, 'm1', 'a', false);
  world.activate(OTHER);
  world.tick(T0 + DAY_MS - 1);
  world.scoring.reopen();
  const { merchants, bundleSequence } = world.scoring.machine().gauges();
  const repeated = { sequence: 1, bundle: sha256(SMALL), approvedBy: ['ann', 'bo'] };
  expect(world.control('updraft.control.policy-activated.v1', repeated)).toEqual([]);
  expect(world.scoring.machine().gauges()).toMatchObject({ merchants, bundleSequence });
  expect(world.scoring.machine().liveBundle()).toBe(sha256(OTHER));
  expect(() => world.tick(T0 + DAY_MS)).not.toThrow();
});

test('when the day turns, a timer slides the windows without an event', () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  for (const id of ['a', 'b']) sold(world, 'm1', id);
  world.tick(T0 + 7 * DAY_MS - 1);
  expect(last(world, 'm1').tier).toBe('gold');
  const turned = world.tick(T0 + 7 * DAY_MS);
  expect(why(turned)).toEqual(['m1: verdict:tier verdict:late tier:ladder']);
  expect(last(world, 'm1')).toMatchObject({ tier: null, metrics: { orders: 0, on_time: null } });
});

test('what was sustained counts to the last day of the capacity window, and goes with a timer', () => {
  const world = small();
  for (let i = 0; i < 20; i++) sold(world, 'm1', `o${i}`);
  world.tick(T0 + 7 * DAY_MS);
  expect(last(world, 'm1')).toMatchObject({ headroomExact: 30, headroom: 16 });
  expect(why(world.tick(T0 + 8 * DAY_MS))).toEqual(['m1: grain:headroom']);
  expect(last(world, 'm1')).toMatchObject({ headroomExact: 5, headroom: 4 });
});

test('a dormant merchant has no timer', () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  for (const id of ['a', 'b']) sold(world, 'm1', id);
  expect(world.scoring.machine().gauges()['timers']).toBe(1);
  for (let day = 1; day <= 9; day++) world.tick(T0 + day * DAY_MS);
  expect(world.scoring.machine().gauges()['timers']).toBe(0);
});

test('an age has its timer where a condition looks at it', () => {
  const aged = { id: 'grown', metric: 'age', op: '>', value: 20 };
  const world = alone();
  world.activate(compiled(smallSource({ programmes: [welcome({ who: aged })] })).text);
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED, { atMs: T0 - HOUR_MS });
  world.tick(T0 + 21 * DAY_MS - HOUR_MS - 1);
  expect(last(world, 'm1').why).toEqual(['first']);
  expect(why(world.tick(T0 + 21 * DAY_MS - HOUR_MS))).toEqual(['m1: verdict:grown']);
});

test('open orders become overdue when their day is over, and close when shipped', () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  sold(world, 'm1', 'a', false);
  sold(world, 'm1', 'b', false);
  world.tick(T0 + 2 * DAY_MS - 1);
  const now = (): unknown => {
    world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants: `no` } });
    world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants: `yes` } });
    return last(world, 'm1').orders;
  };
  expect(now()).toEqual({ open: 2, overdue: 0 });
  world.tick(T0 + 2 * DAY_MS);
  expect(now()).toEqual({ open: 2, overdue: 2 });
  world.event('updraft.order.shipped.v1', 'm1', order('a', T0));
  expect(now()).toEqual({ open: 1, overdue: 1 });
});

test('an order that left before it was paid for does not hide another that falls overdue', () => {
  const revokeWhen = { id: 'behind', metric: 'overdue', op: '>', value: 0 };
  const world = alone();
  world.activate(compiled(smallSource({ programmes: [growth({ revokeWhen })] })).text);
  world.event('updraft.order.paid.v1', 'm1', order('a', T0), { atMs: T0 });
  const early = order('b', T0, { shipBy: formatInstant(T0 + 30 * DAY_MS) });
  world.event('updraft.order.shipped.v1', 'm1', early);
  for (let day = 1; day <= 20; day++) world.tick(T0 + day * DAY_MS);
  expect(last(world, 'm1').metrics['overdue']).toBe(1);
});

test('while the pipeline catches up a demotion is held, and the tick that clears it lets it fall', () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  for (const id of ['a', 'b']) sold(world, 'm1', id);
  world.tick(T0 + 8 * DAY_MS, true);
  expect(last(world, 'm1')).toMatchObject({ tier: 'gold', projectedTier: null, score: null });
  expect(world.scoring.machine().gauges()).toMatchObject({ held: 1, catchingUp: 1 });
  expect(why(world.tick(T0 + 8 * DAY_MS, true))).toEqual([]);
  expect(why(world.tick(T0 + 8 * DAY_MS + 1, false))).toEqual(['m1: verdict:tier tier:ladder']);
  expect(world.scoring.machine().gauges()).toMatchObject({ held: 0, catchingUp: 0 });
});

test('a held merchant whose events repair it is not demoted at all', () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  for (const id of ['a', 'b']) sold(world, 'm1', id);
  world.tick(T0 + 8 * DAY_MS, true);
  for (const id of ['c', 'd']) sold(world, 'm1', id);
  world.tick(T0 + 8 * DAY_MS + 1, false);
  expect(last(world, 'm1').tier).toBe('gold');
  expect(world.scoring.machine().gauges()['held']).toBe(0);
});

test('equal ticks run another share each, until nothing is due', () => {
  const world = small();
  for (let i = 0; i < 600; i++) for (const id of ['a', 'b']) sold(world, `m${i}`, id);
  const due = (): number => capabilitiesIn(world.tick(T0 + 30 * DAY_MS)).length;
  expect([due(), due(), due(), due()]).toEqual([250, 250, 100, 0]);
});

test('usage is forwarded in place, before what it changes, and repeats are forwarded too', () => {
  const world = small();
  const report = (exposures: number): string[] =>
    world
      .event('updraft.boost.delivered.v1', 'm1', { grantId: '0/1/0/0', exposures })
      .filter(({ log }) => log === 'capability')
      .map(({ text, position }) => `${(JSON.parse(text) as CloudEvent).type} ${position.join('/')}`);
  expect(report(40)).toEqual(['updraft.capability.usage.v1 0/2/0', 'updraft.capability.merchant.v1 0/2/1']);
  expect(report(30)).toEqual(['updraft.capability.usage.v1 0/3/0']);
});

test('exposures count what is new of a cumulative report, per grant', () => {
  const seen = [{ id: 'seen', names: { en: 'Seen' }, unit: 'count', sum: 'exposures', window: '7d' }];
  const source = smallSource();
  const world = alone();
  world.activate(compiled({ ...source, metrics: [...(source['metrics'] as object[]), ...seen] }).text);
  for (const [grantId, exposures] of [['g', 40], ['g', 30], ['h', 5], ['g', 45]] as const) {
    world.event('updraft.boost.delivered.v1', 'm1', { grantId, exposures });
  } // prettier-ignore
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  expect(last(world, 'm1').metrics['seen']).toBe(50);
});

test('an order is defective once, on the day it was placed', () => {
  const source = smallSource();
  const metric = { id: 'bad', names: { en: 'Bad' }, unit: 'count', sum: 'defectOrders', window: '2d' };
  const world = alone();
  world.activate(compiled({ ...source, metrics: [...(source['metrics'] as object[]), metric] }).text);
  const facts = order('o', T0);
  world.event('updraft.review.posted.v1', 'm1', { ...facts, stars: 1 });
  world.event('updraft.order.refunded.v1', 'm1', { ...facts, refundMinor: 1, forQuality: true });
  world.event('updraft.review.posted.v1', 'm1', { ...order('p', T0 - 2 * DAY_MS), stars: 1 });
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  expect(last(world, 'm1').metrics['bad']).toBe(1);
});

test('an order dated after the event about it makes no bucket of a day to come', () => {
  const world = small();
  const facts = order('o', T0, { orderedAt: '9999-01-01T00:00:00.000Z', shipBy: formatInstant(T0) });
  world.event('updraft.order.paid.v1', 'm1', facts);
  world.event('updraft.order.shipped.v1', 'm1', facts);
  for (let day = 1; day <= 9; day++) world.tick(T0 + day * DAY_MS);
  expect(world.scoring.machine().gauges()['timers']).toBe(0);
});

test('a step without the live bundle is a bug and not a silence', () => {
  const world = small();
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  world.scoring.reopen();
  const machine = world.scoring.machine();
  const record = { ...world.sent.at(-1)!, position: [0, 99] };
  const event = { ...record.event, id: 'new', type: 'updraft.tool.adopted.v1', data: { tool: 't' } };
  machine.addRows(
    new Map(machine.plan(record).map((key) => [key, world.scoring.store.rows.get(key)?.body ?? null])),
  );
  expect(() => machine.step({ ...record, event })).toThrow('was not added');
});
