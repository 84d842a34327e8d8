import type { MerchantCapability } from '../outputs.ts';
import type { Programme } from '../policy/bundle.ts';
import { assess, atomsOf, evaluate, failingAtoms, type TierOrder } from '../policy/condition.ts';
import { fittingSize } from './allocation.ts';
import type { Standing } from './applicant-row.ts';

// Who may have a grant of a programme, and how large. The budget is asked last, and only by those against whom nothing
// else speaks.

/** Everything that speaks against a grant, the budget aside: only the eligible ask it. */
export function reasonsAgainst(
  programme: Programme,
  capability: MerchantCapability,
  standing: Standing,
  nowMs: number,
  tiers: TierOrder,
  barred: readonly string[],
): string[] {
  const reasons: string[] = [];
  if (!capability.isKnown) reasons.push('unknown-merchant');
  if (capability.isClosed) reasons.push('merchant-closed');
  reasons.push(...failingAtoms(programme.who, capability, tiers));
  reasons.push(...barred);
  if (nowMs < standing.coolDownUntilMs) reasons.push('cool-down');
  if (standing.openings >= programme.openingsMax) reasons.push('openings-used');
  if (fittingSize(programme, capability.headroom) === 0) reasons.push('no-headroom');
  if (leftFor(programme, standing) < leastOf(programme)) reasons.push('merchant-cap');
  return reasons;
}

/** The size to issue to somebody against whom nothing speaks; 0 where the account has not enough left. */
export function sizeFor(
  programme: Programme,
  capability: MerchantCapability,
  standing: Standing,
  free: number,
): number {
  const size = Math.min(fittingSize(programme, capability.headroom), leftFor(programme, standing), free);
  return size < leastOf(programme) ? 0 : size;
}

/** Units that the merchant may still have by the programme's cap. */
function leftFor(programme: Programme, standing: Standing): number {
  const had = standing.settling.reduce((sum, grant) => sum + grant.size, standing.spentBefore);
  return programme.perMerchantMax - had;
}

function leastOf({ size }: Programme): number {
  return 'fixed' in size ? size.fixed : size.minimum;
}

/** The atoms that speak for revoking: a running grant is revoked for them, and none is issued against them. */
export function revoking(
  programme: Programme,
  capability: MerchantCapability,
  tiers: TierOrder,
): readonly string[] {
  const { revokeWhen } = programme;
  if (revokeWhen === null || evaluate(revokeWhen, capability, tiers) !== 'true') return [];
  const blamed = new Set(failingAtoms({ not: revokeWhen }, capability, tiers));
  const met = atomsOf(revokeWhen).filter(
    (atom) => blamed.has(atom.id) && assess(atom, capability, tiers).verdict !== 'not-assessed',
  );
  return met.map((atom) => atom.id);
}
