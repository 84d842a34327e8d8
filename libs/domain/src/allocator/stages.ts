import { BPS, mulDivFloor } from '../number.ts';
import type { MerchantCapability } from '../outputs.ts';
import type { Programme, Stage } from '../policy/bundle.ts';
import { evaluate } from '../policy/condition.ts';
import type { Allocation } from './allocation.ts';
import type { ApplicantRow, Reported, RunningGrant, Standing } from './applicant-row.ts';
import { stopsOn } from './eligibility.ts';
import { postTo } from './ending.ts';
import { evidenceFor } from './evidence.ts';
import { accountOf, fund, stopWaiting } from './money.ts';
import { reserve } from './purse.ts';
import { changeGrant } from './resize.ts';

// Staged grants: the next pool only if the last one earned it, the second half on a later check, a step before its
// deadline or not at all. A stage that was missed takes those after it along.

/**
 * Looks at the stages of a running grant that are still to come, one after the other: what is due at once waits for no
 * other record. 'held' when losing one was held while catching up.
 */
export function takeStages(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  programme: Programme,
  standing: Standing,
): 'held' | 'looked' {
  const grant = standing.grant!;
  while (grant.stages < programme.stages.length) {
    const before = grant.stages;
    if (takeNextStage(allocation, row, capability, programme, standing) === 'held') return 'held';
    if (grant.stages === before) break;
  }
  return 'looked';
}

function takeNextStage(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  programme: Programme,
  standing: Standing,
): 'held' | 'looked' {
  const { root, policy } = allocation;
  const grant = standing.grant!;
  const stage = programme.stages[grant.stages]!;
  if (stage.withinMs !== null && root.nowMs >= grant.stageSinceMs + stage.withinMs) {
    if (root.catchingUp) return 'held';
    stopWaiting(allocation, row, standing);
    grant.stages = programme.stages.length;
    changeGrant(allocation, row, programme, grant, {
      outcome: 'forfeit',
      to: grant.status,
      reasons: [`stage-late:${stage.id}`],
      budget: null,
      size: grant.size,
      conditions: weighedOf(allocation, stage, capability),
    });
    return 'looked';
  }
  const isOpen =
    root.nowMs >= grant.stageSinceMs + stage.afterMs &&
    (stage.when === null || evaluate(stage.when, capability, policy.tiers) === 'true') &&
    hasEarned(stage, grant.reported, grant.stageFrom) &&
    stopsOn(allocation, programme).length === 0;
  if (!isOpen) {
    stopWaiting(allocation, row, standing);
    return 'looked';
  }
  if (!isFunded(allocation, row, standing, stage.size)) return 'looked';
  const budget = postTo(allocation, row, grant, (purse) => reserve(purse, stage.size, root.nowMs));
  begin(grant, stage, root.nowMs);
  const size = grant.size + stage.size;
  changeGrant(allocation, row, programme, grant, {
    outcome: 'advance',
    to: 'active',
    reasons: [`stage:${stage.id}`],
    budget,
    size,
    conditions: weighedOf(allocation, stage, capability),
  });
  return 'looked';
}

function weighedOf({ policy }: Allocation, { when }: Stage, capability: MerchantCapability) {
  return evidenceFor([when], capability, policy.tiers);
}

function begin(grant: RunningGrant, stage: Stage, nowMs: number): void {
  grant.stages += 1;
  grant.stage = stage.id;
  grant.stageSinceMs = nowMs;
  grant.stageFrom = grant.reported;
}

/** Whether the exposures of the stage that runs led to enough. */
function hasEarned({ earned }: Stage, now: Reported, from: Reported): boolean {
  if (earned === null) return true;
  const exposures = now.used - from.used;
  if (exposures < earned.minimumExposures) return false;
  const results = now[earned.by] - from[earned.by];
  return mulDivFloor(Math.max(0, results), BPS, Math.max(1, exposures)) >= earned.atLeastBps;
}

/** A stage waits for its money without a decision of its own, as long as the stage may. Half a stage is none. */
function isFunded(allocation: Allocation, row: ApplicantRow, standing: Standing, size: number): boolean {
  const { account: instance } = standing.grant!;
  const account = instance === null ? null : accountOf(allocation, instance);
  if (instance === null || account === null) return true;
  return fund(allocation, row, standing, { account, instance, wanted: size, least: size }).kind === 'now';
}
