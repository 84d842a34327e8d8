import type { Json } from '../canonical.ts';
import type { MerchantEvents, MerchantEventType } from '../events.ts';
import { DAY_MS, formatInstant, HOUR_MS } from '../time.ts';

// What an event of a vector says where the vector leaves it open: an order that is placed, paid and due in two days,
// by a buyer of its own; an answer within the hour. Only what a rule looks at need be written.

const SHIP_BY_MS = 2 * DAY_MS;
const ANSWERED_MS = HOUR_MS;

export interface GivenEvent {
  readonly type: MerchantEventType;
  readonly data: MerchantEvents[MerchantEventType];
}

/** What events of a merchant have in common. */
export interface GivenPlace {
  readonly currency: string;
  readonly category: string;
  /** When the vector begins, ms UTC. */
  readonly beginMs: number;
}

type Fields = { readonly [field: string]: Json };

/** `-35d`, `-12h`: so long before the vector begins. */
const AGO = /^-(\d{1,5})([dh])$/;
const UNIT_MS: Readonly<Record<string, number>> = { d: DAY_MS, h: HOUR_MS };

/** One event of a vector at an instant; `number` tells it from others. Instants in its data may be `-35d` or `-12h`. */
export function givenEvent(
  short: string,
  data: Fields,
  atMs: number,
  number: number,
  merchant: GivenPlace,
): GivenEvent {
  const type = `updraft.${short}.v1` as MerchantEventType;
  const said = Object.entries(data).map(([field, value]) => {
    const ago = typeof value === 'string' ? AGO.exec(value) : null;
    if (ago === null) return [field, value] as const;
    return [field, formatInstant(merchant.beginMs - Number(ago[1]) * UNIT_MS[ago[2]!]!)] as const;
  });
  const fields = {
    ...leftOpen(short, atMs, number, merchant),
    ...Object.fromEntries(said),
  };
  return { type, data: fields as unknown as MerchantEvents[MerchantEventType] };
}

/** Events about an order say which. */
const ABOUT_ORDERS = ['order', 'return', 'dispute', 'review'];

function leftOpen(short: string, atMs: number, number: number, place: GivenPlace): Fields {
  const own = LEFT_OPEN[short]?.(atMs, number) ?? {};
  return ABOUT_ORDERS.includes(short.split('.')[0]!) ? { ...orderOf(atMs, number, place), ...own } : own;
}

function orderOf(atMs: number, number: number, { currency, category }: GivenPlace): Fields {
  return {
    orderId: `order-${number}`,
    orderedAt: formatInstant(atMs),
    shipBy: formatInstant(atMs + SHIP_BY_MS),
    amountMinor: 10_000,
    currency,
    category,
    buyer: `buyer-${number}`,
  };
}

const LEFT_OPEN: Readonly<Record<string, (atMs: number, number: number) => Fields>> = {
  'order.cancelled': () => ({ by: 'merchant', wasShipped: false }),
  'order.refunded': () => ({ refundMinor: 10_000, forQuality: false }),
  'return.opened': () => ({ reason: 'other' }),
  'return.closed': () => ({ outcome: 'refunded' }),
  'dispute.resolved': () => ({ by: 'merchant', isArbitrated: false, inFavourOf: 'merchant' }),
  'review.posted': () => ({ stars: 5 }),
  'review.removed': () => ({ stars: 5 }),
  'message.received': (_atMs, number) => ({ threadId: `thread-${number}`, isFirst: true }),
  'message.answered': (atMs, number) => ({
    threadId: `thread-${number}`,
    receivedAt: formatInstant(atMs - ANSWERED_MS),
    isFirst: true,
  }),
  'live.started': (_atMs, number) => ({ sessionId: `session-${number}` }),
  'live.ended': (atMs, number) => ({
    sessionId: `session-${number}`,
    startedAt: formatInstant(atMs - HOUR_MS),
    viewers: 0,
    visitors: 0,
    watchSeconds: 0,
    newFans: 0,
  }),
  'content.published': (_atMs, number) => ({ contentId: `content-${number}`, kind: 'video' }),
  'content.exposed': (_atMs, number) => ({ contentId: `content-${number}`, exposures: 0 }),
  'deposit.due': (atMs) => ({ amountMinor: 100_000, dueBy: formatInstant(atMs + 5 * DAY_MS) }),
  'deposit.paid': () => ({ amountMinor: 100_000 }),
  'tool.used': () => ({ times: 1 }),
  'service.used': () => ({ times: 1 }),
  'merchant.closed': () => ({ reason: 'closed' }),
};
