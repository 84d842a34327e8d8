import type { Ladder } from '../policy/ladder.ts';
import type { TierOrders } from '../policy/condition.ts';
import { placeOfTier, type Judged, type TierState } from './tier.ts';
import { watchCondition, type PlaceOf, type Watch, type Watched } from './verdict.ts';

/** A ladder made ready to be asked about a merchant. */
export interface LiveLadder {
  readonly ladder: Ladder;
  /** Place of the metric that its lines are on; null: tiers have conditions of their own. */
  readonly byAt: number | null;
  judge(merchant: Watched, state: TierState): Judged;
}

export function liveLadder(ladder: Ladder, placeOf: PlaceOf, tiers: TierOrders): LiveLadder {
  const watchOrAlways = (condition: Parameters<typeof watchCondition>[0] | null): Watch | null =>
    condition === null ? null : watchCondition(condition, placeOf, tiers);
  const assessed = watchOrAlways(ladder.assessed);
  const enters = ladder.tiers.map(({ enter }) => watchOrAlways(enter));
  const keeps = ladder.tiers.map(({ keep }) => watchOrAlways(keep));
  const vetoes = ladder.vetoes.map(({ when, atMost }) => ({
    holds: watchCondition(when, placeOf, tiers),
    atMost: atMost === null ? -1 : ladder.tiers.findIndex(({ id }) => id === atMost),
  }));
  const isTrue = (watch: Watch | null, merchant: Watched): boolean =>
    watch === null || watch(merchant) === 't';
  return {
    ladder,
    byAt: ladder.by === null ? null : placeOf(ladder.by),
    judge(merchant, state) {
      let entered = enters.length - 1;
      while (entered >= 0 && !isTrue(enters[entered]!, merchant)) entered -= 1;
      let kept = placeOfTier(ladder, state);
      while (kept > entered && !isTrue(keeps[kept]!, merchant)) kept -= 1;
      let atMost = ladder.tiers.length - 1;
      for (const veto of vetoes) if (veto.holds(merchant) === 't') atMost = Math.min(atMost, veto.atMost);
      return { isAssessed: isTrue(assessed, merchant), entered, kept, atMost };
    },
  };
}
