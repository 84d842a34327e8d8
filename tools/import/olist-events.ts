import { byCodeUnit } from '#domain/canonical';
import type { MerchantEventType, MerchantEvents } from '#domain/events';
import type { CloudEvent } from '#domain/stage/stage';
import { DAY_MS, MINUTE_MS, formatInstant } from '#domain/time';
import { answerOf, minorOf, wholeOf } from './olist-field.ts';
import type { Deal, Lead, OlistRows, OrderLine } from './olist-rows.ts';

// What the rows say, as events in the order of their own times. Nothing is said that the files do not say,
// with three named exceptions, each of them a time or an identity that an event cannot do without.

/**
 * Ours: the slice has no time of payment, only until when an order had to be handed over. Five days is a
 * round figure within what sellers of that market were given; it moves orders between days and nothing
 * else.
 */
export const HANDLING_MS = 5 * DAY_MS;
/** Ours: when a seller registered that never was a lead is unknown, but it was before its first order. */
export const REGISTERED_BEFORE_FIRST_ORDER_MS = MINUTE_MS;

export const OLIST_SOURCE = '/import/olist';
const CURRENCY = 'BRL';
const COUNTRY = 'BR';
export const UNKNOWN_CATEGORY = 'unknown';

export interface TimedEvent {
  readonly atMs: number;
  readonly event: CloudEvent;
}

/**
 * Which leads become events: those that were won, or all. A lead without a deal is no merchant: its id is
 * `lead:<lead id>`, and it never registers.
 */
export type LeadChoice = 'won' | 'all';

export interface OlistEvents {
  /** Ascending by time, then by what must come first, then by id. */
  readonly events: readonly TimedEvent[];
  /** What is strange in the files and was kept as it is, with how often it occurs. */
  readonly oddities: readonly { readonly what: string; readonly times: number }[];
  readonly merchants: { readonly won: number; readonly withLines: number; readonly both: number };
  readonly orders: number;
  readonly leadsWithoutDeal: number;
}

export function olistEvents(rows: OlistRows, leadChoice: LeadChoice): OlistEvents {
  const leads = new Map(rows.leads.map((lead) => [lead.leadId, lead]));
  const deals = new Map(rows.deals.map((deal) => [deal.sellerId, deal]));
  const wonLeads = new Map(rows.deals.map((deal) => [deal.leadId, deal]));
  const orders = ordersOf(rows.lines);
  const firstOrderAtMs = new Map<string, number>();
  for (const { sellerId, shipByMs } of orders) {
    const before = firstOrderAtMs.get(sellerId) ?? Infinity;
    firstOrderAtMs.set(sellerId, Math.min(before, shipByMs - HANDLING_MS));
  }
  const events: Ranked[] = [];
  for (const lead of rows.leads) {
    const merchantId =
      wonLeads.get(lead.leadId)?.sellerId ?? (leadChoice === 'all' ? `lead:${lead.leadId}` : null);
    if (merchantId !== null) events.push(firstContact(lead, merchantId));
  }
  for (const deal of rows.deals)
    events.push(registered(deal.sellerId, deal.wonAtMs, deal), ...onboarding(deal));
  for (const [sellerId, atMs] of firstOrderAtMs) {
    if (!deals.has(sellerId))
      events.push(registered(sellerId, atMs - REGISTERED_BEFORE_FIRST_ORDER_MS, undefined));
  }
  for (const order of orders) events.push(paid(order, deals.get(order.sellerId)));
  return {
    events: events.sort(inOrder).map(({ atMs, event }) => ({ atMs, event })),
    oddities: odditiesOf(rows, leads, firstOrderAtMs),
    merchants: {
      won: deals.size,
      withLines: firstOrderAtMs.size,
      both: [...firstOrderAtMs.keys()].filter((sellerId) => deals.has(sellerId)).length,
    },
    orders: orders.length,
    leadsWithoutDeal: rows.leads.filter((lead) => !wonLeads.has(lead.leadId)).length,
  };
}

interface Ranked extends TimedEvent {
  /** Among events of one instant: a merchant registers before it answers, and answers before it sells. */
  readonly rank: number;
}

function inOrder(a: Ranked, b: Ranked): number {
  return a.atMs - b.atMs || a.rank - b.rank || byCodeUnit(a.event.id, b.event.id);
}

function firstContact(lead: Lead, merchantId: string): Ranked {
  const answers = answersOf([
    ['contact_origin', answerOf(lead.origin)],
    ['contact_landing_page', answerOf(lead.landingPage)],
  ]);
  const payload = { survey: 'olist-first-contact', answers };
  return event(
    'updraft.survey.answered.v1',
    `contact-${lead.leadId}`,
    merchantId,
    lead.contactedAtMs,
    1,
    payload,
  );
}

function registered(sellerId: string, atMs: number, deal: Deal | undefined): Ranked {
  const payload = { category: categoryOf(deal), country: COUNTRY, currency: CURRENCY };
  return event('updraft.merchant.registered.v1', `registered-${sellerId}`, sellerId, atMs, 0, payload);
}

