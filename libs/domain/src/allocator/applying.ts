import type { BudgetEvidence, MerchantCapability, Outcome } from '../outputs.ts';
import { leastSize, type Floor, type Programme } from '../policy/bundle.ts';
import { decide, nextDecisionId, type Allocation } from './allocation.ts';
import {
  isWaiting,
  NOTHING_REPORTED,
  type ApplicantRow,
  type RunningGrant,
  type Standing,
} from './applicant-row.ts';
import { reasonsAgainst, stopsOn, wantedSize } from './eligibility.ts';
import { evidenceFor } from './evidence.ts';
import type { GrantState } from './grant-states.ts';
import { fund, instanceOf, post, shortage, stopWaiting } from './money.ts';
import { floorDueAt, isServed } from './next-instant.ts';
import { firstPaceAt, firstWeight } from './pace.ts';
import { reserve } from './purse.ts';
import { OFFER } from './rest.ts';
import { takeStages } from './stages.ts';

// What is decided on who has no grant of a programme: issue, offer the training, wait for money, or withhold with
// reasons, which are recorded when they change and not on every record.

/** A merchant without a running grant, before one programme. */
interface Applicant {
  readonly row: ApplicantRow;
  readonly capability: MerchantCapability;
  readonly programme: Programme;
  readonly standing: Standing;
  /** Where it stood when this look began. */
  readonly from: GrantState;
}

/** Without a running grant: decides on one. */
export function applyFor(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  programme: Programme,
  standing: Standing,
): void {
  if (standing.offer !== null) {
    forfeitOffer(allocation, { row, capability, programme, standing, from: stateOf(standing) });
  }
  const applicant: Applicant = { row, capability, programme, standing, from: stateOf(standing) };
  const reasons = reasonsAgainst(allocation, row, capability, programme, standing);
  if (reasons.length > 0) {
    standing.eligibleSinceMs = null;
    stopWaiting(allocation, row, standing);
    if (!offerTraining(allocation, applicant, reasons)) withhold(allocation, applicant, reasons);
    return;
  }
  standing.offer = null;
  const stops = stopsOn(allocation, programme);
  if (stops.length > 0) {
    // A stop is nothing that speaks against the merchant: the days of a floor go on.
    stopWaiting(allocation, row, standing);
    withhold(allocation, applicant, stops);
    return;
  }
  const early = programme.floor === null ? null : beforeFloor(allocation, applicant, programme.floor);
  if (early !== null) {
    stopWaiting(allocation, row, standing);
    withhold(allocation, applicant, [early]);
    return;
  }
  const wanted = wantedSize(programme, capability, standing);
  const account = allocation.policy.accounts.get(programme.account ?? '');
  if (account === undefined) {
    issue(allocation, applicant, wanted, null);
    return;
  }
  const instance = instanceOf(allocation, row, account);
  if (instance === null) {
    stopWaiting(allocation, row, standing);
    withhold(allocation, applicant, [`no-${account.per}`]);
    return;
  }
  const least = leastSize(programme);
  const funding = fund(allocation, row, standing, { account, instance, wanted, least });
  if (funding.kind === 'now') issue(allocation, applicant, funding.amount, instance);
  else if (funding.kind === 'none') withhold(allocation, applicant, [funding.why], instance);
  else if (funding.isNew) {
    standing.withheld = '';
    decideOn(allocation, applicant, {
      outcome: 'wait',
      reasons: ['budget-on-its-way'],
      budget: shortage(allocation, row, instance),
      to: 'waiting',
      untilMs: funding.untilMs,
    });
  }
}

/** The offer ran out: for a while there is none. */
function forfeitOffer(allocation: Allocation, applicant: Applicant): void {
  const { capability, programme, standing, from } = applicant;
  const { nowMs } = allocation.root;
  const { trainFirst } = programme;
  const { offer } = standing;
  if (offer === null) return;
  if (trainFirst?.course !== offer.course || capability.trainings.includes(offer.course)) {
    standing.offer = null;
    return;
  }
  if (nowMs < offer.untilMs) return;
  standing.offer = null;
  standing.coolDownUntilMs = nowMs + Math.max(programme.coolDownMs, trainFirst.withinMs);
  // Something else spoke against it meanwhile: then that was said last, and nothing was on offer.
  if (from !== 'offered') return;
  standing.withheld = '';
  const reasons = [`training-late:${offer.course}`];
  decideOn(allocation, applicant, { outcome: 'forfeit', reasons, to: 'none' });
}

