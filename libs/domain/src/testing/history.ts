import type { MerchantEvents, MerchantEventType } from '../events.ts';
import { byCodeUnit } from '../canonical.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS, parseInstant } from '../time.ts';
import { decisionsIn, order, REGISTERED, type World } from './given.ts';
import { tellMore, type ToldOrder } from './history-events.ts';
import { chooser } from './random-policy.ts';

// Random histories from plain numbers: each number of `dice` becomes one step of a history, so that a property test
// shrinks a failing history by leaving numbers out, and a golden digest needs nothing but a small generator.
// Steps are symbolic ("the second grant of m1"): the same history can be played under another policy.

const MERCHANTS = ['m1', 'm1', 'm1', 'm2', 'm2', 'm2-a', 'n0'];
const ORDERS_REMEMBERED = 6;

/** What a history remembers from step to step. */
export interface Teller {
  readonly orders: ToldOrder[];
  readonly policies: readonly string[];
  /** Equal ticks after each step: how many shares of due work are run before anything else happens. */
  readonly ticksAgain: number;
  /** The treasury always answers at once. */
  readonly isTreasurySteady: boolean;
  stops: number;
  told: number;
  isCatchingUp: boolean;
}

export function teller(policies: readonly string[], ticksAgain = 0, isTreasurySteady = false): Teller {
  return { orders: [], policies, ticksAgain, isTreasurySteady, stops: 0, told: 0, isCatchingUp: false };
}

/** Two merchants that may be given something, so that a short history reaches more than refusals. */
export function begin(world: World): void {
  for (const merchant of ['m1', 'm2']) {
    world.event('updraft.merchant.registered.v1', merchant, REGISTERED);
    world.event('updraft.training.completed.v1', merchant, { course: 'first-sale' });
    for (let i = 0; i < 3; i++) {
      const facts = order(`${merchant}/${i}`, world.nowMs);
      world.event('updraft.order.paid.v1', merchant, facts);
      world.event('updraft.order.shipped.v1', merchant, facts);
    }
  }
}

/** How many kinds of steps a story has, and which of them activates. */
const KINDS = 36;
const ACTIVATION = 5;

export function activates(dice: number): boolean {
  return dice % KINDS === ACTIVATION;
}

export function tell(world: World, story: Teller, dice: number): void {
  const choose = chooser(dice);
  const kind = choose(KINDS);
  story.told += 1;
  if (kind < 5) tick(world, story, choose);
  else if (kind === ACTIVATION) activation(world, story, choose);
  else if (kind === 6) strangeness(world, choose);
  else if (kind < 10) usage(world, choose);
  else if (kind < 19) orders(world, story, choose);
  else if (kind < 25) profile(world, choose);
  else if (kind < 28) standing(world, choose);
  else if (kind === 28) emergency(world, story, choose);
  else if (kind > 29) tellMore(world, story.orders, MERCHANTS, choose);
  else if (!story.isTreasurySteady) world.treasury.isAway = choose(3) === 0;
  for (let i = 0; i < story.ticksAgain; i++) world.tick(world.nowMs, story.isCatchingUp);
}

function activation(world: World, { policies }: Teller, choose: (sides: number) => number): void {
  if (choose(2) === 0) world.activate(policies[choose(policies.length)]!);
}

function tick(world: World, story: Teller, choose: (sides: number) => number): void {
  const steps = [0, 5 * MINUTE_MS, HOUR_MS, 7 * HOUR_MS, 13 * HOUR_MS, DAY_MS, 2 * DAY_MS, -HOUR_MS];
  const atMs = world.nowMs + steps[choose(steps.length)]!;
  story.isCatchingUp = choose(5) === 0;
  world.tick(atMs, story.isCatchingUp);
}

/** A repeat, a conflict, a late one, an early one, one in quarantine, and settings. */
function strangeness(world: World, choose: (sides: number) => number): void {
  const earlier = world.sent.filter(({ key }) => key !== null);
  const repeated = earlier.at(-1 - choose(8));
  const merchant = MERCHANTS[choose(MERCHANTS.length)]!;
  const tool = { tool: `t${choose(3)}` };
  switch (choose(7)) {
    case 0:
      if (repeated === undefined) return;
      world.event(
        repeated.event.type as MerchantEventType,
        repeated.key!,
        repeated.event.data as unknown as MerchantEvents['updraft.tool.adopted.v1'],
        { id: repeated.event.id, atMs: parseInstant(repeated.event.time) },
      );
      return;
    case 1:
      world.event('updraft.tool.adopted.v1', merchant, tool, { id: repeated?.event.id ?? 'e0' });
      return;
    case 2:
      world.event('updraft.tool.adopted.v1', merchant, tool, { atMs: world.nowMs - 8 * DAY_MS });
      return;
    case 3:
      world.event('updraft.tool.adopted.v1', merchant, tool, { atMs: world.nowMs + HOUR_MS });
      return;
    case 4:
      world.event('updraft.tool.adopted.v1', merchant, tool, { quarantined: 'two people said so' });
      return;
    case 5:
      world.event('updraft.merchant.closed.v1', merchant, { reason: 'left' });
      return;
    default:
      world.control('updraft.control.settings.v1', {
        sequence: world.sent.length,
        latenessMs: (1 + choose(7)) * DAY_MS,
      });
  }
}

