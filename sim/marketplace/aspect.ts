import type { MerchantEvents, MerchantEventType, OrderFacts } from '#domain/events';
import type { Say } from './order-life.ts';
import type { Persona } from './persona.ts';
import type { Prng } from './prng.ts';
import type { InForce, Shop } from './shop.ts';

// A merchant's life has aspects that trade alone does not show. Each is told by a part of its own, which draws from
// a stream of its own and only listens to trade: with it or without it the same buyers come and the same orders are
// late. What it tells has ids and delays of its own for the same reason.

/**
 * Which aspects a marketplace tells of. Without any it sends 21 types of events; with all of them every type.
 * - `orders`: orders that are placed before they are paid, many of them never; tracking, promised delivery, detailed
 *   ratings, why an order was called off.
 * - `messages`: what buyers wrote, whether it was answered or not.
 * - `aftercare`: returns, disputes, reviews that are taken down.
 * - `audience`: live sessions, content, fans.
 * - `practice`: courses that are begun and failed, exams; tools, services and credit that are used.
 * - `standing`: verifications, certifications, categories that are put right, small breaches, listings, more answers
 *   to surveys.
 * - `dues`: deposits and fees.
 */
export const ASPECTS = [
  'orders',
  'messages',
  'aftercare',
  'audience',
  'practice',
  'standing',
  'dues',
] as const;
export type AspectName = (typeof ASPECTS)[number];

/** What a marketplace calls what merchants learn, use, hold and do wrong. All are ids. */
export interface Terms {
  /** Those that trade knows: what they are good for shows in it. */
  readonly course: string;
  readonly tool: string;
  /** With `practice`: what else is taken up without being offered. */
  readonly otherCourses: readonly string[];
  readonly otherTools: readonly string[];
  /** Class of the violation that fake trades are, and the points that they cost. */
  readonly violation: string;
  readonly fakedPoints: number;
  /** Of sales, and which of the two fees a fee relief is relief of: that of sales or that of content. */
  readonly commissionBps: number;
  readonly relieves: 'commission' | 'content';
  /** Classes of what careless merchants do wrong now and then. */
  readonly breaches: readonly string[];
  readonly exams: readonly string[];
  /** The last one takes papers that are in order. */
  readonly verifications: readonly string[];
  /** The easiest first. */
  readonly certifications: readonly string[];
  /** What some use without being given it. */
  readonly service: string;
  /** What the survey asks besides whether traffic is wanted and stock is there. */
  readonly questions: readonly Question[];
  /** What creators publish, the most frequent first. */
  readonly contentKinds: readonly ('video' | 'note' | 'image' | 'other')[];
}

export interface Question {
  readonly question: string;
  /** The first is what half of those say who are asked; the others are as frequent as each other. */
  readonly answers: readonly string[];
}

const WISHES = ['yes', 'no', 'not_now'];

/** Questions that are answered with yes, no or not now. */
export function wishes(...questions: readonly string[]): readonly Question[] {
  return questions.map((question) => ({ question, answers: WISHES }));
}

export const TERMS: Terms = {
  course: 'first-sale',
  tool: 'auto-reply',
  otherCourses: [],
  otherTools: [],
  violation: 'fake-orders',
  fakedPoints: 12,
  commissionBps: 500,
  relieves: 'commission',
  breaches: ['misleading-listing', 'late-dispatch'],
  exams: ['shop-keeping'],
  verifications: ['business-licence'],
  certifications: ['trusted-shop', 'quality-shop'],
  service: 'photo-studio',
  questions: wishes('wants_live', 'wants_training', 'wants_help'),
  contentKinds: ['video', 'note', 'image', 'other'],
};

/** What an aspect of one merchant is made of. */
export interface Scene {
  readonly persona: Persona;
  readonly terms: Terms;
  readonly prng: Prng;
  /** Hands over what the aspect adds. */
  readonly tell: Say;
  /** When the hour began that is being played: nothing may be told of the time before it. */
  readonly clock: { hourMs: number };
}

/** An hour of an open shop. */
export interface Hour {
  readonly hourMs: number;
  readonly local: number;
  readonly inForce: InForce;
}

/** What an order came to that left the bench. */
export interface OrderEnd {
  readonly order: OrderFacts;
  readonly deliveredAtMs: number;
  readonly isLate: boolean;
  readonly refund: { readonly atMs: number; readonly isWhole: boolean; readonly forQuality: boolean } | null;
  readonly review: { readonly atMs: number; readonly stars: number } | null;
}

/** Hears what is said and returns it with what it knows besides, or nothing. */
export type Ears = {
  readonly [T in MerchantEventType]?: (
    atMs: number,
    payload: MerchantEvents[T],
  ) => MerchantEvents[T] | undefined;
};

export interface Aspect {
  readonly hears?: Ears;
  /** After the trade of each hour that the shop is open. */
  playHour?(shop: Shop, hour: Hour): void;
  /** When an order was placed that was paid then. */
  orderedAtMs?(paidAtMs: number): number;
  /** Also once the shop is closed. */
  orderEnded?(shop: Bookkeeper, end: OrderEnd): void;
}

/** Whose count of refunds an order ends in. */
export interface Bookkeeper {
  readonly bench: { refunded: number };
}
