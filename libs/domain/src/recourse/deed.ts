import type { MerchantEvents, MerchantEventType } from '../events.ts';
import type { InstantId, StateId } from '../policy/formula.ts';
import type { FactId } from '../scoring/fact.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS } from '../time.ts';

// What a merchant, or its buyers, may do next. Recourse is told in deeds: "dispatch 3 more orders on time". Each is an
// event as the platform would send it, so that what it leads to is found by counting it and not by reckoning.

export const DEED_IDS = [
  'sell',
  'dispatch-on-time',
  'dispatch-overdue',
  'deliver-on-time',
  'earn-five-stars',
  'answer-in-time',
  'go-live',
  'publish',
] as const;
export type DeedId = (typeof DEED_IDS)[number];

export interface Deed {
  readonly id: DeedId;
  /** What it may move: facts, states and instants. */
  readonly moves: readonly (FactId | StateId | InstantId)[];
  event(occasion: Occasion): DeedEvent | null;
}

export interface DeedEvent {
  readonly type: MerchantEventType;
  readonly data: MerchantEvents[MerchantEventType];
}

/** When and how it is done. */
export interface Occasion {
  readonly nowMs: number;
  /** Tells deeds of one trial from each other. */
  readonly number: number;
  readonly currency: string;
  readonly category: string;
  /** What an order of this merchant brings on the average, minor units. */
  readonly amountMinor: number;
  /** An instant before which orders that are open and overdue had to leave, one for each; shortest delay last. */
  readonly overdue: readonly number[];
}

const SHIP_BY_MS = 2 * DAY_MS;

function orderOf(
  { nowMs, number, currency, category, amountMinor }: Occasion,
  shipByMs = nowMs + SHIP_BY_MS,
) {
  return {
    orderId: `recourse-${number}`,
    orderedAt: formatInstant(nowMs),
    shipBy: formatInstant(shipByMs),
    amountMinor,
    currency,
    category,
    buyer: `recourse-buyer-${number}`,
  };
}

export const DEEDS: readonly Deed[] = [
  {
    id: 'dispatch-overdue',
    moves: ['overdueOrders', 'openOrders', 'ordersShipped', 'lastShipment'],
    event(occasion) {
      const shipByMs = occasion.overdue[occasion.number];
      if (shipByMs === undefined) return null;
      return { type: 'updraft.order.shipped.v1', data: orderOf(occasion, shipByMs) };
    },
  },
  {
    id: 'dispatch-on-time',
    moves: ['ordersShipped', 'shippedOnTime', 'shippedTracked', 'lastShipment'],
    event: (occasion) => ({
      type: 'updraft.order.shipped.v1',
      data: { ...orderOf(occasion), tracking: 'valid' },
    }),
  },
  {
    id: 'deliver-on-time',
    moves: ['ordersDelivered', 'deliveredPromised', 'deliveredOnTime', 'deliveredIn14d'],
    event: (occasion) => ({
      type: 'updraft.order.delivered.v1',
      data: { ...orderOf(occasion), deliverBy: formatInstant(occasion.nowMs + DAY_MS) },
    }),
  },
  {
    id: 'earn-five-stars',
    moves: [
      ...(['reviews', 'stars', 'dsrDescription', 'dsrService', 'dsrLogistics'] as const),
      ...(['dsrDescriptionCount', 'dsrServiceCount', 'dsrLogisticsCount'] as const),
    ],
    event: (occasion) => ({
      type: 'updraft.review.posted.v1',
      data: { ...orderOf(occasion), stars: 5, scores: { description: 5, service: 5, logistics: 5 } },
    }),
  },
  {
    id: 'answer-in-time',
    moves: [
      ...(['firstMessages', 'answeredInTime', 'repliesIn1m', 'repliesIn5m', 'repliesIn30m'] as const),
      ...(['repliesIn2h', 'repliesIn24h', 'repliesIn48h'] as const),
    ],
    event: ({ nowMs, number }) => ({
      type: 'updraft.message.answered.v1',
      data: {
        threadId: `recourse-${number}`,
        receivedAt: formatInstant(nowMs - MINUTE_MS),
        isFirst: true,
      },
    }),
  },
  {
    id: 'sell',
    moves: ['ordersPaid', 'gmvMinor', 'ordersPlaced', 'firstSale', 'lastSale'],
    event: (occasion) => ({ type: 'updraft.order.paid.v1', data: orderOf(occasion) }),
  },
  {
    id: 'go-live',
    moves: ['liveSessions', 'liveMinutes', 'lastLive'],
    event: ({ nowMs, number }) => ({
      type: 'updraft.live.ended.v1',
      data: {
        sessionId: `recourse-${number}`,
        startedAt: formatInstant(nowMs - HOUR_MS),
        viewers: 0,
        visitors: 0,
        watchSeconds: 0,
        newFans: 0,
      },
    }),
  },
  {
    id: 'publish',
    moves: ['contentPublished', 'videosPublished'],
    event: ({ number }) => ({
      type: 'updraft.content.published.v1',
      data: { contentId: `recourse-${number}`, kind: 'video' },
    }),
  },
];
