import type { MerchantCapability } from '../outputs.ts';
import type { Programme } from '../policy/bundle.ts';
import { evaluate } from '../policy/condition.ts';
import type { Allocation } from './allocation.ts';
import type { ApplicantRow, RunningGrant, Standing } from './applicant-row.ts';
import { fittingSize, leftFor, metAtoms } from './eligibility.ts';
import { end, expireIfOver, postTo } from './ending.ts';
import { evidenceFor } from './evidence.ts';
import { lineUpOf } from './line-up.ts';
import { purseOf, stopWaiting } from './money.ts';
import { nextPaceAt } from './pace.ts';
import { release, reserve, spareIn } from './purse.ts';
import { changeGrant, mayGoOn, resize } from './resize.ts';
import { takeStages } from './stages.ts';

// The life of a running grant: it ends, is revoked, clawed back, goes on to its next stage, shrinks, grows, is paced.

/** Keeps up a running grant; true when something adverse was held because the pipeline is catching up. */
export function keepUp(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability | null,
  programme: Programme,
  standing: Standing,
): boolean {
  const { root, policy } = allocation;
  const { tiers } = policy;
  const grant = standing.grant!;
  if (renewOrExpire(allocation, row, capability, programme, standing)) return false;
  if (capability === null) return false;
  if (capability.isClosed) {
    end(allocation, row, programme.id, standing, 'revoke', 'revoked', ['merchant-closed']);
    return false;
  }
  const fraud = metAtoms(programme.clawBackWhen, capability, tiers);
  if (fraud.length > 0) {
    if (root.catchingUp) return true;
    end(allocation, row, programme.id, standing, 'claw-back', 'clawed-back', fraud);
    return false;
  }
  const compliance = judgeCompliance(allocation, row, capability, programme, standing);
  if (compliance !== 'goes-on') return compliance === 'held';
  if (programme.stages.length > grant.stages) {
    if (takeStages(allocation, row, capability, programme, standing) === 'held') return true;
    if (renewOrExpire(allocation, row, capability, programme, standing)) return false;
  }
  return resize(allocation, row, capability, programme, standing);
}

/** Warned when the condition for revoking is met, revoked when there is no time to comply or it is over. */
function judgeCompliance(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  programme: Programme,
  standing: Standing,
): 'goes-on' | 'held' | 'ended' {
  const { root, policy } = allocation;
  const grant = standing.grant!;
  const met = metAtoms(programme.revokeWhen, capability, policy.tiers);
  if (met.length === 0) {
    if (grant.complyUntilMs === null) return 'goes-on';
    grant.complyUntilMs = null;
    tellOf(allocation, row, programme, grant, 'clear', ['made-good'], capability);
    return 'goes-on';
  }
  if (root.catchingUp) return 'held';
  if (programme.complyMs > 0 && grant.complyUntilMs === null) {
    grant.complyUntilMs = root.nowMs + programme.complyMs;
    tellOf(allocation, row, programme, grant, 'warn', met, capability);
  }
  if (grant.complyUntilMs !== null && root.nowMs < grant.complyUntilMs) return 'goes-on';
  end(allocation, row, programme.id, standing, 'revoke', 'revoked', met);
  return 'ended';
}

function tellOf(
  allocation: Allocation,
  row: ApplicantRow,
  programme: Programme,
  grant: RunningGrant,
  outcome: 'warn' | 'clear',
  reasons: readonly string[],
  capability: MerchantCapability,
): void {
  changeGrant(allocation, row, programme, grant, {
    outcome,
    to: grant.status,
    reasons,
    budget: null,
    size: grant.size,
    conditions: evidenceFor([programme.revokeWhen], capability, allocation.policy.tiers),
    untilMs: grant.complyUntilMs,
  });
}

/** Grants of programmes that the live bundle no longer has run out, and nothing new is decided. */
export function keepUpOrphans(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability | null,
): void {
  const { all, ids, hasOrphans } = lineUpOf(allocation, row);
  if (!hasOrphans) return;
  for (const [at, standing] of all.entries()) {
    const id = ids[at]!;
    if (allocation.policy.programmes.has(id)) continue;
    stopWaiting(allocation, row, standing);
    standing.offer = null;
    standing.withheld = '';
    if (standing.grant === null || expireIfOver(allocation, row, id, standing, 0)) continue;
    if (capability?.isClosed) end(allocation, row, id, standing, 'revoke', 'revoked', ['merchant-closed']);
  }
}

/** At its end it is renewed or expires; true when it ended. */
function renewOrExpire(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability | null,
  programme: Programme,
  standing: Standing,
): boolean {
  const { root, policy } = allocation;
  const { tiers } = policy;
  const grant = standing.grant!;
  const { renew } = programme;
  const isOver = root.nowMs >= grant.validUntilMs;
  if (!isOver || renew === null || capability === null || grant.renewals >= renew.timesMax) {
    return expireIfOver(allocation, row, programme.id, standing, programme.stages.length);
  }
  const mayRenew = mayGoOn(allocation, row, capability, programme, standing);
  const isMet = renew.when === null || evaluate(renew.when, capability, tiers) === 'true';
  const more = Math.min(fittingSize(programme, capability), leftFor(programme, standing) - grant.spent);
  const free =
    grant.account === null
      ? more
      : spareIn(purseOf(allocation, row, grant.account)) + grant.size - grant.spent;
  if (!mayRenew || !isMet || more <= 0 || free < more) {
    return expireIfOver(allocation, row, programme.id, standing, programme.stages.length);
  }
  const change = grant.spent + more - grant.size;
  const budget = postTo(allocation, row, grant, (purse) =>
    change >= 0 ? reserve(purse, change, root.nowMs) : release(purse, -change, 'held'),
  );
  grant.renewals += 1;
  grant.validUntilMs = root.nowMs + programme.durationMs;
  grant.paceAtMs = nextPaceAt(grant, root.nowMs);
  const size = grant.spent + more;
  const weighed = [programme.need, programme.who, renew.when];
  changeGrant(allocation, row, programme, grant, {
    outcome: 'renew',
    to: 'active',
    reasons: ['renewed'],
    budget,
    size,
    conditions: evidenceFor(weighed, capability, tiers),
  });
  return false;
}
