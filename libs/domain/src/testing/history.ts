import type { MerchantEvents, MerchantEventType } from '../events.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS, parseInstant } from '../time.ts';
import { decisionsIn, order, REGISTERED, type World } from './given.ts';
import { account, compiled, growth, smallSource, welcome } from './small-bundle.ts';

// Random histories from plain numbers: each number of `dice` becomes one step of a history, so that a property test
// shrinks a failing history by leaving numbers out, and a golden digest needs nothing but a small generator.
// Steps are symbolic ("the second grant of m1"): the same history can be played under another policy.

const MERCHANTS = ['m1', 'm1', 'm1', 'm2', 'm2', 'm2-a', 'n0'];
const ORDERS_REMEMBERED = 6;
/** From dry to ample. */
const BUDGETS = [0, 110, 220, 1_000, 50_000];

/** What a history remembers from step to step. */
export interface Teller {
  readonly orders: { readonly merchant: string; readonly id: string; readonly orderedAtMs: number }[];
  readonly policies: readonly string[];
  /** Equal ticks after each tick: how many shares of due work are run before anything else happens. */
  readonly ticksAgain: number;
  told: number;
}

export function teller(policies: readonly string[], ticksAgain = 0): Teller {
  return { orders: [], policies, ticksAgain, told: 0 };
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

/** Splits one number into independent choices. */
function chooser(dice: number): (sides: number) => number {
  let left = dice;
  return (sides) => {
    const side = left % sides;
    left = Math.floor(left / sides);
    return side;
  };
}

export function tell(world: World, story: Teller, dice: number): void {
  const choose = chooser(dice);
  const kind = choose(24);
  story.told += 1;
  if (kind < 5) tick(world, story, choose);
  else if (kind === 5) activation(world, story, choose);
  else if (kind === 6) strangeness(world, choose);
  else if (kind < 9) usage(world, choose);
  else if (kind < 18) orders(world, story, choose);
  else profile(world, choose);
}

function activation(world: World, { policies, ticksAgain }: Teller, choose: (sides: number) => number): void {
  if (choose(2) === 0) world.activate(policies[choose(policies.length)]!);
  for (let i = 0; i < ticksAgain; i++) world.tick(world.nowMs);
}

function tick(world: World, { ticksAgain }: Teller, choose: (sides: number) => number): void {
  const steps = [0, 5 * MINUTE_MS, HOUR_MS, 7 * HOUR_MS, 13 * HOUR_MS, DAY_MS, 2 * DAY_MS, -HOUR_MS];
  const atMs = world.nowMs + steps[choose(steps.length)]!;
  const catchingUp = choose(5) === 0;
  for (let i = 0; i <= ticksAgain; i++) world.tick(atMs, catchingUp);
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
  const issued = decisionsIn(world.outputs).filter(({ outcome }) => outcome === 'issue');
  const decision = issued.at(-1 - choose(4));
  const exposures = [10, 40, 90, 150, 260][choose(5)]!;
  const merchant = decision?.merchant ?? MERCHANTS[choose(MERCHANTS.length)]!;
  const grantId = decision?.grant?.grantId ?? 'none';
  world.event('updraft.boost.delivered.v1', merchant, { grantId, exposures });
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

/** A policy from one number: budgets from dry to ample, other lines, a programme more or fewer. */
export function policyText(dice: number, totals: readonly number[] = BUDGETS, shortest = '0d'): string {
  const choose = chooser(dice);

  const trained = { id: 'trained', training: 'first-sale' };
  const whos = [
    { all: [trained] },
    { any: [{ all: [trained] }, { id: 'grown', metric: 'age', op: '>=', value: 2 }] },
    { all: [trained, { not: { id: 'closed', flag: 'closed', is: true } }] },
    { all: [trained, { id: 'few', metric: 'orders', op: '<', value: 3 }] },
  ];
  const programmes = [
    welcome({
      who: whos[choose(whos.length)],
      coolDown: ['0d', '2d'][choose(2)]!,
      settle: [shortest, '1d'][choose(2)]!,
      limits: { openings: 1 + choose(3), perMerchant: 250 },
    }),
    growth({
      revokeWhen: { id: 'late', metric: 'on_time', op: '<', value: ['30%', '90%'][choose(2)]! },
      limits: { openings: 5, perMerchant: 1_000, shrinkBelow: ['0%', '60%', '100%'][choose(3)]! },
    }),
  ];
  const source = smallSource({
    accounts: [
      account('welcome', totals[choose(totals.length)]!),
      account('growth', totals[choose(totals.length)]!),
    ],
    programmes: programmes.slice(choose(5) === 0 ? 1 : 0),
  });
  const ladder = source['ladder'] as object;
  return compiled({ ...source, ladder: { ...ladder, dwell: [shortest, '12h', '2d'][choose(3)]! } }).text;
}
