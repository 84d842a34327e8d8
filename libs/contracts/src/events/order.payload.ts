import type {
  OrderCancelled,
  OrderDelivered,
  OrderFacts,
  OrderPaid,
  OrderRefunded,
  OrderShipped,
  ReviewPosted,
} from '#domain/events';
import {
  Amount,
  Currency,
  Flag,
  Id,
  InstantText,
  Integer,
  MayBeAbsent,
  OneOf,
  Text,
} from './payload-rules.ts';

/** What every event about an order repeats, so that no fact needs a look-up of an earlier event. */
class OrderFactsPayload implements OrderFacts {
  @Id() readonly orderId!: string;
  @InstantText() readonly orderedAt!: string;
  @InstantText() readonly shipBy!: string;
  @Amount() readonly amountMinor!: number;
  @Currency() readonly currency!: string;
  @Id() readonly category!: string;
  /** Any identity at the door; a keyed pseudonym in the log. */
  @Text() readonly buyer!: string;
}

export class OrderPaidPayload extends OrderFactsPayload implements OrderPaid {
  @MayBeAbsent() @OneOf(['untracked']) readonly dispatch?: 'untracked';
}
export class OrderShippedPayload extends OrderFactsPayload implements OrderShipped {}
export class OrderDeliveredPayload extends OrderFactsPayload implements OrderDelivered {}

export class OrderCancelledPayload extends OrderFactsPayload implements OrderCancelled {
  @OneOf(['buyer', 'merchant', 'platform']) readonly by!: 'buyer' | 'merchant' | 'platform';
  @Flag() readonly wasShipped!: boolean;
}

export class OrderRefundedPayload extends OrderFactsPayload implements OrderRefunded {
  @Amount() readonly refundMinor!: number;
  @Flag() readonly forQuality!: boolean;
}

export class ReviewPostedPayload extends OrderFactsPayload implements ReviewPosted {
  @Integer(1, 5) readonly stars!: number;
}
