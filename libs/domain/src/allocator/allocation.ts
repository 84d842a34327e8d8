import { canonicalJson, canonicalText, type Json } from '../canonical.ts';
import type { ZoneTransition } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import type { BudgetEvidence, Cause, Grant, GrantTerms, MerchantCapability, Outcome } from '../outputs.ts';
import type { Bundle } from '../policy/bundle.ts';
import type { Sweep } from '../stage/due-work.ts';
import type { MerchantRows } from '../stage/merchant-rows.ts';
import { formatPosition, type Position } from '../stage/position.ts';
import type { Hash, OutputRecord } from '../stage/stage.ts';
import { envelopeText, writeEvent } from '../stage/write-event.ts';
import { formatInstant } from '../time.ts';
import type { ApplicantRow, RunningGrant, SettlingGrant } from './applicant-row.ts';
import { NOTHING_WEIGHED, type EvidenceText } from './evidence.ts';
import { checkTransition, type GrantState } from './grant-states.ts';
import type { PolicyIndex } from './policy-index.ts';
import type { Purse } from './purse.ts';
import type { Touch } from './touched.ts';

/** What the allocator keeps of its partition besides the merchants. */
export interface AllocatorRoot {
  position: Position | null;
  logId: string;
  partitions: number;
  treasuries: number;
  zone: readonly ZoneTransition[];
  nowMs: number;
  catchingUp: boolean;
  bundleHash: string | null;
  bundleSequence: number;
  /** Activity hash of the last forwarded tick. */
  activityHash: string;
  /** Of the last decision: the chain goes on from here. */
  sequence: number;
  chainHash: string;
  /** By instance of the account. */
  purses: { [instance: string]: Purse };
  /** Partition of the treasury that keeps the books of an account, from its first request on. */
  homes: { [account: string]: number };
  /** Last sequence sent to each partition of the treasury. */
  sent: number[];
  /** Scopes that are stopped, in the order in which they were. */
  stops: string[];
  /** Of the last stop or resumption. */
  stopSequence: number;
  /** Turns given to those who wait. */
  turns: number;
  /** Money came in or came free: those who wait are looked at. */
  isFunded: boolean;
  /** A period began or issuing was resumed: everybody who waits is looked at, funded or not. */
  isRevised: boolean;
  /** The sweep that runs looks at everybody who waits. */
  isRevising: boolean;
  /** The period of each account that has periods, as of the last tick. */
  periods: { [account: string]: string };
  sweeps: Record<string, Sweep>;
}

/** One partition of the allocator at work on one record. */
export interface Allocation {
  readonly partition: number;
  readonly root: AllocatorRoot;
  readonly rows: MerchantRows<ApplicantRow>;
  readonly hash: Hash;
  readonly touch: Touch;
  bundle: Bundle | null;
  /** Of the bundle. */
  policy: PolicyIndex;
  outputs: OutputRecord[];
  ordinal: number;
  cause: Cause;
  /** Of the last decision. */
  frame: DecisionFrame | null;
  inputPosition: Position;
  /** Purses of the partition that this record moved. */
  readonly moved: Set<string>;
  /** Those who wait are being served in their order. */
  isServing: boolean;
}

export function emptyAllocatorRoot(): AllocatorRoot {
  return {
    position: null,
    logId: '',
    partitions: 0,
    treasuries: 0,
    zone: [],
    nowMs: 0,
    catchingUp: false,
    bundleHash: null,
    bundleSequence: 0,
    activityHash: '',
    sequence: 0,
    chainHash: '',
    purses: {},
    homes: {},
    sent: [],
    stops: [],
    stopSequence: 0,
    turns: 0,
    isFunded: false,
    isRevised: false,
    isRevising: false,
    periods: {},
    sweeps: { activation: { number: 0, cursor: null }, waiting: { number: 0, cursor: null } },
  };
}

/** What a decision is about, before it gets its place in the chain. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly programme: string;
  readonly merchantId: string;
  readonly capability: MerchantCapability | null;
  readonly conditions: EvidenceText;
  readonly reasons: readonly string[];
  readonly budget: BudgetEvidence | null;
  /** Where the merchant or the grant stood before, and stands now. */
  readonly from: GrantState;
  readonly to: GrantState;
  /** The grant after the decision, for the gateways; null where there is none. */
  readonly grant: RunningGrant | SettlingGrant | null;
  /** What gateways carry out because it was revoked. */
  readonly effects: readonly string[];
  /** Until when something may still be done; null where nothing ends. */
  readonly untilMs: number | null;
}

/** Position and id of the next decision. A grant is named after the decision that issued it. */
export function nextDecisionId(allocation: Allocation): string {
  return formatPosition([...allocation.inputPosition, allocation.ordinal]);
}

/** Decides: appends to the chain and, where it concerns a grant, writes the grant's new state. */
export function decide(allocation: Allocation, verdict: Verdict): void {
  checkTransition(verdict.from, verdict.outcome, verdict.to);
  append(allocation, verdict);
}

