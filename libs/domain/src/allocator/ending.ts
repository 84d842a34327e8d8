import type { BudgetEvidence, MerchantCapability } from '../outputs.ts';
import type { Programme } from '../policy/bundle.ts';
import type { Condition } from '../policy/condition.ts';
import { decide, type Allocation } from './allocation.ts';
import {
  SETTLED_MAX,
  type ApplicantRow,
  type RunningGrant,
  type SettlingGrant,
  type Standing,
} from './applicant-row.ts';
import { metAtoms } from './eligibility.ts';
import { evidenceFor, NOTHING_WEIGHED, type EvidenceText } from './evidence.ts';
import type { GrantState } from './grant-states.ts';
import { lineUpOf } from './line-up.ts';
import { post, stopWaiting } from './money.ts';
import { beginSettling, clawBack, release } from './purse.ts';

// How a grant ends, and how what is left of it comes back once nothing more can be reported.

/** Ends the grant when its time is over, or when nothing of it is left and no stage is to come. */
export function expireIfOver(
  allocation: Allocation,
  row: ApplicantRow,
  programme: string,
  standing: Standing,
  stages: number,
): boolean {
  const grant = standing.grant!;
  const isOver = allocation.root.nowMs >= grant.validUntilMs;
  if (isOver) {
    end(allocation, row, programme, standing, 'expire', 'expired', ['duration-over']);
    return true;
  }
  // Seats and rights are not used up.
  if (grant.account === null || grant.isReusable || grant.spent < grant.size || grant.stages < stages)
    return false;
  const reason = grant.spent > 0 ? 'used-up' : 'nothing-left';
  end(allocation, row, programme, standing, 'expire', 'used-up', [reason]);
  return true;
}

export function end(
  allocation: Allocation,
  row: ApplicantRow,
  programmeId: string,
  standing: Standing,
  outcome: 'expire' | 'revoke' | 'claw-back',
  to: SettlingGrant['status'],
  reasons: readonly string[],
): void {
  const { root, policy } = allocation;
  const grant = standing.grant!;
  const programme = policy.programmes.get(programmeId) ?? null;
  const left = grant.size - grant.spent;
  const budget = postTo(allocation, row, grant, (purse) => {
    const after = grant.isReusable ? release(purse, left, 'held') : beginSettling(purse, left);
    return outcome === 'claw-back' ? clawBack(after, grant.spent) : after;
  });
  const ended: SettlingGrant = { ...grant, status: to, untilMs: root.nowMs + grant.settleMs };
  const condition = { expire: null, revoke: programme?.revokeWhen, 'claw-back': programme?.clawBackWhen }[
    outcome
  ];
  decide(allocation, {
    outcome,
    programme: programmeId,
    merchantId: row.id,
    capability: row.capability,
    conditions: evidenceOf(allocation, row, condition ?? null),
    reasons,
    budget,
    from: grant.status,
    to,
    grant: ended,
    effects: outcome === 'expire' ? [] : (programme?.onRevoke ?? []),
    untilMs: null,
  });
  // Seats came back at once, and of what is not counted nothing can be reported.
  if (grant.account !== null && !grant.isReusable) standing.settling.push(ended);
  else remember(row, grant.grantId);
  standing.grant = null;
  row.servedAtMs[grant.kind] = root.nowMs;
  stopWaiting(allocation, row, standing);
  standing.coolDownUntilMs = root.nowMs + (programme?.coolDownMs ?? 0);
  standing.withheld = '';
}

/** Fraud that shows while a grant settles: what it spent is claimed as well. */
export function clawBackEnded(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability | null,
  programme: Programme,
  standing: Standing,
): boolean {
  if (capability === null || standing.settling.every(({ status }) => status === 'clawed-back')) return false;
  const met = metAtoms(programme.clawBackWhen, capability, allocation.policy.tiers);
  if (met.length === 0) return false;
  if (allocation.root.catchingUp) return true;
  for (const grant of standing.settling) {
    if (grant.status === 'clawed-back') continue;
    const from: GrantState = grant.status;
    const budget = postTo(allocation, row, grant, (purse) => clawBack(purse, grant.spent));
    grant.status = 'clawed-back';
    decide(allocation, {
      outcome: 'claw-back',
      programme: programme.id,
      merchantId: row.id,
      capability,
      conditions: evidenceOf(allocation, row, programme.clawBackWhen),
      reasons: met,
      budget,
      from,
      to: 'clawed-back',
      grant,
      effects: programme.onRevoke,
      untilMs: null,
    });
  }
  return false;
}

/** Returns what ended grants did not use, once nothing more can be reported against them. */
export function settleDue(allocation: Allocation, row: ApplicantRow): void {
  const { nowMs } = allocation.root;
  const { all, ids, busy } = lineUpOf(allocation, row);
  for (const at of busy) {
    const standing = all[at]!;
    if (standing.settling.length === 0) continue;
    const programme = ids[at]!;
    for (const grant of standing.settling.filter(({ untilMs }) => untilMs <= nowMs)) {
      const left = grant.size - grant.spent;
      const budget = postTo(allocation, row, grant, (purse) => release(purse, left, 'settling'));
      standing.spentBefore += grant.spent;
      remember(row, grant.grantId);
      decide(allocation, {
        outcome: 'settle',
        programme,
        merchantId: row.id,
        capability: row.capability,
        conditions: NOTHING_WEIGHED,
        reasons: ['nothing-more-reported'],
        budget,
        from: grant.status,
        to: 'settled',
        grant,
        effects: [],
        untilMs: null,
      });
    }
    standing.settling = standing.settling.filter(({ untilMs }) => untilMs > nowMs);
  }
}

function remember(row: ApplicantRow, grantId: string): void {
  row.settled = [...row.settled, grantId].slice(-SETTLED_MAX);
}

function evidenceOf(allocation: Allocation, row: ApplicantRow, condition: Condition | null): EvidenceText {
  if (row.capability === null || allocation.bundle === null) return NOTHING_WEIGHED;
  return evidenceFor([condition], row.capability, allocation.policy.tiers);
}

/** Posts to the grant's account, where it has one. */
export function postTo(
  allocation: Allocation,
  row: ApplicantRow,
  { account }: Pick<RunningGrant, 'account'>,
  posting: Parameters<typeof post>[3],
): BudgetEvidence | null {
  return account === null ? null : post(allocation, row, account, posting);
}
