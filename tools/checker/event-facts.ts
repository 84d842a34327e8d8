import type { Event } from './export-reader.ts';

// What each event adds to facts by itself, as docs/events.md describes it.

/** A fact, how much, and whether it belongs to the day the order was placed or the session started. */
export type Addition = readonly [fact: string, amount: number, isEarlier?: boolean];

/** What the data of an event may hold, as far as facts need it. */
export interface Payload {
  readonly orderId?: string;
  readonly orderedAt?: string;
  readonly shipBy?: string;
  readonly deliverBy?: string;
  readonly startedAt?: string;
  readonly receivedAt?: string;
  readonly buyer?: string;
  readonly by?: string;
  readonly tracking?: string;
  readonly dispatch?: string;
  readonly outcome?: string;
  readonly inFavourOf?: string;
  readonly kind?: string;
  readonly grantId?: string;
  readonly contentId?: string;
  readonly wasShipped?: boolean;
  readonly forQuality?: boolean;
  readonly isArbitrated?: boolean;
  readonly isFirst?: boolean;
  readonly amountMinor?: number;
  readonly refundMinor?: number;
  readonly gmvMinor?: number;
  readonly stars?: number;
  readonly scores?: Readonly<Record<string, number>>;
  readonly viewers?: number;
  readonly visitors?: number;
  readonly watchSeconds?: number;
  readonly newFans?: number;
  readonly fans?: number;
  readonly exposures?: number;
  readonly clicks?: number;
  readonly orders?: number;
  readonly times?: number;
  readonly points?: number;
}

export const LOW_STARS = 2;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TERM_MS = 14 * 24 * HOUR_MS;
const REPLIES: readonly (readonly [string, number])[] = [
  ['repliesIn1m', MINUTE_MS],
  ['repliesIn5m', 5 * MINUTE_MS],
  ['repliesIn30m', 30 * MINUTE_MS],
  ['repliesIn2h', 2 * HOUR_MS],
  ['answeredInTime', 12 * HOUR_MS],
  ['repliesIn24h', 24 * HOUR_MS],
  ['repliesIn48h', 48 * HOUR_MS],
];

export function additionsOf({ type, time, data: said }: Event): readonly Addition[] {
  const data = said as Payload;
  const atMs = Date.parse(time);
  const family = type.split('.')[1];
  if (family === 'order') return ofOrder(type, data, atMs);
  if (family === 'return' || family === 'dispute') return ofConflict(type, data);
  if (family === 'review') return ofReview(type, data);
  if (family === 'message') return ofMessage(type, data, atMs);
  if (family === 'live' || family === 'content') return ofShow(type, data, atMs);
  return ofOthers(type, data);
}

/** Whether something came at most fourteen days after its order. */
export function isSoon(data: Payload, atMs: number): boolean {
  return atMs - Date.parse(data.orderedAt!) <= TERM_MS;
}

function ofOrder(type: string, data: Payload, atMs: number): readonly Addition[] {
  switch (type) {
    case 'updraft.order.placed.v1':
      return [['checkouts', 1]];
    case 'updraft.order.paid.v1':
      return [
        ['ordersPaid', 1],
        ['gmvMinor', data.amountMinor!],
        ['ordersPlaced', 1, true],
      ];
    case 'updraft.order.shipped.v1':
      return [
        ['ordersShipped', 1],
        ['shippedOnTime', atMs <= Date.parse(data.shipBy!) ? 1 : 0],
        ['shippedTracked', data.tracking === 'valid' ? 1 : 0],
      ];
    case 'updraft.order.delivered.v1': {
      const deliverBy = data.deliverBy;
      return [
        ['ordersDelivered', 1],
        ['deliveredIn14d', isSoon(data, atMs) ? 1 : 0, true],
        ['deliveredPromised', deliverBy === undefined ? 0 : 1],
        ['deliveredOnTime', deliverBy !== undefined && atMs <= Date.parse(deliverBy) ? 1 : 0],
      ];
    }
    case 'updraft.order.cancelled.v1':
      return data.by === 'merchant'
        ? [
            ['cancelledByMerchant', 1],
            ['cancelledByMerchantOrdered', 1, true],
          ]
        : [['cancelledByOthers', 1]];
    case 'updraft.order.refunded.v1':
      return [
        ['refunds', 1],
        ['refundMinor', data.refundMinor!],
        ['qualityRefunds', data.forQuality ? 1 : 0],
      ];
    default:
      return [];
  }
}

