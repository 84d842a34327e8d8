import { BPS, mulDivFloor } from '../number.ts';
import type { MerchantCapability } from '../outputs.ts';
import type { Bundle, Programme } from '../policy/bundle.ts';
import { beginSettling, commitUsage, openAccount, release, reserve, type Account } from './account.ts';
import {
  budgetEvidence,
  decide,
  evidenceFor,
  fittingSize,
  nextDecisionId,
  termsOf,
  type Allocation,
} from './allocation.ts';
import {
  nextInstant,
  standingOf,
  type ApplicantRow,
  type RunningGrant,
  type SettlingGrant,
  type Standing,
} from './applicant-row.ts';
import { reasonsAgainst, revoking, sizeFor } from './eligibility.ts';

// What the allocator does with one merchant: for each programme of the live bundle, keep up a running grant or decide
// on a new one. A grant that runs is ended, revoked or shrunk; without one the merchant is issued a grant or withheld
// it with reasons, which are recorded when they change and not on every record.

/** Looks at every programme for a merchant, as of the allocation's log time. */
export function considerMerchant(allocation: Allocation, row: ApplicantRow): void {
  const { bundle, root, rows } = allocation;
  if (bundle === null) return;
  row.activation = root.sweeps['activation']!.number;
  // After an activation, what scoring said by the bundle before is no ground to decide by this one: its metrics, tiers
  // and grain may not even exist there. Scoring's own sweep tells everybody anew; until then only time goes on.
  const capability = row.capability?.bundle === root.bundleHash ? row.capability : null;
  let isHeld = false;
  settleDue(allocation, row);
  for (const [id, standing] of Object.entries(row.programmes)) {
    // A programme that the live bundle no longer has: its grants run out, and nothing new is decided.
    if (bundle.programmes.some((programme) => programme.id === id)) continue;
    if (!expireIfOver(allocation, row, id, standing) && standing.grant !== null && capability?.isClosed) {
      end(allocation, row, id, standing, 'revoke', ['merchant-closed']);
    }
  }
  for (const programme of bundle.programmes) {
    const standing = standingOf(row, programme.id);
    if (standing.grant !== null) {
      isHeld = keepUp(allocation, row, capability, programme, standing) || isHeld;
    }
    if (standing.grant === null && capability !== null) {
      applyFor(allocation, bundle, row, capability, programme, standing);
    }
  }
  rows.setHeld(row.id, isHeld);
  rows.setDue(row.id, nextInstant(row, root.nowMs));
  rows.touch(row.id);
}

/** Usage of a grant, cumulative: commits what is new of it, up to the hold; the rest is overrun. */
export function applyUsage(allocation: Allocation, row: ApplicantRow, grantId: string, used: number): void {
  for (const standing of Object.values(row.programmes)) {
    const { grant } = standing;
    const settling = standing.settling.find((each) => each.grantId === grantId);
    if (grant?.grantId === grantId) commitTo(allocation, grant, used, 'held');
    else if (settling !== undefined) commitTo(allocation, settling, used, 'settling');
  }
  allocation.rows.touch(row.id);
}

function commitTo(
  allocation: Allocation,
  grant: RunningGrant,
  used: number,
  from: 'held' | 'settling',
): void {
  const spent = Math.max(grant.spent, Math.min(used, grant.size));
  const overrun = Math.max(grant.overrun, used - grant.size, 0);
  post(allocation, grant.account, (account) =>
    commitUsage(account, spent - grant.spent, from, overrun - grant.overrun),
  );
  grant.spent = spent;
  grant.overrun = overrun;
}

/** Keeps up a running grant; true when something adverse was held because the pipeline is catching up. */
function keepUp(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability | null,
  programme: Programme,
  standing: Standing,
): boolean {
  const { root, bundle } = allocation;
  const grant = standing.grant!;
  if (expireIfOver(allocation, row, programme.id, standing)) return false;
  if (capability === null || bundle === null) return false;
  if (capability.isClosed) {
    end(allocation, row, programme.id, standing, 'revoke', ['merchant-closed']);
    return false;
  }
  const met = revoking(programme, capability, allocation.tiers);
  if (met.length > 0) {
    if (root.catchingUp) return true;
    end(allocation, row, programme.id, standing, 'revoke', met);
    return false;
  }
  const fits = fittingSize(programme, capability.headroom);
  const line = mulDivFloor(grant.size, programme.shrinkBelowBps, BPS);
  const size = Math.max(fits, grant.spent);
  if (fits >= line || size >= grant.size) return false;
  if (root.catchingUp) return true;
  shrink(allocation, row, programme, grant, size);
  // Shrunk to what was used already, nothing of it is left: it ends here, not whenever somebody looks again.
  expireIfOver(allocation, row, programme.id, standing);
  return false;
}

/** Ends the grant when its time is over or nothing of it is left. */
function expireIfOver(
  allocation: Allocation,
  row: ApplicantRow,
  programme: string,
  standing: Standing,
): boolean {
  const { grant } = standing;
  if (grant === null) return false;
  const isOver = allocation.root.nowMs >= grant.validUntilMs;
  if (!isOver && grant.spent < grant.size) return false;
  const reason = isOver ? 'duration-over' : grant.spent > 0 ? 'used-up' : 'nothing-left';
  end(allocation, row, programme, standing, 'expire', [reason]);
  return true;
}

