import type { OrderFacts } from '../events.ts';
import type { MerchantCapability } from '../outputs.ts';
import type { Hash } from '../stage/stage.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS } from '../time.ts';
import { capabilitiesIn, decisionsIn, given, order, REGISTERED, T0, type World } from './given.ts';
import { compiled } from './small-bundle.ts';

// One merchant under a policy of a few lines, told in the trade's own words. What the policy leaves out is in a frame.

type Fields = Readonly<Record<string, unknown>>;

/** A whole bundle round a few of its parts; `probe` is a programme that nothing but a question of the test concerns. */
export function framed(parts: Fields): Record<string, unknown> {
  const probe = {
    id: 'probe',
    names: { en: 'Probe' },
    kind: 'tool',
    gives: { access: ['probe'] },
    who: { id: 'probe', survey: 'probe', is: 'asked' },
    duration: '1d',
    coolDown: '0d',
    limits: { openings: 1 },
  };
  return {
    bundle: 'primitive',
    names: { en: 'Primitive' },
    currency: 'CNY',
    metrics: [],
    accounts: [],
    capacity: {
      window: '7d',
      growth: '150%',
      probe: 5,
      stockCover: '2d',
      grain: { edges: [0, 1, 5, 25], hysteresis: '10%' },
    },
    ...Object.fromEntries(Object.entries(parts).map(([key, things]) => [key, withoutNotes(things)])),
    programmes: [...(withoutNotes(parts['programmes'] ?? []) as object[]), probe],
  };
}

/** Notes explain and decide nothing: whoever reads a pack leaves them out as well. */
function withoutNotes(things: unknown): unknown {
  if (!Array.isArray(things)) return things;
  return (things as Fields[]).map(({ illustrative: _illustrative, source: _source, ...thing }) => thing);
}

export interface Shop {
  readonly world: World;
  readonly merchant: string;
  /** To the next local midnight, so many times. */
  days(count: number): Shop;
  /** The next record, at the same time: what was asked of the treasury has come by then. */
  funded(): Shop;
  /** Paid orders, each of another buyer. */
  paid(count: number, changes?: Partial<OrderFacts>): Shop;
  /** Of orders that are not told otherwise. */
  shipped(count: number, late?: number, tracking?: 'valid' | 'none'): Shop;
  delivered(count: number, late?: number): Shop;
  /** Cancelled by the merchant, by so many buyers. */
  cancelled(count: number, buyers?: number): Shop;
  disputed(count: number, isArbitrated?: boolean): Shop;
  /** So many reviews of so many stars; detailed ratings besides. */
  reviewed(
    count: number,
    stars: number,
    scores?: { description: number; service: number; logistics: number },
  ): Shop;
  /** First messages, so many of them answered within an hour, the others never. */
  messages(count: number, inTime: number): Shop;
  trained(course: string): Shop;
  certified(certification: string): Shop;
  breached(
    violation: string,
    more?: { points?: number; severity?: 'minor' | 'general' | 'serious' | 'critical' },
  ): Shop;
  /** What scoring knows now. */
  now(): MerchantCapability;
  /** The published tier of a ladder, with `+warned`; `none`. */
  tier(ladder: string): string;
  /** Outcomes of a programme with their reasons, in order: `issue`, `withhold star`, since the last time. */
  decided(programme: string): string[];
}

/** A merchant registered so many days before it is looked at first. */
export function shopUnder(
  hash: Hash,
  parts: Fields,
  place: Partial<typeof REGISTERED> = {},
  nowMs = T0,
): Shop {
  const world = given(hash, { nowMs });
  world.activate(compiled(framed(parts)).text);
  world.event('updraft.merchant.registered.v1', 'm1', { ...REGISTERED, ...place });
  return shopIn(world, 'm1');
}

