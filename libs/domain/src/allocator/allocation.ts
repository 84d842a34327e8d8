import { canonicalJson, type Json } from '../canonical.ts';
import { ENGINE } from '../engine.ts';
import type {
  AccountBalance,
  BudgetEvidence,
  Cause,
  ConditionEvidence,
  Decision,
  Grant,
  GrantTerms,
  MerchantCapability,
  Outcome,
} from '../outputs.ts';
import type { Bundle, Programme } from '../policy/bundle.ts';
import { assess, atomsOf, type Condition, type TierOrder } from '../policy/condition.ts';
import type { Sweep } from '../stage/due-work.ts';
import type { MerchantRows } from '../stage/merchant-rows.ts';
import { formatPosition, type Position } from '../stage/position.ts';
import type { Hash, OutputRecord } from '../stage/stage.ts';
import { writeEvent, writeEventText } from '../stage/write-event.ts';
import { formatInstant } from '../time.ts';
import { balanceOf, type Account } from './account.ts';
import type { ApplicantRow, RunningGrant } from './applicant-row.ts';

/** What the allocator keeps of its partition besides the merchants. */
export interface AllocatorRoot {
  position: Position | null;
  logId: string;
  partitions: number;
  nowMs: number;
  catchingUp: boolean;
  bundleHash: string | null;
  bundleSequence: number;
  /** Activity hash of the last forwarded tick. */
  activityHash: string;
  /** Of the last decision: the chain goes on from here. */
  sequence: number;
  chainHash: string;
  accounts: { [account: string]: Account };
  /** Somebody was withheld because the account was dry. */
  isBudgetWanted: boolean;
  /** Funds came free while somebody wanted them: a budget sweep is due. */
  isBudgetFreed: boolean;
  sweeps: Record<string, Sweep>;
}

/** One partition of the allocator at work on one record. */
export interface Allocation {
  readonly root: AllocatorRoot;
  readonly rows: MerchantRows<ApplicantRow>;
  readonly hash: Hash;
  bundle: Bundle | null;
  /** Of the bundle's ladder. */
  tiers: TierOrder;
  outputs: OutputRecord[];
  ordinal: number;
  cause: Cause;
  inputPosition: Position;
}

export function emptyAllocatorRoot(): AllocatorRoot {
  return {
    position: null,
    logId: '',
    partitions: 0,
    nowMs: 0,
    catchingUp: false,
    bundleHash: null,
    bundleSequence: 0,
    activityHash: '',
    sequence: 0,
    chainHash: '',
    accounts: {},
    isBudgetWanted: false,
    isBudgetFreed: false,
    sweeps: { activation: { number: 0, cursor: null }, budget: { number: 0, cursor: null } },
  };
}

/** What a decision is about, before it gets its place in the chain. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly programme: string;
  readonly merchantId: string;
  readonly capability: MerchantCapability | null;
  readonly conditions: readonly ConditionEvidence[];
  readonly reasons: readonly string[];
  readonly budget: BudgetEvidence | null;
  /** The grant after the decision, with its status for the gateways; null when withheld. */
  readonly grant: { readonly terms: GrantTerms; readonly status: Grant['status'] } | null;
}

/** Position and id of the next decision. A grant is named after the decision that issued it. */
export function nextDecisionId(allocation: Allocation): string {
  return formatPosition([...allocation.inputPosition, allocation.ordinal]);
}

/** Appends a decision to the chain and, where it concerns a grant, the grant's new state. */
export function decide(allocation: Allocation, verdict: Verdict): void {
  const { root, hash } = allocation;
  const id = nextDecisionId(allocation);
  const position = [...allocation.inputPosition, allocation.ordinal++];
  root.sequence += 1;
  // Members in order of their names: the hash has its place between the two halves.
  const head = {
    activityHash: root.activityHash,
    budget: verdict.budget,
    bundle: root.bundleHash ?? '',
    capacity:
      verdict.capability === null
        ? null
        : { headroom: verdict.capability.headroom, orders: verdict.capability.orders },
    cause: allocation.cause,
    conditions: verdict.conditions,
    engine: ENGINE,
    grant: verdict.grant?.terms ?? null,
  } satisfies Partial<Decision>;
  const tail = {
    logId: root.logId,
    outcome: verdict.outcome,
    position: id,
    previousHash: root.chainHash,
    programme: verdict.programme,
    reasons: verdict.reasons,
    sequence: root.sequence,
    tier: verdict.capability?.tier ?? null,
  } satisfies Omit<Decision, 'hash' | keyof typeof head>;
  const source = `/updraft/${root.logId}/allocator`;
  const event = { id, source, subject: verdict.merchantId, timeMs: root.nowMs };
  const decision = { ...event, type: 'updraft.decision.v1' };
  const before = canonicalJson(head as unknown as Json).slice(0, -1);
  const after = canonicalJson(tail as unknown as Json).slice(1);
  root.chainHash = hash(writeEventText(decision, `${before},${after}`));
  const text = writeEventText(decision, `${before},"hash":"${root.chainHash}",${after}`);
  allocation.outputs.push({ log: 'decisions', key: verdict.merchantId, position, text });
  if (verdict.grant === null) return;
  const grant: Grant = {
    ...verdict.grant.terms,
    position: id,
    programme: verdict.programme,
    status: verdict.grant.status,
    decision: id,
  };
  const grantText = writeEvent({ ...event, type: 'updraft.grant.v1', data: grant });
  allocation.outputs.push({ log: 'grants', key: grant.grantId, position, text: grantText });
}

/** Where a decision's text has its own hash: no text within quotes looks like it, and no other member does. */
const OWN_HASH = /"hash":"[0-9a-f]{64}",(?="logId":)/;

/** The hash of a decision record, recomputed from its canonical text: what a reader checks the chain with. */
export function decisionHash(text: string, hash: Hash): string {
  return hash(text.replace(OWN_HASH, ''));
}

/** Every atom of a condition as evidence. */
export function evidenceFor(
  condition: Condition,
  capability: MerchantCapability,
  tiers: TierOrder,
): ConditionEvidence[] {
  return atomsOf(condition).map((atom) => ({
    ...assess(atom, capability, tiers),
    asOf: capability.position,
  }));
}

export function budgetEvidence(
  bundle: Bundle | null,
  id: string,
  before: Account,
  after: Account,
): BudgetEvidence {
  const unit = bundle?.accounts.find((account) => account.id === id)?.unit ?? 'exposures';
  const balances: { before: AccountBalance; after: AccountBalance } = {
    before: balanceOf(before),
    after: balanceOf(after),
  };
  return { account: id, unit, ...balances };
}

export function termsOf(grant: RunningGrant): GrantTerms {
  return {
    grantId: grant.grantId,
    kind: grant.kind,
    size: grant.size,
    maximum: grant.maximum,
    validFrom: formatInstant(grant.validFromMs),
    validUntil: formatInstant(grant.validUntilMs),
  };
}

/** What fits the merchant now, in units of the account; 0 when its headroom carries nothing of use. */
export function fittingSize(programme: Programme, headroom: number): number {
  const { size } = programme;
  if ('fixed' in size) return size.fixed;
  const fits = Math.min(headroom * size.perHeadroom, size.maximum);
  return fits < size.minimum ? 0 : fits;
}