function ofConflict(type: string, data: Payload): readonly Addition[] {
  if (type === 'updraft.return.opened.v1') return [['returnsOpened', 1]];
  if (type === 'updraft.dispute.opened.v1') return [['disputesOpened', 1]];
  if (type === 'updraft.return.closed.v1') {
    return [
      ['returnsClosed', 1],
      ['returnsRefunded', data.outcome === 'refunded' ? 1 : 0],
    ];
  }
  const isArbitrated = data.isArbitrated === true;
  return [
    ['disputesResolved', 1],
    ['disputesArbitrated', isArbitrated ? 1 : 0],
    ['disputesLost', isArbitrated && data.inFavourOf === 'buyer' ? 1 : 0],
  ];
}

function ofReview(type: string, data: Payload): readonly Addition[] {
  const stars = data.stars!;
  if (type === 'updraft.review.removed.v1') {
    return [
      ['reviewsRemoved', 1],
      ['starsRemoved', stars],
      ['lowReviewsRemoved', stars <= LOW_STARS ? 1 : 0],
    ];
  }
  return [
    ['reviews', 1],
    ['stars', stars],
    ['lowReviews', stars <= LOW_STARS ? 1 : 0],
    ['ratings3OrLess', stars <= 3 ? 1 : 0],
  ];
}

function ofMessage(type: string, data: Payload, atMs: number): readonly Addition[] {
  if (type === 'updraft.message.received.v1') {
    return [
      ['messagesReceived', 1],
      ['firstMessagesReceived', data.isFirst ? 1 : 0],
    ];
  }
  if (!data.isFirst) return [];
  const tookMs = atMs - Date.parse(data.receivedAt!);
  return [['firstMessages', 1], ...REPLIES.map(([fact, ms]) => [fact, tookMs <= ms ? 1 : 0] as const)];
}

function ofShow(type: string, data: Payload, atMs: number): readonly Addition[] {
  if (type === 'updraft.content.published.v1') {
    return [
      ['contentPublished', 1],
      ['videosPublished', data.kind === 'video' ? 1 : 0],
    ];
  }
  if (type !== 'updraft.live.ended.v1') return [];
  const minutes = Math.floor(Math.max(0, atMs - Date.parse(data.startedAt!)) / MINUTE_MS);
  return [
    ['liveSessions', 1, true],
    ['liveMinutes', minutes, true],
    ['liveViewers', data.viewers!, true],
    ['liveVisitors', data.visitors!, true],
    ['liveWatchSeconds', data.watchSeconds!, true],
    ['liveNewFans', data.newFans!, true],
    ['liveGmvMinor', data.gmvMinor ?? 0, true],
  ];
}

function ofOthers(type: string, data: Payload): readonly Addition[] {
  switch (type) {
    case 'updraft.tool.used.v1':
      return [['toolUses', data.times!]];
    case 'updraft.service.used.v1':
      return [['serviceUses', data.times!]];
    case 'updraft.violation.recorded.v1':
      return [['violationsRecorded', 1]];
    case 'updraft.training.completed.v1':
      return [['studyPoints', data.points ?? 0]];
    case 'updraft.training.failed.v1':
      return [['trainingsFailed', 1]];
    case 'updraft.deposit.paid.v1':
      return [['depositPaidMinor', data.amountMinor!]];
    case 'updraft.fee.charged.v1': {
      const kind = data.kind!;
      return [[`fees${kind[0]!.toUpperCase()}${kind.slice(1)}Minor`, data.amountMinor!]];
    }
    default:
      return [];
  }
}
