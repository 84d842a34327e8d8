import type {
  DetailedScores,
  DisputeOpened,
  DisputeResolved,
  OrderCancelled,
  OrderDelivered,
  OrderFacts,
  OrderPaid,
  OrderPlaced,
  OrderRefunded,
  OrderShipped,
  ReturnClosed,
  ReturnOpened,
  ReviewPosted,
  ReviewRemoved,
} from '#domain/events';
import {
  Amount,
  Currency,
  DetailedRatings,
  Flag,
  Id,
  InstantText,
  MayBeAbsent,
  OneOf,
  Stars,
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

export class OrderPlacedPayload extends OrderFactsPayload implements OrderPlaced {}

export class OrderPaidPayload extends OrderFactsPayload implements OrderPaid {
  @MayBeAbsent() @OneOf(['untracked']) readonly dispatch?: 'untracked';
}

export class OrderShippedPayload extends OrderFactsPayload implements OrderShipped {
  @MayBeAbsent() @OneOf(['valid', 'none']) readonly tracking?: 'valid' | 'none';
}

export class OrderDeliveredPayload extends OrderFactsPayload implements OrderDelivered {
  @MayBeAbsent() @InstantText() readonly deliverBy?: string;
}

export class OrderCancelledPayload extends OrderFactsPayload implements OrderCancelled {
  @OneOf(['buyer', 'merchant', 'platform']) readonly by!: 'buyer' | 'merchant' | 'platform';
  @Flag() readonly wasShipped!: boolean;
  @MayBeAbsent() @Id() readonly reason?: string;
}

export class OrderRefundedPayload extends OrderFactsPayload implements OrderRefunded {
  @Amount() readonly refundMinor!: number;
  @Flag() readonly forQuality!: boolean;
}

export class ReturnOpenedPayload extends OrderFactsPayload implements ReturnOpened {
  @OneOf(['quality', 'other']) readonly reason!: 'quality' | 'other';
}

export class ReturnClosedPayload extends OrderFactsPayload implements ReturnClosed {
  @OneOf(['refunded', 'rejected', 'withdrawn']) readonly outcome!: 'refunded' | 'rejected' | 'withdrawn';
}

export class DisputeOpenedPayload extends OrderFactsPayload implements DisputeOpened {}

export class DisputeResolvedPayload extends OrderFactsPayload implements DisputeResolved {
  @OneOf(['merchant', 'platform', 'buyer']) readonly by!: 'merchant' | 'platform' | 'buyer';
  @Flag() readonly isArbitrated!: boolean;
  @OneOf(['merchant', 'buyer']) readonly inFavourOf!: 'merchant' | 'buyer';
}

export class ReviewPostedPayload extends OrderFactsPayload implements ReviewPosted {
  @Stars() readonly stars!: number;
  @MayBeAbsent() @DetailedRatings() readonly scores?: DetailedScores;
}

export class ReviewRemovedPayload extends OrderFactsPayload implements ReviewRemoved {
  @Stars() readonly stars!: number;
}