export function shopIn(world: World, merchant: string): Shop {
  let [number, heard] = [0, 0];
  const times = (count: number, tell: (place: number) => void): Shop => {
    for (let place = 0; place < count; place++) tell(place);
    return shop;
  };
  const next = (changes: Partial<OrderFacts> = {}): OrderFacts => {
    number += 1;
    return order(`${merchant}/o${number}`, world.nowMs, { buyer: `${merchant}/b${number}`, ...changes });
  };
  /** Whose time to ship was over an hour ago. */
  const overdue = (): OrderFacts => next({ shipBy: formatInstant(world.nowMs - HOUR_MS) });
  const shop: Shop = {
    world,
    merchant,
    days: (count) => times(count, () => world.tick(world.nowMs - ((world.nowMs - T0) % DAY_MS) + DAY_MS)),
    funded: () => times(1, () => world.tick(world.nowMs)),
    paid: (count, changes) =>
      times(count, () => world.event('updraft.order.paid.v1', merchant, next(changes))),
    shipped: (count, late = 0, tracking = 'valid') =>
      times(count, (place) => {
        const facts = place < late ? overdue() : next();
        world.event('updraft.order.shipped.v1', merchant, { ...facts, tracking });
      }),
    delivered: (count, late = 0) =>
      times(count, (place) => {
        const deliverBy = formatInstant(world.nowMs + (place < late ? -MINUTE_MS : MINUTE_MS));
        world.event('updraft.order.delivered.v1', merchant, { ...next(), deliverBy });
      }),
    cancelled: (count, buyers = count) =>
      times(count, (place) => {
        const facts = next({ buyer: `${merchant}/angry${place % buyers}` });
        world.event('updraft.order.cancelled.v1', merchant, { ...facts, by: 'merchant', wasShipped: false });
      }),
    disputed: (count, isArbitrated = false) =>
      times(count, () => {
        const facts = next();
        world.event('updraft.dispute.opened.v1', merchant, facts);
        if (!isArbitrated) return;
        const ruling = { ...facts, by: 'platform', isArbitrated, inFavourOf: 'buyer' } as const;
        world.event('updraft.dispute.resolved.v1', merchant, ruling);
      }),
    reviewed: (count, stars, scores) =>
      times(count, () => {
        const rated = scores === undefined ? {} : { scores };
        world.event('updraft.review.posted.v1', merchant, { ...next(), stars, ...rated });
      }),
    messages: (count, inTime) =>
      times(count, (place) => {
        const message = { threadId: `t${place}`, isFirst: true };
        world.event('updraft.message.received.v1', merchant, message);
        if (place >= inTime) return;
        const receivedAt = formatInstant(world.nowMs - HOUR_MS);
        world.event('updraft.message.answered.v1', merchant, { ...message, receivedAt });
      }),
    trained: (course) => times(1, () => world.event('updraft.training.completed.v1', merchant, { course })),
    certified: (certification) =>
      times(1, () => world.event('updraft.certification.granted.v1', merchant, { certification })),
    breached: (violation, more = {}) =>
      times(1, () => world.event('updraft.violation.recorded.v1', merchant, { violation, ...more })),
    now() {
      number += 1;
      const answers = { probe: `look ${number % 2}` };
      // An answer that was not given before makes a verdict that was not said before, and back again.
      world.event('updraft.survey.answered.v1', merchant, { survey: 's', answers: { probe: 'asked' } });
      world.event('updraft.survey.answered.v1', merchant, { survey: 's', answers });
      return capabilitiesIn(world.outputs).findLast((each) => each.merchant === merchant)!;
    },
    tier(ladder) {
      const { tier, isWarned } = shop.now().ladders[ladder]!;
      return tier === null ? 'none' : `${tier}${isWarned ? '+warned' : ''}`;
    },
    decided(programme) {
      const since = decisionsIn(world.outputs).slice(heard);
      heard += since.length;
      return since
        .filter((each) => each.merchant === merchant && each.programme === programme)
        .map(({ outcome, reasons }) =>
          [outcome, ...reasons.filter((reason) => !reason.startsWith('grant:'))].join(' '),
        );
    },
  };
  return shop;
}

/** What the census would have said, put into what scoring keeps: cuts by place of the statistic's shares. */
export function sayOfGroups(
  { scoring }: World,
  statistics: Readonly<
    Record<string, Readonly<Record<string, { merchants: number; mean: number; cuts: number[] }>>>
  >,
): void {
  scoring.freeze();
  const root = JSON.parse(scoring.store.root!) as object;
  scoring.store.root = JSON.stringify({ ...root, statistics });
  scoring.restart({ ...scoring.store, rows: new Map(scoring.store.rows) });
}