function onboarding({ leadId, sellerId, wonAtMs, survey }: Deal): Ranked[] {
  const text = (column: string): string => survey.get(column) ?? '';
  const answer = (column: string): [string, string | null] => [column, answerOf(text(column))];
  const answers = answersOf([
    answer('business_segment'),
    answer('lead_type'),
    answer('lead_behaviour_profile'),
    answer('business_type'),
    answer('has_company'),
    answer('has_gtin'),
    answer('average_stock'),
    ['declared_product_catalog_size', countOf(text('declared_product_catalog_size'))],
    ['declared_monthly_revenue_minor', revenueOf(text('declared_monthly_revenue'))],
  ]);
  if (Object.keys(answers).length === 0) return [];
  const payload = { survey: 'olist-onboarding', answers };
  return [event('updraft.survey.answered.v1', `onboarding-${leadId}`, sellerId, wonAtMs, 1, payload)];
}

/** Everything but whether the order was ever handed over, which the files do not say. */
function paid(order: Order, deal: Deal | undefined): Ranked {
  const orderedAtMs = order.shipByMs - HANDLING_MS;
  const id = `paid-${order.orderId}-${order.sellerId}`;
  return event('updraft.order.paid.v1', id, order.sellerId, orderedAtMs, 2, {
    orderId: order.orderId,
    orderedAt: formatInstant(orderedAtMs),
    shipBy: formatInstant(order.shipByMs),
    amountMinor: order.amountMinor,
    currency: CURRENCY,
    category: categoryOf(deal),
    // The slice has no buyers: each order counts as a buyer of its own.
    buyer: `order:${order.orderId}`,
    // Nor does it say whether anything was ever handed over.
    dispatch: 'untracked',
  });
}

interface Order {
  readonly orderId: string;
  readonly sellerId: string;
  readonly shipByMs: number;
  /** Prices of the lines, without freight. */
  readonly amountMinor: number;
}

/** One order per order id and seller; where its lines differ, the earliest ship-by time. */
function ordersOf(lines: readonly OrderLine[]): Order[] {
  const orders = new Map<string, Order>();
  for (const { orderId, sellerId, shipByMs, priceMinor } of lines) {
    const key = `${orderId}/${sellerId}`;
    const before = orders.get(key);
    const amountMinor = (before?.amountMinor ?? 0) + priceMinor;
    orders.set(key, {
      orderId,
      sellerId,
      shipByMs: Math.min(before?.shipByMs ?? shipByMs, shipByMs),
      amountMinor,
    });
  }
  return [...orders.values()];
}

function categoryOf(deal: Deal | undefined): string {
  return answerOf(deal?.survey.get('business_segment') ?? '') ?? UNKNOWN_CATEGORY;
}

function countOf(text: string): string | null {
  const count = wholeOf(text);
  return count === null ? null : String(count);
}

/** 0.0 is how the files write "not declared": no answer, rather than an answer of nothing. */
function revenueOf(text: string): string | null {
  const minor = minorOf(text);
  return minor === null || minor === 0 ? null : String(minor);
}

function answersOf(pairs: readonly (readonly [string, string | null])[]): {
  readonly [question: string]: string;
} {
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== null));
}

function odditiesOf(
  rows: OlistRows,
  leads: ReadonlyMap<string, Lead>,
  firstOrderAtMs: ReadonlyMap<string, number>,
): OlistEvents['oddities'] {
  const count = (what: string, times: number): { what: string; times: number } => ({ what, times });
  const contactedAtMs = (deal: Deal): number => leads.get(deal.leadId)?.contactedAtMs ?? -Infinity;
  const soldBefore = (deal: Deal): boolean => (firstOrderAtMs.get(deal.sellerId) ?? Infinity) < deal.wonAtMs;
  const isUnread = (deal: Deal): boolean =>
    [...deal.survey.entries()].some(([column, text]) => text !== '' && !isReadable(column, text));
  return [
    count(
      'deal won before its first contact; both times kept',
      rows.deals.filter((deal) => deal.wonAtMs < contactedAtMs(deal)).length,
    ),
    count(
      'deal whose lead is not in the leads file',
      rows.deals.filter((deal) => !leads.has(deal.leadId)).length,
    ),
    count(
      'deal whose seller is not in the sellers file; registered all the same',
      rows.deals.filter((deal) => !rows.sellers.has(deal.sellerId)).length,
    ),
    count(
      'won seller with an order before it was won; both times kept',
      rows.deals.filter(soldBefore).length,
    ),
    count(
      'seller with order lines that is not in the sellers file',
      [...firstOrderAtMs.keys()].filter((id) => !rows.sellers.has(id)).length,
    ),
    count(
      'deal with a survey field that is no answer; left out as missing',
      rows.deals.filter(isUnread).length,
    ),
  ].filter(({ times }) => times > 0);
}

function isReadable(column: string, text: string): boolean {
  if (column === 'declared_product_catalog_size') return wholeOf(text) !== null;
  return column === 'declared_monthly_revenue' ? minorOf(text) !== null : answerOf(text) !== null;
}

function event<T extends MerchantEventType>(
  type: T,
  id: string,
  merchantId: string,
  atMs: number,
  rank: number,
  payload: MerchantEvents[T],
): Ranked {
  const attributes = { specversion: '1.0', id, source: OLIST_SOURCE, type, subject: merchantId } as const;
  const time = formatInstant(atMs);
  return {
    atMs,
    rank,
    event: { ...attributes, time, datacontenttype: 'application/json', data: { ...payload } },
  };
}