function usage(world: World, choose: (sides: number) => number): void {
  // What is issued at one instant comes in the order of what caused it, which is not part of the story.
  const issued = decisionsIn(world.outputs)
    .filter(({ outcome }) => outcome === 'issue')
    .map((decision) => ({
      decision,
      at: `${decision.grant!.validFrom} ${decision.merchant} ${decision.programme}`,
    }))
    .sort((one, other) => byCodeUnit(one.at, other.at));
  const decision = issued.at(-1 - choose(6))?.decision;
  const used = [10, 40, 90, 150, 260][choose(5)]!;
  const merchant = decision?.merchant ?? MERCHANTS[choose(MERCHANTS.length)]!;
  const grantId = decision?.grant?.grantId ?? 'none';
  if (choose(4) === 0) world.event('updraft.grant.used.v1', merchant, { grantId, used });
  else {
    const clicks = Math.floor(used / (4 + choose(20)));
    world.event('updraft.boost.delivered.v1', merchant, { grantId, exposures: used, clicks });
  }
}

/** What a merchant is rather than what it does: its entity, its violations, its tools. */
function standing(world: World, choose: (sides: number) => number): void {
  const kind = choose(6);
  const merchant = MERCHANTS[choose(MERCHANTS.length)]!;
  const entityId = `entity-${choose(2)}`;
  const violation = 'fake-trade';
  const tool = { tool: `t${choose(3)}` };
  if (kind === 0) world.event('updraft.merchant.linked.v1', merchant, { entityId });
  else if (kind === 1) world.event('updraft.merchant.unlinked.v1', merchant, { entityId });
  else if (kind === 2) world.event('updraft.violation.recorded.v1', merchant, { violation });
  else if (kind === 3) world.event('updraft.violation.cleared.v1', merchant, { violation });
  else if (kind === 4) world.event('updraft.tool.adopted.v1', merchant, tool);
  else world.event('updraft.tool.dropped.v1', merchant, tool);
}

const SCOPES = ['all', 'programme:welcome', 'account:growth', 'account:platform'];

/** One scope is stopped, or all of them are resumed, so that a history is not stopped for good. */
function emergency(world: World, story: Teller, choose: (sides: number) => number): void {
  const isStopped = choose(3) === 0;
  const by = isStopped ? ['ann'] : ['ann', 'bo'];
  for (const scope of isStopped ? [SCOPES[choose(SCOPES.length)]!] : SCOPES) {
    const stop = { sequence: ++story.stops, scope, isStopped, by, reason: 'told' };
    world.control('updraft.control.stop.v1', stop);
  }
}

function orders(world: World, story: Teller, choose: (sides: number) => number): void {
  const kind = choose(8);
  const atMs = world.nowMs - choose(3) * HOUR_MS;
  const known = story.orders.at(-1 - choose(ORDERS_REMEMBERED));
  if (kind < 3 || known === undefined) {
    const merchant = MERCHANTS[choose(MERCHANTS.length)]!;
    const orderedAtMs = atMs - choose(2) * HOUR_MS;
    const one = { merchant, id: `o${story.told}`, orderedAtMs };
    story.orders.push(one);
    world.event('updraft.order.paid.v1', merchant, order(one.id, orderedAtMs), { atMs });
    return;
  }
  const { merchant } = known;
  const facts = order(known.id, known.orderedAtMs);
  if (kind < 6) world.event('updraft.order.shipped.v1', merchant, facts, { atMs });
  else if (kind === 6) {
    const by = (['buyer', 'merchant', 'platform'] as const)[choose(3)]!;
    world.event(
      'updraft.order.cancelled.v1',
      merchant,
      { ...facts, by, wasShipped: choose(2) === 0 },
      { atMs },
    );
  } else world.event('updraft.review.posted.v1', merchant, { ...facts, stars: 1 + choose(5) }, { atMs });
}

function profile(world: World, choose: (sides: number) => number): void {
  const kind = choose(9);
  const merchant = MERCHANTS[choose(MERCHANTS.length)]!;
  if (kind < 2) world.event('updraft.merchant.registered.v1', merchant, REGISTERED);
  else if (kind < 5) world.event('updraft.training.completed.v1', merchant, { course: 'first-sale' });
  else if (kind === 5) {
    const answers = { wants: choose(3) === 0 ? 'no' : 'yes' };
    world.event('updraft.survey.answered.v1', merchant, { survey: 's', answers });
  } else if (kind === 6) world.event('updraft.capacity.declared.v1', merchant, { ordersPerDay: choose(9) });
  else if (kind === 7) world.event('updraft.inventory.reported.v1', merchant, { units: choose(30) });
  else {
    const receivedAt = formatInstant(world.nowMs - choose(20) * HOUR_MS);
    world.event('updraft.message.answered.v1', merchant, { threadId: 't', receivedAt, isFirst: true });
  }
}