/** Usage of a grant that the merchant does not have, or that settled: it counts nowhere, and this says so. */
export function refuseUsage(
  allocation: Allocation,
  row: ApplicantRow,
  grantId: string,
  reason: 'grant-settled' | 'grant-not-of-merchant',
): void {
  append(allocation, {
    outcome: 'refuse-usage',
    programme: '',
    merchantId: row.id,
    capability: null,
    conditions: NOTHING_WEIGHED,
    reasons: [reason, `grant:${grantId}`],
    budget: null,
    to: 'none',
    grant: null,
    effects: [],
    untilMs: null,
  });
}

function append(allocation: Allocation, verdict: Omit<Verdict, 'from'>): void {
  const { root, hash } = allocation;
  const terms = verdict.grant === null ? null : termsOf(verdict.grant);
  const id = nextDecisionId(allocation);
  const position = [...allocation.inputPosition, allocation.ordinal++];
  root.sequence += 1;
  const source = `/updraft/${root.logId}/allocator`;
  const event = { id, source, subject: verdict.merchantId, timeMs: root.nowMs };
  const envelope = envelopeText({ ...event, type: 'updraft.decision.v1' });
  const { before, after } = membersOf(allocation, verdict, id, terms);
  const head = `{"data":{${before}`;
  const hashed = `${head}${after}}${envelope}`;
  root.chainHash = hash(hashed);
  // Cut out of what was hashed: it lies in one piece, while what it was put together from would live on in a hundred
  // until the decision is published.
  const text = `${hashed.slice(0, head.length)}"hash":"${root.chainHash}",${hashed.slice(head.length)}`;
  allocation.outputs.push({ log: 'decisions', key: verdict.merchantId, position, text });
  if (terms === null || verdict.grant === null) return;
  const grant: Grant = {
    account: terms.account,
    benefit: terms.benefit,
    decision: id,
    effects: verdict.effects,
    grantId: terms.grantId,
    kind: terms.kind,
    maximum: terms.maximum,
    position: id,
    programme: verdict.programme,
    size: terms.size,
    stage: terms.stage,
    status: verdict.to === 'settled' ? 'settled' : verdict.grant.status,
    validFrom: terms.validFrom,
    validUntil: terms.validUntil,
    weightBps: terms.weightBps,
  };
  const grantText = writeEvent({ ...event, type: 'updraft.grant.v1', data: grant });
  allocation.outputs.push({ log: 'grants', key: grant.grantId, position, text: grantText });
}

/** The members of a decision as canonical JSON, in order of their names: before its hash and after it. */
function membersOf(
  allocation: Allocation,
  { budget, capability, conditions, outcome, programme, reasons, untilMs }: Omit<Verdict, 'from'>,
  position: string,
  grant: GrantTerms | null,
): { readonly before: string; readonly after: string } {
  const { root } = allocation;
  const { capacityText, causeText } = frameOf(allocation, capability);
  const before =
    `"activityHash":"${root.activityHash}","budget":${textOf(budget)},"bundle":"${root.bundleHash ?? ''}"` +
    `,"capacity":${capacityText},"cause":${causeText},"conditions":${conditions},"engine":${ENGINE}` +
    `,"grant":${textOf(grant)},`;
  const after =
    `"logId":${canonicalText(root.logId)},"outcome":"${outcome}","position":"${position}"` +
    `,"previousHash":"${root.chainHash}","programme":${canonicalText(programme)}` +
    `,"reasons":[${reasons.map(canonicalText).join(',')}],"sequence":${root.sequence}` +
    `,"tier":${textOf(capability?.tier ?? null)}` +
    `,"until":${textOf(untilMs === null ? null : formatInstant(untilMs))}`;
  return { before, after };
}

function textOf(value: object | string | null): string {
  return canonicalJson(value as Json);
}

/** The same in every decision that a record leads to on one merchant, as canonical JSON. */
export interface DecisionFrame {
  readonly cause: Cause;
  readonly causeText: string;
  readonly capability: MerchantCapability | null;
  readonly capacityText: string;
}

function frameOf(allocation: Allocation, capability: MerchantCapability | null): DecisionFrame {
  const { cause, frame } = allocation;
  if (frame?.cause === cause && frame.capability === capability) return frame;
  const capacity = capability === null ? null : { headroom: capability.headroom, orders: capability.orders };
  const causeText = frame?.cause === cause ? frame.causeText : textOf(cause);
  return (allocation.frame = { cause, causeText, capability, capacityText: textOf(capacity) });
}

/** Where a decision's text has its own hash: no text within quotes looks like it, and no other member does. */
const OWN_HASH = /"hash":"[0-9a-f]{64}",(?="logId":)/;

/** The hash of a decision record, recomputed from its canonical text: what a reader checks the chain with. */
export function decisionHash(text: string, hash: Hash): string {
  return hash(text.replace(OWN_HASH, ''));
}

export function termsOf(grant: RunningGrant | SettlingGrant): GrantTerms {
  // Members in order of their names, as they are written.
  return {
    account: grant.account,
    benefit: grant.benefit,
    grantId: grant.grantId,
    kind: grant.kind,
    maximum: grant.maximum,
    size: grant.size,
    stage: grant.stage,
    validFrom: formatInstant(grant.validFromMs),
    validUntil: formatInstant(grant.validUntilMs),
    weightBps: grant.weightBps,
  };
}
