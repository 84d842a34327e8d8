import type { AccountBalance, GrantKind, GrantTerms, Outcome } from '#domain/outputs';
import type { Benefit } from '#domain/policy/bundle';
import type { Remedy } from '#domain/recourse/find-recourse';

/** The sentences of an explanation in one language. Names are already those of the language, or ids. */
export interface Phrases {
  /** Reasons that are not conditions, as the allocator writes them, in words. */
  readonly reasons: ReasonWords;
  /** What a grant gives, in a few words. */
  benefit(benefit: Benefit): string;
  decided(at: string, programme: string, outcome: Outcome, merchant: string | null): string;
  grant(words: GrantWords): string;
  cause(eventId: string, type: string, position: string): string;
  tier(tier: string | null): string;
  reason(words: string): string;
  noReason(): string;
  /** Until when what was begun must be done: the offered course, the wait for money. */
  until(outcome: Outcome, at: string): string;
  /** One condition: what it looks at, how it compares, and what came of it. */
  condition(words: ConditionWords): string;
  /** The same within a sentence: what it is and what is asked for. */
  statement(words: ConditionWords): string;
  capacity(headroom: number, open: number, overdue: number): string;
  budget(account: string, unit: string, changes: readonly BalanceChange[]): string;
  /** An account's instance: of whom it is, and the first day of its period. */
  account(name: string, of: string | null, from: string | null): string;
  change(words: ConditionWords): string;
  waitFor(words: string): string;
  /** What to do, and how often. */
  remedy(remedy: Remedy): string;
}

/** Terms of a grant with times as people read them. */
export interface GrantWords extends Pick<GrantTerms, 'grantId' | 'size' | 'maximum' | 'stage' | 'weightBps'> {
  readonly kind: GrantKind;
  readonly benefit: Benefit;
  /** Whether anything is counted. */
  readonly isCounted: boolean;
  readonly validFrom: string;
  readonly validUntil: string;
}

export interface ConditionWords {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly op: string;
  readonly line: string;
  /** Null is "not assessed". */
  readonly value: string | null;
  readonly margin: number | null;
  /** The margin without its sign, in the metric's unit. */
  readonly distance: string;
  readonly verdict: 'true' | 'false' | 'not-assessed';
  /** The decision wants the verdict to be otherwise. */
  readonly isFailing: boolean;
}

export interface BalanceChange {
  readonly part: keyof AccountBalance;
  readonly before: number;
  readonly after: number;
}

/** What a reason code is about. */
export interface ReasonAbout {
  /** What stands behind the code: a course, stage, programme, account or grant; '' where nothing does. */
  readonly argument: string;
  /** The account in which money is missing, and when it is filled again. */
  readonly account: string | null;
  readonly refillsAt: string | null;
}

/** By code, `cool-down`; of codes with an argument, `stage:second`, by what stands before it. */
export type ReasonWords = { readonly [code: string]: (about: ReasonAbout) => string };

/** Of the weight of the ranking score: 15,000 basis points are 1.5 times. */
export function timesOf(bps: number): string {
  return String(bps / 10_000);
}

/** Basis points as a percentage: 250 are 2.5. */
export function percentOf(bps: number): string {
  return String(bps / 100);
}
