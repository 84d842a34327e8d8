// The merchant events that the platform sends, as the domain sees them after validation at the door.
// Every event is self-contained: no fact needs a look-up of an earlier event (ARCHITECTURE, section 4).

/** ISO 8601 UTC with milliseconds, `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
export type Instant = string;

/** What every order, return and review event repeats about its order. Amounts in minor units of `currency`. */
export interface OrderFacts {
  readonly orderId: string;
  readonly orderedAt: Instant;
  readonly shipBy: Instant;
  readonly amountMinor: number;
  readonly currency: string;
  readonly category: string;
  /** Keyed pseudonym; the buyer's identity never enters the log. */
  readonly buyer: string;
}

export interface MerchantRegistered {
  readonly category: string;
  readonly country: string;
  readonly currency: string;
  /** Legal entity, where the platform knows it. */
  readonly entityId?: string;
}
export interface MerchantProfileChanged {
  readonly category?: string;
  readonly country?: string;
  readonly entityId?: string;
}
export interface MerchantClosed {
  readonly reason: string;
}
export interface OrderPaid extends OrderFacts {
  /** The platform will never say whether this order is dispatched: it does not count as open or overdue. */
  readonly dispatch?: 'untracked';
}
export type OrderShipped = OrderFacts;
export type OrderDelivered = OrderFacts;
export interface OrderCancelled extends OrderFacts {
  readonly by: 'buyer' | 'merchant' | 'platform';
  /** Whether the order had left before it was cancelled. */
  readonly wasShipped: boolean;
}
export interface OrderRefunded extends OrderFacts {
  readonly refundMinor: number;
  readonly forQuality: boolean;
}
export interface ReviewPosted extends OrderFacts {
  /** 1 to 5. */
  readonly stars: number;
}
export interface MessageAnswered {
  readonly threadId: string;
  readonly receivedAt: Instant;
  /** First message of its thread: only those count for reply rates. */
  readonly isFirst: boolean;
}
export interface CapacityDeclared {
  /** Orders that the merchant says it can serve a day. */
  readonly ordersPerDay: number;
}
export interface SurveyAnswered {
  readonly survey: string;
  /** Question id to answer id, for example `{ "wants_traffic": "not_now" }`. */
  readonly answers: { readonly [question: string]: string };
}
export interface InventoryReported {
  readonly units: number;
}
export interface ToolAdopted {
  readonly tool: string;
}
export interface ToolDropped {
  readonly tool: string;
}
export interface MerchantLinked {
  /** Legal entity whose quotas the merchant shares from now on. */
  readonly entityId: string;
}
export interface MerchantUnlinked {
  readonly entityId: string;
}
export interface ViolationRecorded {
  /** Class of the breach, for example `fake-trade`. */
  readonly violation: string;
}
export interface ViolationCleared {
  readonly violation: string;
}
export interface TrainingCompleted {
  readonly course: string;
}
export interface BoostDelivered {
  readonly grantId: string;
  /** Cumulative since the grant began; the largest value counts. */
  readonly exposures: number;
  /** What the exposures led to, cumulative as well. */
  readonly clicks?: number;
  readonly orders?: number;
}
export interface GrantUsed {
  readonly grantId: string;
  /** Units of the grant's account, cumulative since the grant began; the largest value counts. */
  readonly used: number;
}

/** CloudEvents `type` to the shape of `data`. The version is part of the type. */
export interface MerchantEvents {
  'updraft.merchant.registered.v1': MerchantRegistered;
  'updraft.merchant.profile-changed.v1': MerchantProfileChanged;
  'updraft.merchant.closed.v1': MerchantClosed;
  'updraft.merchant.linked.v1': MerchantLinked;
  'updraft.merchant.unlinked.v1': MerchantUnlinked;
  'updraft.order.paid.v1': OrderPaid;
  'updraft.order.shipped.v1': OrderShipped;
  'updraft.order.delivered.v1': OrderDelivered;
  'updraft.order.cancelled.v1': OrderCancelled;
  'updraft.order.refunded.v1': OrderRefunded;
  'updraft.review.posted.v1': ReviewPosted;
  'updraft.message.answered.v1': MessageAnswered;
  'updraft.capacity.declared.v1': CapacityDeclared;
  'updraft.survey.answered.v1': SurveyAnswered;
  'updraft.inventory.reported.v1': InventoryReported;
  'updraft.tool.adopted.v1': ToolAdopted;
  'updraft.tool.dropped.v1': ToolDropped;
  'updraft.violation.recorded.v1': ViolationRecorded;
  'updraft.violation.cleared.v1': ViolationCleared;
  'updraft.training.completed.v1': TrainingCompleted;
  'updraft.boost.delivered.v1': BoostDelivered;
  'updraft.grant.used.v1': GrantUsed;
}

export type MerchantEventType = keyof MerchantEvents;
