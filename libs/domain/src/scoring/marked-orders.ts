import type {
  MerchantEvents,
  MerchantEventType,
  OrderCancelled,
  OrderRefunded,
  ReviewPosted,
} from '../events.ts';
import { FACT } from './fact.ts';
import { isWithinTerm, LOW_STARS_MAX } from './facts-of.ts';

// Orders to which something happened that counts once per order, however often it happens: a defect, a dispute, a
// refund for quality. They are few, so they are remembered by id; all of them count on the day the order was placed.

export interface MarkedOrder {
  /** Local day on which it was placed. */
  readonly day: number;
  readonly buyer: string;
  /** What was counted already, as bits. */
  readonly marks: number;
}

/** So many are remembered; beyond, the oldest leave and would count once more. */
export const MARKED_ORDERS_MAX = 500;

export const DEFECT = 1;
export const DISPUTE = 2;
export const QUALITY_REFUND = 4;

/** What is counted once per order: its bit and its fact. */
export const ONCE_PER_ORDER: readonly { readonly mark: number; readonly fact: number }[] = [
  { mark: DEFECT, fact: FACT.defectOrders },
  { mark: DISPUTE, fact: FACT.disputedOrders },
  { mark: QUALITY_REFUND, fact: FACT.qualityRefundsIn14d },
];

export function isDefective({ marks }: MarkedOrder): boolean {
  return (marks & DEFECT) !== 0;
}

/** What an event says about its order: a low review, a refund for quality or a cancel by the merchant is a defect. */
export function marksOf(
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
  atMs: number,
): number {
  switch (type) {
    case 'updraft.review.posted.v1':
      return (data as ReviewPosted).stars <= LOW_STARS_MAX ? DEFECT : 0;
    case 'updraft.order.cancelled.v1':
      return (data as OrderCancelled).by === 'merchant' ? DEFECT : 0;
    case 'updraft.dispute.opened.v1':
      return DISPUTE;
    case 'updraft.order.refunded.v1': {
      const { forQuality, orderedAt } = data as OrderRefunded;
      if (!forQuality) return 0;
      return isWithinTerm(orderedAt, atMs) ? DEFECT | QUALITY_REFUND : DEFECT;
    }
    default:
      return 0;
  }
}
