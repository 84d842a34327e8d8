import type { MerchantEvents, MerchantEventType } from '#domain/events';
import type { CloudEvent } from '#domain/stage/stage';
import {
  MerchantClosedPayload,
  MerchantLinkedPayload,
  MerchantProfileChangedPayload,
  MerchantRegisteredPayload,
  MerchantUnlinkedPayload,
  ViolationClearedPayload,
  ViolationRecordedPayload,
} from './events/merchant.payload.ts';
import {
  OrderCancelledPayload,
  OrderDeliveredPayload,
  OrderPaidPayload,
  OrderRefundedPayload,
  OrderShippedPayload,
  ReviewPostedPayload,
} from './events/order.payload.ts';
import {
  BoostDeliveredPayload,
  CapacityDeclaredPayload,
  GrantUsedPayload,
  InventoryReportedPayload,
  MessageAnsweredPayload,
  SurveyAnsweredPayload,
  ToolAdoptedPayload,
  ToolDroppedPayload,
  TrainingCompletedPayload,
} from './events/practice.payload.ts';

// Every event a producer may send: its payload class, an example and what it says. The schemas, the validation at
// the door and the documentation are all made from this list.

export interface CatalogueEntry<Payload> {
  readonly payload: new () => Payload;
  readonly example: Payload;
  /** One sentence. */
  readonly description: string;
}

const ORDER = {
  orderId: 'order-20261111-000042',
  orderedAt: '2026-11-11T00:00:07.000Z',
  shipBy: '2026-11-13T00:00:07.000Z',
  amountMinor: 12_900,
  currency: 'CNY',
  category: 'home.kitchen',
  buyer: 'buyer-7f3a',
};

export const CATALOGUE: { readonly [Type in MerchantEventType]: CatalogueEntry<MerchantEvents[Type]> } = {
  'updraft.merchant.registered.v1': {
    payload: MerchantRegisteredPayload,
    example: { category: 'home.kitchen', country: 'CN', currency: 'CNY', entityId: 'entity-91' },
    description: 'A merchant was admitted to the marketplace; it settles in one currency.',
  },
  'updraft.merchant.profile-changed.v1': {
    payload: MerchantProfileChangedPayload,
    example: { category: 'home.garden' },
    description:
      'Some of what a merchant declared about itself is different from now on; what is absent stays.',
  },
  'updraft.merchant.closed.v1': {
    payload: MerchantClosedPayload,
    example: { reason: 'contract ended' },
    description: 'A merchant left the marketplace; its grants end.',
  },
  'updraft.merchant.linked.v1': {
    payload: MerchantLinkedPayload,
    example: { entityId: 'entity-91' },
    description: 'A merchant belongs to this legal entity from now on and shares its quotas.',
  },
  'updraft.merchant.unlinked.v1': {
    payload: MerchantUnlinkedPayload,
    example: { entityId: 'entity-91' },
    description: 'A merchant belongs to this legal entity no longer.',
  },
  'updraft.order.paid.v1': {
    payload: OrderPaidPayload,
    example: ORDER,
    description: 'A buyer paid an order, which the merchant must now ship by the given time.',
  },
  'updraft.order.shipped.v1': {
    payload: OrderShippedPayload,
    example: ORDER,
    description: 'The merchant handed an order over to the carrier.',
  },
  'updraft.order.delivered.v1': {
    payload: OrderDeliveredPayload,
    example: ORDER,
    description: 'An order reached its buyer.',
  },
  'updraft.order.cancelled.v1': {
    payload: OrderCancelledPayload,
    example: { ...ORDER, by: 'merchant', wasShipped: false },
    description: 'A paid order was called off, and by whom.',
  },
  'updraft.order.refunded.v1': {
    payload: OrderRefundedPayload,
    example: { ...ORDER, refundMinor: 12_900, forQuality: true },
    description: 'Money of an order went back to its buyer, wholly or in part.',
  },
  'updraft.review.posted.v1': {
    payload: ReviewPostedPayload,
    example: { ...ORDER, stars: 5 },
    description: 'A buyer rated an order with one to five stars.',
  },
  'updraft.message.answered.v1': {
    payload: MessageAnsweredPayload,
    example: { threadId: 'thread-311', receivedAt: '2026-11-11T09:30:00.000Z', isFirst: true },
    description: 'The merchant answered a message of a buyer; the time of the event is when it answered.',
  },
  'updraft.capacity.declared.v1': {
    payload: CapacityDeclaredPayload,
    example: { ordersPerDay: 120 },
    description: 'The merchant said how many orders a day it can serve.',
  },
  'updraft.survey.answered.v1': {
    payload: SurveyAnsweredPayload,
    example: { survey: 'onboarding-2026', answers: { wants_traffic: 'not_now', team_size: '2' } },
    description: 'The merchant answered a survey; questions and answers are named by id.',
  },
  'updraft.inventory.reported.v1': {
    payload: InventoryReportedPayload,
    example: { units: 4_800 },
    description: 'The merchant has this many sellable units in stock.',
  },
  'updraft.tool.adopted.v1': {
    payload: ToolAdoptedPayload,
    example: { tool: 'auto-reply' },
    description: 'The merchant began to use a tool.',
  },
  'updraft.tool.dropped.v1': {
    payload: ToolDroppedPayload,
    example: { tool: 'auto-reply' },
    description: 'The merchant uses a tool no longer.',
  },
  'updraft.violation.recorded.v1': {
    payload: ViolationRecordedPayload,
    example: { violation: 'fake-trade' },
    description: 'The marketplace found that the merchant broke a rule of this class.',
  },
  'updraft.violation.cleared.v1': {
    payload: ViolationClearedPayload,
    example: { violation: 'fake-trade' },
    description: 'What stood against the merchant in this class stands no longer.',
  },
  'updraft.training.completed.v1': {
    payload: TrainingCompletedPayload,
    example: { course: 'dispatch-on-time' },
    description: 'The merchant finished a course.',
  },
  'updraft.boost.delivered.v1': {
    payload: BoostDeliveredPayload,
    example: { grantId: 'g:3/18842/0/1', exposures: 25_000, clicks: 640, orders: 31 },
    description: 'A traffic grant has been shown this often since it began, and this is what came of it.',
  },
  'updraft.grant.used.v1': {
    payload: GrantUsedPayload,
    example: { grantId: 'g:3/18842/0/1', used: 48_000 },
    description: 'So many units of a grant have been used since it began.',
  },
};

/** A whole CloudEvent of the type, as a producer would send it. */
export function exampleOf(type: MerchantEventType): CloudEvent {
  return {
    specversion: '1.0',
    id: `example-${type}`,
    source: '/marketplace/example',
    type,
    subject: 'merchant-42',
    time: '2026-11-11T10:00:00.000Z',
    datacontenttype: 'application/json',
    data: { ...CATALOGUE[type].example },
  };
}
