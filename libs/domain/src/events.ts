// The merchant events that the platform sends, as the domain sees them after validation at the door.
// Every event is self-contained: no fact needs a look-up of an earlier event (ARCHITECTURE, section 4).

/** ISO 8601 UTC with milliseconds, `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
export type Instant = string;

/** What every order, return, dispute and review event repeats about its order. Amounts in minor units of `currency`. */
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
export interface MerchantVerified {
  /** What was verified, for example `business-licence`. */
  readonly verification: string;
}
export interface MerchantProfileChanged {
  readonly category?: string;
  readonly country?: string;
  readonly entityId?: string;
}
export interface MerchantClosed {
  readonly reason: string;
}
export interface MerchantLinked {
  /** Legal entity whose quotas the merchant shares from now on. */
  readonly entityId: string;
}
export interface MerchantUnlinked {
  readonly entityId: string;
}
export interface CategoryAssigned {
  readonly category: string;
}
export type OrderPlaced = OrderFacts;
export interface OrderPaid extends OrderFacts {
  /** The platform will never say whether this order is dispatched: it does not count as open or overdue. */
  readonly dispatch?: 'untracked';
}
export interface OrderShipped extends OrderFacts {
  /** Whether the parcel has a tracking number that its carrier knows. */
  readonly tracking?: 'valid' | 'none';
}
export interface OrderDelivered extends OrderFacts {
  /** By when delivery was promised. */
  readonly deliverBy?: Instant;
}
export interface OrderCancelled extends OrderFacts {
  readonly by: 'buyer' | 'merchant' | 'platform';
  /** Whether the order had left before it was cancelled. */
  readonly wasShipped: boolean;
  readonly reason?: string;
}
export interface OrderRefunded extends OrderFacts {
  readonly refundMinor: number;
  readonly forQuality: boolean;
}
export interface ReturnOpened extends OrderFacts {
  readonly reason: 'quality' | 'other';
}
export interface ReturnClosed extends OrderFacts {
  readonly outcome: 'refunded' | 'rejected' | 'withdrawn';
}
export type DisputeOpened = OrderFacts;
export interface DisputeResolved extends OrderFacts {
  readonly by: 'merchant' | 'platform' | 'buyer';
  /** Whether the platform had to decide between the two. */
  readonly isArbitrated: boolean;
  readonly inFavourOf: 'merchant' | 'buyer';
}
/** Detailed ratings, each 1 to 5. */
export type DetailedScores = Readonly<{ description?: number; service?: number; logistics?: number }>;
export interface ReviewPosted extends OrderFacts {
  /** 1 to 5. */
  readonly stars: number;
  readonly scores?: DetailedScores;
}
export interface ReviewRemoved extends OrderFacts {
  /** What the review had given, 1 to 5. */
  readonly stars: number;
}
export interface MessageReceived {
  readonly threadId: string;
  readonly isFirst: boolean;
}
export interface MessageAnswered {
  readonly threadId: string;
  readonly receivedAt: Instant;
  /** First message of its thread: only those count for reply rates. */
  readonly isFirst: boolean;
}
export interface LiveStarted {
  readonly sessionId: string;
}
export interface LiveEnded {
  readonly sessionId: string;
  readonly startedAt: Instant;
  /** Entries into the room, those of one visitor each time. */
  readonly viewers: number;
  /** Different visitors. */
  readonly visitors: number;
  /** All viewers together. */
  readonly watchSeconds: number;
  readonly newFans: number;
  readonly gmvMinor?: number;
}
export interface ContentPublished {
  readonly contentId: string;
  readonly kind: 'video' | 'note' | 'image' | 'other';
}
export interface ContentExposed {
  readonly contentId: string;
  /** Cumulative since it was published; the largest value counts. */
  readonly exposures: number;
}
export interface FansChanged {
  /** In all, not the difference. */
  readonly fans: number;
  /** In all, on other platforms. */
  readonly fansOffSite?: number;
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
  /** Articles on sale. */
  readonly listings?: number;
}
export interface ToolAdopted {
  readonly tool: string;
}
export interface ToolUsed {
  readonly tool: string;
  /** Since the last report. */
  readonly times: number;
}
export interface ToolDropped {
  readonly tool: string;
}
export interface ServiceUsed {
  readonly service: string;
  /** Since the last report. */
  readonly times: number;
}
export interface ViolationRecorded {
  /** Class of the breach, for example `fake-trade`. */
  readonly violation: string;
  /** The platform's number of the case, where it has one. */
  readonly violationId?: string;
  readonly points?: number;
  readonly severity?: Severity;
  /** Whether the shop is taken out of search until the case is cleared. */
  readonly isSearchBlocked?: boolean;
}
export type Severity = 'minor' | 'general' | 'serious' | 'critical';
export interface ViolationCleared {
  readonly violation: string;
  /** The one case; all of the class where it is absent. */
  readonly violationId?: string;
}
export interface TrainingEnrolled {
  readonly course: string;
}
export interface TrainingCompleted {
  readonly course: string;
  /** Study points that the course earned. */
  readonly points?: number;
}
export interface TrainingFailed {
  readonly course: string;
}
export interface ExamPassed {
  readonly exam: string;
}
export interface CertificationGranted {
  readonly certification: string;
}
export interface CertificationExpired {
  readonly certification: string;
}
export interface DepositDue {
  readonly amountMinor: number;
  readonly dueBy: Instant;
}
export interface DepositPaid {
  readonly amountMinor: number;
}
export interface FeeCharged {
  readonly kind: 'commission' | 'content' | 'other';
  readonly amountMinor: number;
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
  'updraft.merchant.verified.v1': MerchantVerified;
  'updraft.merchant.profile-changed.v1': MerchantProfileChanged;
  'updraft.merchant.closed.v1': MerchantClosed;
  'updraft.merchant.linked.v1': MerchantLinked;
  'updraft.merchant.unlinked.v1': MerchantUnlinked;
  'updraft.category.assigned.v1': CategoryAssigned;
  'updraft.order.placed.v1': OrderPlaced;
  'updraft.order.paid.v1': OrderPaid;
  'updraft.order.shipped.v1': OrderShipped;
  'updraft.order.delivered.v1': OrderDelivered;
  'updraft.order.cancelled.v1': OrderCancelled;
  'updraft.order.refunded.v1': OrderRefunded;
  'updraft.return.opened.v1': ReturnOpened;
  'updraft.return.closed.v1': ReturnClosed;
  'updraft.dispute.opened.v1': DisputeOpened;
  'updraft.dispute.resolved.v1': DisputeResolved;
  'updraft.review.posted.v1': ReviewPosted;
  'updraft.review.removed.v1': ReviewRemoved;
  'updraft.message.received.v1': MessageReceived;
  'updraft.message.answered.v1': MessageAnswered;
  'updraft.live.started.v1': LiveStarted;
  'updraft.live.ended.v1': LiveEnded;
  'updraft.content.published.v1': ContentPublished;
  'updraft.content.exposed.v1': ContentExposed;
  'updraft.fans.changed.v1': FansChanged;
  'updraft.capacity.declared.v1': CapacityDeclared;
  'updraft.survey.answered.v1': SurveyAnswered;
  'updraft.inventory.reported.v1': InventoryReported;
  'updraft.tool.adopted.v1': ToolAdopted;
  'updraft.tool.used.v1': ToolUsed;
  'updraft.tool.dropped.v1': ToolDropped;
  'updraft.service.used.v1': ServiceUsed;
  'updraft.violation.recorded.v1': ViolationRecorded;
  'updraft.violation.cleared.v1': ViolationCleared;
  'updraft.training.enrolled.v1': TrainingEnrolled;
  'updraft.training.completed.v1': TrainingCompleted;
  'updraft.training.failed.v1': TrainingFailed;
  'updraft.exam.passed.v1': ExamPassed;
  'updraft.certification.granted.v1': CertificationGranted;
  'updraft.certification.expired.v1': CertificationExpired;
  'updraft.deposit.due.v1': DepositDue;
  'updraft.deposit.paid.v1': DepositPaid;
  'updraft.fee.charged.v1': FeeCharged;
  'updraft.boost.delivered.v1': BoostDelivered;
  'updraft.grant.used.v1': GrantUsed;
}

export type MerchantEventType = keyof MerchantEvents;