/** Who lacks nothing but the course is offered it; false when something else speaks against the grant as well. */
function offerTraining(allocation: Allocation, applicant: Applicant, reasons: readonly string[]): boolean {
  const { capability, programme, standing } = applicant;
  const { trainFirst } = programme;
  if (trainFirst === null || capability.trainings.includes(trainFirst.course)) return false;
  const trained = { ...capability, trainings: [...capability.trainings, trainFirst.course] };
  if (reasonsAgainst(allocation, applicant.row, trained, programme, standing).length > 0) return false;
  const offered = `${OFFER}${trainFirst.course}`;
  if (standing.withheld === offered) return true;
  const untilMs = allocation.root.nowMs + trainFirst.withinMs;
  standing.offer ??= { course: trainFirst.course, untilMs };
  standing.withheld = offered;
  decideOn(allocation, applicant, {
    outcome: 'offer',
    reasons: ['train-first', ...reasons],
    to: 'offered',
    untilMs: standing.offer.untilMs,
  });
  return true;
}

/** A floor is for who was eligible for so long and had nothing meanwhile; why it is too early for it, else null. */
function beforeFloor({ root }: Allocation, { row, standing }: Applicant, floor: Floor): string | null {
  standing.eligibleSinceMs ??= root.nowMs;
  if (isServed(row, floor)) return 'served';
  return root.nowMs < floorDueAt(row, floor, standing) ? 'floor-not-due' : null;
}

function issue(allocation: Allocation, applicant: Applicant, size: number, instance: string | null): void {
  const { row, capability, programme, standing } = applicant;
  const { root, policy } = allocation;
  const grant: RunningGrant = {
    grantId: nextDecisionId(allocation),
    kind: programme.kind,
    benefit: programme.benefit,
    account: instance,
    isReusable: policy.accounts.get(programme.account ?? '')?.unit === 'seats',
    validFromMs: root.nowMs,
    validUntilMs: root.nowMs + programme.durationMs,
    settleMs: programme.settleMs,
    maximum: size,
    size,
    spent: 0,
    overrun: 0,
    status: 'active',
    reported: NOTHING_REPORTED,
    weightBps: firstWeight(programme.benefit),
    stages: 0,
    stage: null,
    stageSinceMs: root.nowMs,
    stageFrom: NOTHING_REPORTED,
    changedMs: root.nowMs,
    growAtMs: null,
    paceAtMs: firstPaceAt(programme, root.nowMs),
    renewals: 0,
    complyUntilMs: null,
  };
  const budget =
    instance === null ? null : post(allocation, row, instance, (purse) => reserve(purse, size, root.nowMs));
  standing.grant = grant;
  standing.openings += 1;
  standing.withheld = '';
  standing.eligibleSinceMs = null;
  const reasons = programme.floor === null ? [] : ['floor'];
  decideOn(allocation, applicant, { outcome: 'issue', reasons, budget, to: 'active', grant });
  takeStages(allocation, row, capability, programme, standing);
}

/** Recorded when the reasons change. */
function withhold(
  allocation: Allocation,
  applicant: Applicant,
  reasons: readonly string[],
  instance?: string,
): void {
  const { row, standing } = applicant;
  const withheld = reasons.join(' ');
  if (withheld === standing.withheld) return;
  standing.withheld = withheld;
  const budget = instance === undefined ? null : shortage(allocation, row, instance);
  decideOn(allocation, applicant, { outcome: 'withhold', reasons, budget, to: 'none' });
}

/** Where an applicant stands. */
function stateOf(standing: Standing): GrantState {
  return isWaiting(standing) ? 'waiting' : standing.withheld.startsWith(OFFER) ? 'offered' : 'none';
}

interface OnApplicant {
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly to: GrantState;
  readonly budget?: BudgetEvidence | null;
  readonly grant?: RunningGrant;
  readonly untilMs?: number;
}

/** Every decision on an applicant says which conditions were weighed, met or not. */
function decideOn(
  allocation: Allocation,
  { row, capability, programme, from }: Applicant,
  { outcome, reasons, to, budget = null, grant, untilMs }: OnApplicant,
): void {
  const { need, who, revokeWhen, clawBackWhen } = programme;
  decide(allocation, {
    outcome,
    programme: programme.id,
    merchantId: row.id,
    capability,
    conditions: evidenceFor([need, who, revokeWhen, clawBackWhen], capability, allocation.policy.tiers),
    reasons,
    budget,
    from,
    to,
    grant: grant ?? null,
    effects: [],
    untilMs: untilMs ?? null,
  });
}