function shrink(
  allocation: Allocation,
  row: ApplicantRow,
  programme: Programme,
  grant: RunningGrant,
  size: number,
): void {
  const budget = post(allocation, grant.account, (account) => release(account, grant.size - size, 'held'));
  grant.size = size;
  decide(allocation, {
    outcome: 'shrink',
    programme: programme.id,
    merchantId: row.id,
    capability: row.capability,
    conditions: [],
    reasons: ['headroom-below-grant'],
    budget,
    grant: { terms: termsOf(grant), status: 'shrunk' },
  });
}

function end(
  allocation: Allocation,
  row: ApplicantRow,
  programmeId: string,
  standing: Standing,
  outcome: 'expire' | 'revoke',
  reasons: readonly string[],
): void {
  const { root, bundle } = allocation;
  const grant = standing.grant!;
  const programme = bundle?.programmes.find((each) => each.id === programmeId);
  const left = grant.size - grant.spent;
  const budget = post(allocation, grant.account, (account) => beginSettling(account, left));
  const conditions =
    outcome === 'revoke' && programme?.revokeWhen && row.capability !== null && bundle !== null
      ? evidenceFor(programme.revokeWhen, row.capability, allocation.tiers)
      : [];
  decide(allocation, {
    outcome,
    programme: programmeId,
    merchantId: row.id,
    capability: row.capability,
    conditions,
    reasons,
    budget,
    grant: {
      terms: termsOf(grant),
      status: outcome === 'expire' ? 'expired' : 'revoked',
    },
  });
  standing.settling.push({ ...grant, untilMs: root.nowMs + grant.settleMs });
  standing.grant = null;
  standing.coolDownUntilMs = root.nowMs + (programme?.coolDownMs ?? 0);
  standing.withheld = '';
}

/** Returns what ended grants did not use, once nothing more can be reported against them. */
function settleDue(allocation: Allocation, row: ApplicantRow): void {
  for (const standing of Object.values(row.programmes)) {
    if (standing.settling.length === 0) continue;
    const isOver = (grant: SettlingGrant): boolean => grant.untilMs <= allocation.root.nowMs;
    for (const grant of standing.settling.filter(isOver)) {
      post(allocation, grant.account, (account) => release(account, grant.size - grant.spent, 'settling'));
      standing.spentBefore += grant.spent;
    }
    standing.settling = standing.settling.filter((grant) => !isOver(grant));
  }
}

function applyFor(
  allocation: Allocation,
  bundle: Bundle,
  row: ApplicantRow,
  capability: MerchantCapability,
  programme: Programme,
  standing: Standing,
): void {
  const { root, tiers } = allocation;
  const account = root.accounts[programme.account] ?? openAccount();
  const barred = revoking(programme, capability, tiers);
  const reasons = reasonsAgainst(programme, capability, standing, root.nowMs, tiers, barred);
  const size = reasons.length > 0 ? 0 : sizeFor(programme, capability, standing, account.free);
  if (size === 0 && reasons.length === 0) reasons.push('budget-dry');
  const isDry = reasons.includes('budget-dry');
  if (isDry) root.isBudgetWanted = true;
  const withheld = reasons.join(' ');
  if (size === 0 && withheld === standing.withheld) return;
  const { who, revokeWhen } = programme;
  const weighed = barred.length > 0 && revokeWhen !== null ? { all: [who, revokeWhen] } : who;
  const conditions = evidenceFor(weighed, capability, tiers);
  const about = { programme: programme.id, merchantId: row.id, capability, conditions, reasons };
  if (size > 0) {
    const grant: RunningGrant = {
      grantId: nextDecisionId(allocation),
      kind: programme.kind,
      account: programme.account,
      maximum: size,
      validFromMs: root.nowMs,
      validUntilMs: root.nowMs + programme.durationMs,
      settleMs: programme.settleMs,
      size,
      spent: 0,
      overrun: 0,
    };
    const budget = post(allocation, programme.account, (before) => reserve(before, size));
    standing.grant = grant;
    standing.openings += 1;
    standing.withheld = '';
    const terms = { terms: termsOf(grant), status: 'active' as const };
    decide(allocation, { ...about, outcome: 'issue', budget, grant: terms });
    return;
  }
  standing.withheld = withheld;
  const budget = isDry ? budgetEvidence(bundle, programme.account, account, account) : null;
  decide(allocation, { ...about, outcome: 'withhold', budget, grant: null });
}

/** Posts to an account and says what it was before and after. */
function post(allocation: Allocation, id: string, posting: (account: Account) => Account) {
  const { root, bundle } = allocation;
  const before = root.accounts[id] ?? openAccount();
  const after = posting(before);
  root.accounts[id] = after;
  if (after.free > before.free && root.isBudgetWanted) root.isBudgetFreed = true;
  return budgetEvidence(bundle, id, before, after);
}
