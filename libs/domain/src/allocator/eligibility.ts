import type { MerchantCapability } from '../outputs.ts';
import { leastSize, type Programme } from '../policy/bundle.ts';
import { assess } from '../policy/assess.ts';
import { atomsOf, evaluate, failingAtoms, type Condition, type TierOrders } from '../policy/condition.ts';
import type { Allocation } from './allocation.ts';
import { isWaiting, type ApplicantRow, type Standing } from './applicant-row.ts';

// Who may have a grant of a programme, and how large. Stops come last but one and money last: only those are told of
// them against whom nothing else speaks.

/** Whoever does not need it is left in peace: that is the only reason then. */
const NOT_NEEDED = 'not-needed';

/** Everything that speaks against a grant, stops and money aside. */
export function reasonsAgainst(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  programme: Programme,
  standing: Standing,
): string[] {
  const { root, policy } = allocation;
  const { tiers } = policy;
  if (!capability.isKnown) return ['unknown-merchant'];
  if (capability.isClosed) return ['merchant-closed'];
  if (programme.need !== null && evaluate(programme.need, capability, tiers) !== 'true') {
    return [NOT_NEEDED, ...failingAtoms(programme.need, capability, tiers)];
  }
  const reasons = [...failingAtoms(programme.who, capability, tiers)];
  reasons.push(...metAtoms(programme.revokeWhen, capability, tiers));
  reasons.push(...metAtoms(programme.clawBackWhen, capability, tiers));
  if (root.nowMs < standing.coolDownUntilMs) reasons.push('cool-down');
  if (standing.openings >= programme.openingsMax) reasons.push('openings-used');
  if (fittingSize(programme, capability) === 0) reasons.push(tooLittle(programme));
  if (leftFor(programme, standing) < leastSize(programme)) reasons.push('merchant-cap');
  if (reasons.length > 0) return reasons;
  // Whoever could not have it anyway is not told of a rival, which may come and go.
  const rival = rivalOf(allocation, row, programme);
  return rival === null ? reasons : [`exclusive:${rival}`];
}

/** Why nothing fits: no orders can be carried, or the metric that the size follows comes to too little. */
function tooLittle({ size }: Programme): string {
  return 'metric' in size ? `too-little:${size.metric}` : 'no-headroom';
}

/** What is stopped of a programme: all issuing, itself, its account or one around it. */
export function stopsOn({ root, policy }: Allocation, { id }: Programme): string[] {
  if (root.stops.length === 0) return [];
  const scopes = policy.scopes.get(id)!;
  return root.stops.filter((scope) => scopes.has(scope)).map((scope) => `stopped:${scope}`);
}

/** Of the same set, the programme that the merchant has, or that goes first and waits for its money. */
export function rivalOf({ policy }: Allocation, row: ApplicantRow, programme: Programme): string | null {
  for (const { id, isBefore } of policy.rivals.get(programme.id)!) {
    const standing = row.programmes[id];
    if (standing === undefined) continue;
    if (standing.grant !== null || (isBefore && isWaiting(standing))) return id;
  }
  return null;
}

/** What to give to somebody against whom nothing speaks, if there is money. */
export function wantedSize(programme: Programme, capability: MerchantCapability, standing: Standing): number {
  return Math.min(fittingSize(programme, capability), leftFor(programme, standing));
}

/** What a size follows: the lower edges of grains. */
export type Followed = Pick<MerchantCapability, 'headroom' | 'grains'>;

/** What fits the merchant now, in units of the account; 0 when what it follows carries nothing of use. */
export function fittingSize({ size }: Programme, { headroom, grains }: Followed): number {
  if ('fixed' in size) return size.fixed;
  const units =
    'metric' in size
      ? Math.floor((grains[size.metric] ?? 0) / size.per) * size.times
      : headroom * size.perHeadroom;
  const fits = Math.min(units, size.maximum);
  return fits < size.minimum ? 0 : fits;
}

/** Units that the merchant may still have by the programme's cap, what it holds now aside. */
export function leftFor(programme: Programme, standing: Standing): number {
  const had = standing.settling.reduce((sum, grant) => sum + grant.size, standing.spentBefore);
  return programme.perMerchantMax - had;
}

/** The atoms that make a condition true which must not be; empty when it is not. */
export function metAtoms(
  condition: Condition | null,
  capability: MerchantCapability,
  tiers: TierOrders,
): readonly string[] {
  if (condition === null || evaluate(condition, capability, tiers) !== 'true') return [];
  const blamed = new Set(failingAtoms({ not: condition }, capability, tiers));
  const met = atomsOf(condition).filter(
    (atom) => blamed.has(atom.id) && assess(atom, capability, tiers).verdict !== 'not-assessed',
  );
  return met.map((atom) => atom.id);
}
