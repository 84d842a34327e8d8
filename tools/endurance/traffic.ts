import type { CloudEvent } from '#domain/stage/stage';
import { DAY_MS, formatInstant } from '#domain/time';

// What is sent: the same merchants in turn, each with one order after the other, so that what is known of merchants
// is as large after an hour as after a minute. An event is known by its number, and so is what became of it.

export const MERCHANTS = 200;
const SOURCE = '/endurance';
const ID = /^endurance-(\d+)$/;
const BUYERS = 1_000;
/** Every so often a merchant changes its mind about visitors, which is a decision: the read side works too. */
const SURVEY_EVERY_ORDERS = 50;
const STEPS = ['paid', 'shipped', 'review', 'answered'] as const;

export function eventNumbered(number: number, nowMs: number): CloudEvent {
  const round = Math.floor(number / MERCHANTS);
  const subject = `steady-${number % MERCHANTS}`;
  const { type, data } = contentOf(subject, round, nowMs);
  return {
    specversion: '1.0',
    id: `endurance-${number}`,
    source: SOURCE,
    type: `updraft.${type}.v1`,
    subject,
    time: formatInstant(nowMs),
    datacontenttype: 'application/json',
    data,
  };
}

/** Null: not one of ours. */
export function numberOf(id: string): number | null {
  const digits = ID.exec(id)?.[1];
  return digits === undefined ? null : Number(digits);
}

interface Content {
  readonly type: string;
  readonly data: CloudEvent['data'];
}

function contentOf(merchant: string, round: number, nowMs: number): Content {
  if (round === 0) return registered();
  if (round === 1) return { type: 'training.completed', data: { course: 'first-sale' } };
  const order = Math.floor(round / STEPS.length);
  const step = STEPS[round % STEPS.length]!;
  const facts = {
    orderId: `${merchant}-${order}`,
    orderedAt: formatInstant(nowMs),
    shipBy: formatInstant(nowMs + 2 * DAY_MS),
    amountMinor: 900 + (order % 90_000),
    currency: 'CNY',
    category: 'home.kitchen',
    buyer: `buyer-${order % BUYERS}`,
  };
  if (step === 'paid') return { type: 'order.paid', data: facts };
  if (step === 'shipped') return { type: 'order.shipped', data: facts };
  if (step === 'review') return { type: 'review.posted', data: { ...facts, stars: 4 + (order % 2) } };
  if (order % SURVEY_EVERY_ORDERS === 0) return survey(order / SURVEY_EVERY_ORDERS);
  const receivedAt = formatInstant(nowMs - 60_000);
  return { type: 'message.answered', data: { threadId: `${merchant}-${order}`, receivedAt, isFirst: true } };
}

function survey(times: number): Content {
  const answer = times % 2 === 0 ? 'yes' : 'no';
  return { type: 'survey.answered', data: { survey: 'season', answers: { wants_traffic: answer } } };
}

function registered(): Content {
  const data = { category: 'home.kitchen', country: 'CN', currency: 'CNY' };
  return { type: 'merchant.registered', data };
}

/** A merchant that nobody knew: its first event is decided on as soon as it is reached. */
export function newcomer(name: string, nowMs: number): CloudEvent {
  const attributes = { specversion: '1.0', id: `registered-${name}`, source: SOURCE, subject: name } as const;
  const { data } = registered();
  return { ...attributes, type: 'updraft.merchant.registered.v1', time: formatInstant(nowMs), data };
}
