import { BPS, clamp, mulDivFloor } from '../number.ts';
import type { Ladder, ScoreComponent } from '../policy/bundle.ts';

/** A component of the score with the place of its metric. */
export interface PlacedComponent extends ScoreComponent {
  readonly at: number;
}

/**
 * Weighted score in basis points, from metric values by place. A component that is not assessed is left out and its
 * weight re-spread over the others; when less than the minimum weight is left, there is no score.
 */
export function scoreOf(
  components: readonly PlacedComponent[],
  minimumWeightBps: number,
  values: readonly (number | null)[],
): number | null {
  let weight = 0;
  let weighted = 0;
  for (const component of components) {
    const value = values[component.at]!;
    if (value === null) continue;
    weight += component.weightBps;
    weighted += component.weightBps * componentBps(component, value);
  }
  return weight === 0 || weight < minimumWeightBps ? null : Math.floor(weighted / weight);
}

function componentBps({ from, to }: ScoreComponent, value: number): number {
  return to > from
    ? mulDivFloor(clamp(value - from, 0, to - from), BPS, to - from)
    : mulDivFloor(clamp(from - value, 0, from - to), BPS, from - to);
}

export interface TierState {
  /** Published tier; null is "no score". */
  readonly tier: string | null;
  /** When the published tier last changed, ms UTC; null before the first one. */
  readonly sinceMs: number | null;
}

export const NO_TIER: TierState = { tier: null, sinceMs: null };

export interface TierStep {
  readonly next: TierState;
  /** What the score alone would give today. */
  readonly projected: string | null;
  /** When the dwell time ends that keeps the published tier from following, ms UTC; null when nothing waits. */
  readonly waitsUntilMs: number | null;
  /** The published tier would fall but was held because the pipeline is catching up. */
  readonly isHeld: boolean;
}

/**
 * One look at the ladder. A tier is entered at its enter line and left below its leave line; between them the
 * published tier stays. After a change the tier stays for the dwell time, then follows by one step a look. Losing the
 * score counts as a fall. The first tier is given at once.
 */
export function stepTier(
  ladder: Ladder,
  state: TierState,
  scoreBps: number | null,
  nowMs: number,
  canFall: boolean,
): TierStep {
  const order = ladder.tiers;
  const at = order.findIndex((tier) => tier.id === state.tier);
  // A tier that the live ladder does not have is none: the first tier of this ladder is given at once.
  if (at < 0 && state.tier !== null) return stepTier(ladder, NO_TIER, scoreBps, nowMs, canFall);
  const wanted = wantedTier(ladder, at, scoreBps);
  const projected = wanted < 0 ? null : order[wanted]!.id;
  const unchanged = { next: state, projected, waitsUntilMs: null, isHeld: false };
  if (wanted === at) return unchanged;
  const dwellEndsMs = state.sinceMs === null ? nowMs : state.sinceMs + ladder.dwellMs;
  if (nowMs < dwellEndsMs) return { ...unchanged, waitsUntilMs: dwellEndsMs };
  if (wanted < at && !canFall) return { ...unchanged, isHeld: true };
  // From "no score" straight to where the score stands; otherwise one step.
  const to = at < 0 || wanted < 0 ? wanted : at + Math.sign(wanted - at);
  const next = { tier: to < 0 ? null : order[to]!.id, sinceMs: nowMs };
  return { next, projected, waitsUntilMs: to === wanted ? null : nowMs + ladder.dwellMs, isHeld: false };
}

/** Place of the tier that the score gives, seen from place `at`; −1 is "no score". */
function wantedTier(ladder: Ladder, at: number, scoreBps: number | null): number {
  if (scoreBps === null) return -1;
  const entered = ladder.tiers.findLastIndex((tier) => scoreBps >= tier.enterBps);
  if (at < 0 || entered >= at) return entered;
  return scoreBps >= ladder.tiers[at]!.leaveBps ? at : entered;
}
