import type { Json } from './canonical.ts';
import type { Benefit } from './policy/bundle.ts';

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

/** Where a merchant stands on a ladder. */
export interface TierStanding {
  /** Published tier; null: none. */
  readonly tier: string | null;
  readonly projected: string | null;
  /** The published tier is held though its own enter condition is not true. */
  readonly isWarned: boolean;
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
  /** Legal entity that it is linked to. */
  readonly entityId: string | null;
  /** Of the bundle's main ladder: its published tier; null is "no score", a third value and not the lowest tier. */
  readonly tier: string | null;
  /** Tier that it would have today but for calendar, dwell, grace and protection. */
  readonly projectedTier: string | null;
  /** Value of the metric that the main ladder's lines are on; null where it isn't assessed or there is none. */
  readonly score: number | null;
  readonly ladders: { readonly [ladder: string]: TierStanding };
  /** A violation that stands keeps it out of search. */
  readonly isSearchBlocked: boolean;
  /** Orders a day that the merchant can still carry: lower edge of its grain, and as measured. */
  readonly headroom: number;
  readonly headroomExact: number;
  readonly orders: OrdersOpen;
  readonly trainings: readonly string[];
  readonly enrolled: readonly string[];
  readonly exams: readonly string[];
  /** Certifications and verifications that it holds. */
  readonly certifications: readonly string[];
  readonly tools: readonly string[];
  /** Classes of violations that stand. */
  readonly violations: readonly string[];
  readonly survey: { readonly [question: string]: string };
  /** Metric id to value in the metric's unit; null is "not assessed". */
  readonly metrics: { readonly [metric: string]: number | null };
  /** Of metrics that sizes follow: the lower edge of the grain that the value lies in. */
  readonly grains: { readonly [metric: string]: number };
  /** Periods of the bundle's calendars that log time lies in. */
  readonly periods: readonly string[];
  /**
   * What changed: `verdict:<condition id>`, `tier:<ladder>`, `projected:<ladder>`, `grain:<headroom or metric>`,
   * `flag:<name>`, `activation`, `first`.
   */
  readonly why: readonly string[];
}

/** `updraft.capability.usage.v1`: a usage report forwarded in place. */
export interface Usage {
  readonly position: string;
  readonly cause: Cause;
  readonly grantId: string;
  /** Cumulative units of the grant's account: exposures of a boost, whatever is counted of others. */
  readonly used: number;
  /** Cumulative, of boosts. */
  readonly clicks: number;
  readonly orders: number;
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
/** What a decision does; the life of a grant is drawn in docs/grants.md. */
export type Outcome =
  | 'issue'
  | 'withhold'
  | 'wait'
  | 'offer'
  | 'forfeit'
  | 'advance'
  | 'renew'
  | 'shrink'
  | 'grow'
  | 'pace'
  | 'warn'
  | 'clear'
  | 'revoke'
  | 'claw-back'
  | 'expire'
  | 'settle'
  | 'refuse-usage'
  | 'correct';
/** Four kinds of enablement, and limits that are imposed. */
export type GrantKind = 'traffic' | 'tool' | 'service' | 'value-added' | 'limit';

/** One atomic condition as a decision saw it. */
export interface ConditionEvidence {
  readonly id: string;
  /** `metric:<id>`, `tier:<ladder>`, `training:<course>`, `survey:<question>`, `flag:<name>` and the like. */
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

/**
 * What a holder, a partition or a merchant, has of an account. Law:
 * leasedIn = free + held + settling + spent + returned.
 */
export interface AccountBalance {
  readonly leasedIn: number;
  readonly free: number;
  readonly held: number;
  readonly settling: number;
  readonly spent: number;
  readonly returned: number;
  /** Reported usage beyond what was held: outside the budget. */
  readonly overrun: number;
  /** Of what was spent, what is claimed back from merchants: the platform's own books collect it. */
  readonly clawedBack: number;
}

export interface BudgetEvidence {
  /** Instance of the account. */
  readonly account: string;
  /** Merchant whose purse it is, for accounts per legal entity; absent: the partition's. */
  readonly holder?: string;
  readonly unit: string;
  readonly before: AccountBalance;
  readonly after: AccountBalance;
  /** Where money is what is missing: when the account's next period begins; absent where it never refills. */
  readonly refillsAt?: string;
}

/** The terms of a grant after a decision. Times in UTC; sizes in the account's unit. */
export interface GrantTerms {
  readonly grantId: string;
  readonly kind: GrantKind;
  readonly benefit: Benefit;
  /** Instance of the account; null where nothing is counted. */
  readonly account: string | null;
  readonly size: number;
  readonly maximum: number;
  /** Id of the last stage that began; null in grants without stages. */
  readonly stage: string | null;
  /** Weight of the ranking score now, basis points; null for grants that have none. */
  readonly weightBps: number | null;
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
  /** Ids of failing conditions and reason codes (`cool-down`, `no-headroom`, `budget-dry`, `merchant-cap`, …). */
  readonly reasons: readonly string[];
  /** Until when what was begun must be done: the offered course, the wait for money. */
  readonly until: string | null;
  readonly capacity: { readonly headroom: number; readonly orders: OrdersOpen } | null;
  readonly budget: BudgetEvidence | null;
  readonly grant: GrantTerms | null;
  readonly previousHash: string;
  readonly hash: string;
}

export type GrantStatus =
  'active' | 'shrunk' | 'grown' | 'expired' | 'used-up' | 'revoked' | 'clawed-back' | 'settled';

/** `updraft.grant.v1`, compacted by grant id: what gateways read. They end a grant themselves at `validUntil`. */
export interface Grant extends GrantTerms {
  readonly position: string;
  readonly programme: string;
  readonly status: GrantStatus;
  /** What gateways carry out because it was revoked; empty otherwise. */
  readonly effects: readonly string[];
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

/**
 * `updraft.treasury.request.v1`: what a holder needs of an account. A later one of the same holder and account takes
 * the place of the earlier one. `(writer, sequence)` is contiguous per treasury partition.
 */
export interface LeaseRequest {
  /** `allocator/3`. */
  readonly writer: string;
  readonly sequence: number;
  /** Position of the capability record that led to it, and ordinal. */
  readonly position: string;
  readonly account: string;
  readonly holder: string | null;
  /** What those who wait need beyond what is free; 0 asks for a share ahead of need. */
  readonly need: number;
  /** The least that is of use. */
  readonly least: number;
  readonly bundle: string;
  readonly balance: AccountBalance;
}

/** `updraft.treasury.return.v1`: a holder gives back what it does not need. */
export interface LeaseReturn {
  readonly writer: string;
  readonly sequence: number;
  readonly position: string;
  readonly account: string;
  readonly holder: string | null;
  readonly amount: number;
  readonly balance: AccountBalance;
}
