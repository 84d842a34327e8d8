import type { MerchantEvents, MerchantEventType } from '../events.ts';
import { formatInstant, HOUR_MS } from '../time.ts';
import { order, REGISTERED, type World } from './given.ts';

// The events that a history tells of less often, so that there is none of which random histories never tell.

type Choose = (sides: number) => number;
type Event = { readonly [T in MerchantEventType]: readonly [T, MerchantEvents[T]] }[MerchantEventType];

/** An order that a history told of. */
export interface ToldOrder {
  readonly merchant: string;
  readonly id: string;
  readonly orderedAtMs: number;
}

/** One event of any type but those of which a history tells anyway, about one of its orders or merchants. */
export function tellMore(
  world: World,
  orders: readonly ToldOrder[],
  merchants: readonly string[],
  choose: Choose,
): void {
  const known = orders.at(-1 - choose(6));
  const merchant = known?.merchant ?? merchants[choose(merchants.length)]!;
  const facts = order(known?.id ?? 'o', known?.orderedAtMs ?? world.nowMs);
  const kinds = [...aboutOrders(facts, choose, world), ...aboutMerchants(choose, world)];
  const [type, data] = kinds[choose(kinds.length)]!;
  world.event(type, merchant, data);
}

function aboutOrders(
  facts: MerchantEvents['updraft.order.placed.v1'],
  choose: Choose,
  world: World,
): Event[] {
  const deliverBy = formatInstant(world.nowMs + (choose(3) - 1) * HOUR_MS);
  const stars = 1 + choose(5);
  const scores = { description: 1 + choose(5), service: 1 + choose(5), logistics: 1 + choose(5) };
  const by = (['merchant', 'platform', 'buyer'] as const)[choose(3)]!;
  const isArbitrated = by === 'platform';
  const inFavourOf = choose(2) === 0 ? 'merchant' : 'buyer';
  return [
    ['updraft.order.placed.v1', facts],
    ['updraft.order.delivered.v1', { ...facts, deliverBy }],
    ['updraft.order.refunded.v1', { ...facts, refundMinor: 1 + choose(90), forQuality: choose(2) === 0 }],
    ['updraft.return.opened.v1', { ...facts, reason: 'quality' }],
    ['updraft.return.closed.v1', { ...facts, outcome: 'refunded' }],
    ['updraft.dispute.opened.v1', facts],
    ['updraft.dispute.resolved.v1', { ...facts, by, isArbitrated, inFavourOf }],
    ['updraft.review.posted.v1', { ...facts, stars, scores }],
    ['updraft.review.removed.v1', { ...facts, stars }],
  ];
}

function aboutMerchants(choose: Choose, world: World): Event[] {
  const startedAt = formatInstant(world.nowMs - choose(9) * HOUR_MS);
  const watched = {
    viewers: choose(90),
    visitors: choose(40),
    watchSeconds: choose(9_000),
    newFans: choose(5),
  };
  const dueBy = formatInstant(world.nowMs + choose(5) * 24 * HOUR_MS);
  const severity = (['minor', 'general', 'serious', 'critical'] as const)[choose(4)]!;
  return [
    ['updraft.merchant.verified.v1', { verification: 'k1' }],
    ['updraft.merchant.profile-changed.v1', { country: ['CN', 'BR'][choose(2)]! }],
    ['updraft.merchant.registered.v1', { ...REGISTERED, category: ['toys', 'food'][choose(2)]! }],
    ['updraft.category.assigned.v1', { category: ['toys', 'food'][choose(2)]! }],
    ['updraft.message.received.v1', { threadId: 't', isFirst: choose(2) === 0 }],
    ['updraft.live.started.v1', { sessionId: 's' }],
    ['updraft.live.ended.v1', { sessionId: 's', startedAt, ...watched, gmvMinor: choose(900) }],
    ['updraft.content.published.v1', { contentId: 'c1', kind: (['video', 'note'] as const)[choose(2)]! }],
    ['updraft.content.exposed.v1', { contentId: 'c1', exposures: choose(900) }],
    ['updraft.fans.changed.v1', { fans: choose(9), fansOffSite: choose(9) }],
    ['updraft.inventory.reported.v1', { units: choose(30), listings: choose(9) }],
    ['updraft.tool.used.v1', { tool: 't1', times: 1 + choose(3) }],
    ['updraft.service.used.v1', { service: 'operator', times: 1 + choose(3) }],
    ['updraft.training.enrolled.v1', { course: 'c1' }],
    ['updraft.training.completed.v1', { course: 'c1', points: choose(4) }],
    ['updraft.training.failed.v1', { course: 'c1' }],
    ['updraft.exam.passed.v1', { exam: 'x1' }],
    ['updraft.certification.granted.v1', { certification: 'k1' }],
    ['updraft.certification.expired.v1', { certification: 'k1' }],
    [
      'updraft.violation.recorded.v1',
      { violation: 'spam', points: choose(9), severity, isSearchBlocked: choose(2) === 0 },
    ],
    ['updraft.violation.cleared.v1', { violation: 'spam' }],
    ['updraft.deposit.due.v1', { amountMinor: choose(9), dueBy }],
    ['updraft.deposit.paid.v1', { amountMinor: choose(9) }],
    [
      'updraft.fee.charged.v1',
      { kind: (['commission', 'content', 'other'] as const)[choose(3)]!, amountMinor: choose(9) },
    ],
  ];
}
