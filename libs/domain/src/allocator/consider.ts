import type { MerchantCapability } from '../outputs.ts';
import { leastSize, type Floor, type Programme } from '../policy/bundle.ts';
import { decide, nextDecisionId, type Allocation, type Verdict } from './allocation.ts';
import {
  isWaiting,
  NOTHING_REPORTED,
  turnOf,
  type ApplicantRow,
  type RunningGrant,
  type Standing,
} from './applicant-row.ts';
import { reasonsAgainst, stopsOn, wantedSize } from './eligibility.ts';
import { clawBackEnded, settleDue } from './ending.ts';
import { evidenceFor } from './evidence.ts';
import { keepUp, keepUpOrphans } from './grant-life.ts';
import type { GrantState } from './grant-states.ts';
import { lineUpOf } from './line-up.ts';
import { fund, instanceOf, post, shortage, stopWaiting } from './money.ts';
import { floorDueAt, isServed, nextInstant } from './next-instant.ts';
import { firstPaceAt, firstWeight } from './pace.ts';
import { reserve } from './purse.ts';
import { isAtRest, OFFER, restlessOf } from './rest.ts';
import { takeStages } from './stages.ts';
import { balanceOwnBooks } from './treasury-mail.ts';

// What the allocator does with one merchant: first what runs is kept up, ended, shrunk or grown, then for each
// programme without a running grant there is a decision: issue, offer the training, wait for money, or withhold with
// reasons, which are recorded when they change and not on every record.

/**
 * Looks at a merchant's programmes, as of the allocation's log time: at all of them, or, where nothing happened since
 * the last look but these causes, at those that may answer otherwise because of them.
 */
export function considerMerchant(
  allocation: Allocation,
  row: ApplicantRow,
  why: readonly string[] | null = null,
): void {
  const { bundle, root, rows, policy, touch } = allocation;
  if (bundle === null) return;
  row.activation = root.sweeps['activation']!.number;
  // After an activation, what scoring said by the bundle before is no ground to decide by this one: its metrics, tiers
  // and grain may not even exist there. Scoring's own sweep tells everybody anew; until then only time goes on.
  const capability = row.capability?.bundle === root.bundleHash ? row.capability : null;
  const lineUp = lineUpOf(allocation, row);
  const { live, all } = lineUp;
  const { ordinal } = allocation;
  settleDue(allocation, row);
  keepUpOrphans(allocation, row, capability);
  let isHeld = false;
  for (let at = 0; at < live.length; at++) {
    const standing = live[at]!;
    if (standing.grant === null && standing.settling.length === 0) continue;
    const programme = bundle.programmes[at]!;
    if (standing.grant !== null) isHeld = keepUp(allocation, row, capability, programme, standing) || isHeld;
    // Afterwards, so that one which ended just now is among them.
    isHeld = clawBackEnded(allocation, row, capability, programme, standing) || isHeld;
  }
  if (capability === null) lineUp.restless = null;
  else {
    const isQuiet = allocation.ordinal === ordinal && root.nowMs < lineUp.quietUntilMs;
    applyForAll(allocation, row, capability, why === null ? null : touch(policy.readers, why), isQuiet);
  }
  balanceOwnBooks(allocation, row);
  rows.setHeld(row.id, isHeld);
  rows.setWaiting(row.id, turnOf(all));
  const nextMs = nextInstant(allocation, row);
  lineUp.quietUntilMs = nextMs ?? Infinity;
  rows.setDue(row.id, nextMs);
  rows.touch(row.id);
}

/**
 * Decides on the programmes that are touched, null for all, and on those whose reason does not stand. `isQuiet`: since
 * the last look nothing was decided and no instant came, so that whoever was left at rest still is.
 */
function applyForAll(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  touched: ReadonlySet<string> | null,
  isQuiet: boolean,
): void {
  const { programmes } = allocation.bundle!;
  const lineUp = lineUpOf(allocation, row);
  const { live, restless } = lineUp;
  const { ordinal } = allocation;
  if (isQuiet && touched?.size === 0 && restless?.length === 0) return;
  for (let at = 0; at < live.length; at++) {
    const standing = live[at]!;
    if (standing.grant !== null) continue;
    const programme = programmes[at]!;
    if (touched !== null && !touched.has(programme.id)) {
      // A decision on one may wake another.
      const isKnown = isQuiet && restless !== null && allocation.ordinal === ordinal;
      if (isKnown ? !restless.includes(at) : isAtRest(allocation, row, programme, standing)) continue;
    }
    applyFor(allocation, { row, capability, programme, standing });
  }
  lineUp.restless = restlessOf(allocation, row);
}

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
function applyFor(allocation: Allocation, before: Omit<Applicant, 'from'>): void {
  const { row, capability, programme, standing } = before;
  forfeitOffer(allocation, before);
  const applicant = { ...before, from: stateOf(standing) };
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
    decide(allocation, {
      ...aboutApplicant(allocation, applicant),
      outcome: 'wait',
      reasons: ['budget-on-its-way'],
      budget: shortage(allocation, row, instance),
      to: 'waiting',
      grant: null,
      untilMs: funding.untilMs,
    });
  }
}

/** The offer ran out: for a while there is none. */
function forfeitOffer(allocation: Allocation, before: Omit<Applicant, 'from'>): void {
  const { capability, programme, standing } = before;
  const { nowMs } = allocation.root;
  const { trainFirst } = programme;
  const { offer } = standing;
  if (offer === null) return;
  if (trainFirst?.course !== offer.course || capability.trainings.includes(offer.course)) {
    standing.offer = null;
    return;
  }
  if (nowMs < offer.untilMs) return;
  const from = stateOf(standing);
  standing.offer = null;
  standing.coolDownUntilMs = nowMs + Math.max(programme.coolDownMs, trainFirst.withinMs);
  // Something else spoke against it meanwhile: then that was said last, and nothing was on offer.
  if (from !== 'offered') return;
  standing.withheld = '';
  decide(allocation, {
    ...aboutApplicant(allocation, { ...before, from }),
    outcome: 'forfeit',
    reasons: [`training-late:${offer.course}`],
    to: 'none',
    budget: null,
    grant: null,
  });
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
  decide(allocation, {
    ...aboutApplicant(allocation, applicant),
    outcome: 'offer',
    reasons: ['train-first', ...reasons],
    to: 'offered',
    budget: null,
    grant: null,
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
  const about = aboutApplicant(allocation, applicant);
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
  decide(allocation, { ...about, outcome: 'issue', reasons, budget, to: 'active', grant });
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
  const about = aboutApplicant(allocation, applicant);
  decide(allocation, { ...about, outcome: 'withhold', reasons, budget, to: 'none', grant: null });
}

/** Where an applicant stands. */
function stateOf(standing: Standing): GrantState {
  return isWaiting(standing) ? 'waiting' : standing.withheld.startsWith(OFFER) ? 'offered' : 'none';
}

type About = Pick<Verdict, 'programme' | 'merchantId' | 'capability' | 'conditions' | 'from'>;

/** What every decision on an applicant says: the conditions that were weighed, met or not. */
function aboutApplicant({ policy }: Allocation, { row, capability, programme, from }: Applicant): About {
  const { need, who, revokeWhen, clawBackWhen } = programme;
  const conditions = evidenceFor([need, who, revokeWhen, clawBackWhen], capability, policy.tiers);
  return { programme: programme.id, merchantId: row.id, capability, conditions, from };
}
