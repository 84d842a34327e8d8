import { BPS, clamp, mulDivFloor } from '../number.ts';
import type { Score, ScoreComponent } from '../policy/formula.ts';
import type { MerchantNow } from './merchant-now.ts';
import type { Meter, MeterScope } from './metric.ts';
import type { Watched } from './verdict.ts';

/**
 * Weighted score. A component that is not assessed is left out and its weight re-spread over the others; when less
 * than the minimum weight is left, there is no score. Then what it is at least (floors), then what is taken off.
 */
export function scoreMeterOf(score: Score, { placeOf, watch }: MeterScope): Meter {
  const components = score.components.map((component) => ({ ...component, at: placeOf(component.metric) }));
  const floors = score.floors.map(({ when, atLeast }) => ({ holds: watch(when), atLeast }));
  const deductions = score.deductions.map(({ when, points }) => ({ holds: watch(when), points }));
  const { scale, minimumWeightBps } = score;
  return (merchant) => {
    const mean = weightedMean(components, merchant);
    if (mean === null || mean.weight < minimumWeightBps) return null;
    let value = mulDivFloor(mean.weighted, scale, mean.weight * BPS);
    if (floors.length + deductions.length === 0) return value;
    const seen = merchant as MerchantNow & Watched;
    for (const { holds, atLeast } of floors) if (holds(seen) === 't') value = Math.max(value, atLeast);
    for (const { holds, points } of deductions) if (holds(seen) === 't') value -= points;
    return clamp(value, 0, scale);
  };
}

function weightedMean(
  components: readonly (ScoreComponent & { readonly at: number })[],
  { values }: MerchantNow,
): { readonly weight: number; readonly weighted: number } | null {
  let weight = 0;
  let weighted = 0;
  for (const component of components) {
    const value = values[component.at]!;
    if (value === null) continue;
    weight += component.weightBps;
    weighted += component.weightBps * componentBps(component, value);
  }
  return weight === 0 ? null : { weight, weighted };
}

function componentBps({ from, to }: ScoreComponent, value: number): number {
  return to > from
    ? mulDivFloor(clamp(value - from, 0, to - from), BPS, to - from)
    : mulDivFloor(clamp(from - value, 0, from - to), BPS, from - to);
}
