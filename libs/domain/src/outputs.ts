import type { Json } from './canonical.ts';

// What the stages write. Each is the `data` of a CloudEvent whose `subject` is the merchant id (absent for control
// records), whose `id` is the position and whose `time` is log time.

/** The activity record that caused an output. */
export interface Cause {
  readonly position: string;
  readonly eventId: string;
  readonly type: string;
  /** SHA-256 of the record's value, hex. */
  readonly hash: string;
}

export interface OrdersOpen {
  /** Paid and neither shipped nor cancelled. */
  readonly open: number;
  /** Of those, ship-by day over. */
  readonly overdue: number;
}

/** `updraft.capability.merchant.v1`: what scoring knows of a merchant, said when a decision could depend on it. */
export interface MerchantCapability {
  readonly position: string;
  readonly cause: Cause;
  readonly bundle: string;
  /** False until the merchant was registered: its events are kept, but earn no grants. */
  readonly isKnown: boolean;
  readonly isClosed: boolean;
  readonly category: string | null;
  readonly country: string | null;
  /** Published tier; null is "no score", a third value and not the lowest tier. */
  readonly tier: string | null;
  /** Tier that the score alone would give today. */
  readonly projectedTier: string | null;
  /** 0 to 10,000 basis points. */
  readonly scoreBps: number | null;
  /** Orders a day that the merchant can still carry: lower edge of its grain, and as measured. */
  readonly headroom: number;
  readonly headroomExact: number;
  readonly orders: OrdersOpen;
  readonly trainings: readonly string[];
  readonly tools: readonly string[];
  readonly survey: { readonly [question: string]: string };
  /** Metric id to value in the metric's unit; null is "not assessed". */
  readonly metrics: { readonly [metric: string]: number | null };
  /** What changed: `verdict:<condition id>`, `tier`, `grain:headroom`, `flag:<name>`, `activation`, `due`. */
  readonly why: readonly string[];
}

/** `updraft.capability.usage.v1`: a usage report forwarded in place. */
export interface Usage {
  readonly position: string;
  readonly cause: Cause;
  readonly grantId: string;
  /** Cumulative exposures of the grant. */
  readonly exposures: number;
}

/** `updraft.capability.control.v1`: a control record forwarded in place. */
export interface ForwardedControl {
  readonly position: string;
  readonly cause: Cause;
  readonly type: string;
  readonly control: Json;
  /** Running SHA-256 over all activity records of the partition up to the cause, hex. In ticks only. */
  readonly activityHash?: string;
}

export type Verdict = 'true' | 'false' | 'not-assessed';
export type Outcome = 'issue' | 'withhold' | 'renew' | 'shrink' | 'grow' | 'revoke' | 'expire' | 'correct';
export type GrantKind = 'traffic' | 'tool' | 'service' | 'value-added';

/** One atomic condition as a decision saw it. */
export interface ConditionEvidence {
  readonly id: string;
  /** `metric:<id>`, `tier`, `training:<course>`, `survey:<question>`, `flag:<name>`, `tool:<tool>`. */
  readonly what: string;
  readonly op: string;
  readonly line: Json;
  readonly value: Json;
  /** value − line, turned so that a negative margin is what is missing; null where no distance exists. */
  readonly margin: number | null;
  readonly verdict: Verdict;
  /** Position of the capability record the value is from. */
  readonly asOf: string;
}

/** An account of one partition. Law: leasedIn = free + held + settling + spent + returned. */
export interface AccountBalance {
  readonly leasedIn: number;
  readonly free: number;
  readonly held: number;
  readonly settling: number;
  readonly spent: number;
  readonly returned: number;
  /** Reported usage beyond what was held: outside the budget. */
  readonly overrun: number;
}

export interface BudgetEvidence {
  readonly account: string;
  readonly unit: string;
  readonly before: AccountBalance;
  readonly after: AccountBalance;
}

/** The terms of a grant after a decision. Times in ms UTC; sizes in the budget's unit. */
export interface GrantTerms {
  readonly grantId: string;
  readonly kind: GrantKind;
  readonly size: number;
  readonly maximum: number;
  readonly validFrom: string;
  readonly validUntil: string;
}

/** `updraft.decision.v1`. Hash chained per partition; `hash` covers the whole CloudEvent with `hash` left out. */
export interface Decision {
  readonly position: string;
  readonly sequence: number;
  readonly outcome: Outcome;
  readonly programme: string;
  readonly bundle: string;
  readonly engine: number;
  readonly logId: string;
  readonly cause: Cause;
  /** Activity hash of the last forwarded tick: an altered input shows in every decision after it. */
  readonly activityHash: string;
  readonly tier: string | null;
  readonly conditions: readonly ConditionEvidence[];
  /** Ids of failing conditions and reason codes (`cool-down`, `no-headroom`, `budget-dry`, `cap-reached`, …). */
  readonly reasons: readonly string[];
  readonly capacity: { readonly headroom: number; readonly orders: OrdersOpen } | null;
  readonly budget: BudgetEvidence | null;
  readonly grant: GrantTerms | null;
  readonly previousHash: string;
  readonly hash: string;
}

/** `updraft.grant.v1`, compacted by grant id: what gateways read. They end a grant themselves at `validUntil`. */
export interface Grant extends GrantTerms {
  readonly position: string;
  readonly programme: string;
  readonly status: 'active' | 'shrunk' | 'expired' | 'revoked';
  /** Id (= position) of the decision that made it so. */
  readonly decision: string;
}

/** `updraft.dead-letter.v1`. */
export interface DeadLetter {
  /** `scoring/3`: (writer, sequence) is contiguous per destination partition. */
  readonly writer: string;
  readonly sequence: number;
  readonly position: string;
  readonly reason: 'too-late' | 'from-the-future' | 'conflict' | 'quarantined';
  /** The rule in words, with the numbers that decided. */
  readonly detail: string;
  readonly eventId: string;
  readonly source: string;
  /** The record as it stands in activity. */
  readonly record: string;
}
