import type { AccountBalance, GrantKind, Outcome } from '#domain/outputs';

/** The sentences of an explanation in one language. Names are already those of the language, or ids. */
export interface Phrases {
  decided(at: string, programme: string, outcome: Outcome, merchant: string | null): string;
  grant(kind: GrantKind, size: number, maximum: number, id: string, from: string, until: string): string;
  cause(eventId: string, type: string, position: string): string;
  tier(tier: string | null): string;
  reason(code: string): string;
  noReason(): string;
  /** One condition: what it looks at, how it compares, and what came of it. */
  condition(words: ConditionWords): string;
  capacity(headroom: number, open: number, overdue: number): string;
  budget(account: string, unit: string, changes: readonly BalanceChange[]): string;
  change(words: ConditionWords): string;
  waitFor(code: string): string;
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
  readonly verdict: 'true' | 'false' | 'not-assessed';
  /** The decision wants the verdict to be otherwise. */
  readonly isFailing: boolean;
}

export interface BalanceChange {
  readonly part: keyof AccountBalance;
  readonly before: number;
  readonly after: number;
}

/** Reasons that are not conditions, as the allocator writes them, in words. */
export type ReasonWords = { readonly [code: string]: string };
