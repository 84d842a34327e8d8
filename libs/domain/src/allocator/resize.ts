import { BPS, mulDivFloor } from '../number.ts';
import type { BudgetEvidence, MerchantCapability, Outcome } from '../outputs.ts';
import type { Programme } from '../policy/bundle.ts';
import { decide, type Allocation } from './allocation.ts';
import type { ApplicantRow, RunningGrant, Standing } from './applicant-row.ts';
import { fittingSize, leftFor, reasonsAgainst, stopsOn } from './eligibility.ts';
import { expireIfOver, postTo } from './ending.ts';
import { NOTHING_WEIGHED, type EvidenceText } from './evidence.ts';
import { purseOf } from './money.ts';
import { nextPaceAt, paceOf } from './pace.ts';
import { release, reserve, spareIn } from './purse.ts';

/** Shrinks to what fits, grows by a step, or sets the pace. True when shrinking was held. */
export function resize(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  programme: Programme,
  standing: Standing,
): boolean {
  const { root } = allocation;
  const grant = standing.grant!;
  grant.growAtMs = null;
  if (!('fixed' in programme.size)) {
    const fits = fittingSize(programme, capability);
    const size = Math.max(fits, grant.spent);
    if (fits < mulDivFloor(grant.size, programme.shrinkBelowBps, BPS) && size < grant.size) {
      if (root.catchingUp) return true;
      const budget = postTo(allocation, row, grant, (purse) => release(purse, grant.size - size, 'held'));
      changeGrant(allocation, row, programme, grant, {
        outcome: 'shrink',
        to: 'shrunk',
        reasons: [followsMetric(programme) ? 'metric-below-grant' : 'headroom-below-grant'],
        budget,
        size,
      });
      // Shrunk to what was used already, nothing of it is left: it ends here, not whenever somebody looks again.
      if (expireIfOver(allocation, row, programme.id, standing, 0)) return false;
    }
    if (programme.grow !== null && fits > grant.size) growBack(allocation, row, programme, standing, fits);
  }
  if (grant.paceAtMs !== null && root.nowMs >= grant.paceAtMs) {
    grant.paceAtMs = nextPaceAt(grant, root.nowMs);
    // What was delivered meanwhile may still be on its way.
    if (root.catchingUp) return false;
    const weightBps = paceOf(grant, root.nowMs);
    if (weightBps === grant.weightBps) return false;
    const isStronger = weightBps! > grant.weightBps!;
    grant.weightBps = weightBps;
    const why = isStronger ? 'behind-schedule' : 'on-schedule';
    changeGrant(allocation, row, programme, grant, {
      outcome: 'pace',
      to: grant.status,
      reasons: [why],
      budget: null,
      size: grant.size,
    });
  }
  return false;
}

function growBack(
  allocation: Allocation,
  row: ApplicantRow,
  programme: Programme,
  standing: Standing,
  fits: number,
): void {
  const { root } = allocation;
  const grant = standing.grant!;
  const { stepBps, dwellMs } = programme.grow!;
  const bound = Math.min(fits, leftFor(programme, standing));
  if (bound <= grant.size) return;
  const atMs = grant.changedMs + dwellMs;
  if (root.nowMs < atMs) {
    grant.growAtMs = atMs;
    return;
  }
  const step = Math.max(1, mulDivFloor(grant.size, stepBps, BPS));
  const free = grant.account === null ? step : spareIn(purseOf(allocation, row, grant.account));
  const more = Math.min(bound - grant.size, step, free);
  if (more > 0 && mayGoOn(allocation, row, row.capability!, programme, standing)) {
    const budget = postTo(allocation, row, grant, (purse) => reserve(purse, more, root.nowMs));
    changeGrant(allocation, row, programme, grant, {
      outcome: 'grow',
      to: 'grown',
      reasons: [followsMetric(programme) ? 'metric-above-grant' : 'headroom-above-grant'],
      budget,
      size: grant.size + more,
    });
  }
  // Without money, or with more to grow, it is looked at again after another dwell time.
  if (bound > grant.size) grant.growAtMs = root.nowMs + Math.max(1, dwellMs);
}

function followsMetric({ size }: Programme): boolean {
  return 'metric' in size;
}

/** Whether a running grant may grow or be renewed: what speaks only against another opening is no matter. */
export function mayGoOn(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  programme: Programme,
  standing: Standing,
): boolean {
  const reasons = reasonsAgainst(allocation, row, capability, programme, standing);
  return reasons.every(isOfOpening) && stopsOn(allocation, programme).length === 0;
}

function isOfOpening(reason: string): boolean {
  return reason === 'openings-used' || reason === 'cool-down' || reason === 'merchant-cap';
}

export interface GrantChange {
  readonly outcome: Outcome;
  readonly to: RunningGrant['status'];
  readonly reasons: readonly string[];
  readonly budget: BudgetEvidence | null;
  /** Its size from now on. */
  readonly size: number;
  /** Until when something may still be done. */
  readonly untilMs?: number | null;
  /** What was weighed besides its size. */
  readonly conditions?: EvidenceText;
}

/** A running grant goes on, changed. */
export function changeGrant(
  allocation: Allocation,
  row: ApplicantRow,
  programme: Programme,
  grant: RunningGrant,
  { outcome, to, reasons, budget, size, untilMs = null, conditions = NOTHING_WEIGHED }: GrantChange,
): void {
  const from = grant.status;
  if (size !== grant.size) grant.changedMs = allocation.root.nowMs;
  grant.size = size;
  grant.maximum = Math.max(grant.maximum, size);
  grant.status = to;
  decide(allocation, {
    outcome,
    programme: programme.id,
    merchantId: row.id,
    capability: row.capability,
    conditions,
    reasons,
    budget,
    from,
    to,
    grant,
    effects: [],
    untilMs,
  });
}
