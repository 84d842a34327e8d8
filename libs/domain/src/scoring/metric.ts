import { mulDivQuantity, QUANTITY_MAX } from '../number.ts';
import { DAY_MS } from '../time.ts';
import type { Formula } from '../policy/bundle.ts';
import { windowTotals, type Buckets } from './bucket.ts';
import { FACT_PLACE } from './fact.ts';

/** What formulas look at besides the buckets. */
export interface MerchantNow {
  readonly buckets: Buckets;
  readonly today: number;
  readonly nowMs: number;
  readonly registeredAtMs: number | null;
  readonly openOrders: number;
  readonly overdueOrders: number;
  readonly stockUnits: number | null;
}

/** The value of a formula in its own unit; null is "not assessed", which is neither 0 nor a pass. */
export function measure(formula: Formula, merchant: MerchantNow): number | null {
  if ('ageDays' in formula) {
    if (merchant.registeredAtMs === null) return null;
    return Math.max(0, Math.floor((merchant.nowMs - merchant.registeredAtMs) / DAY_MS));
  }
  if ('state' in formula) {
    const value = merchant[formula.state];
    return value === null ? null : Math.min(value, QUANTITY_MAX);
  }
  const totals = windowTotals(merchant.buckets, formula.windowDays, merchant.today);
  if ('sum' in formula) return totals[FACT_PLACE.get(formula.sum)!]!;
  const per = totals[FACT_PLACE.get(formula.per)!]!;
  if (per < formula.minimumCount) return null;
  return mulDivQuantity(totals[FACT_PLACE.get(formula.ratio)!]!, formula.scale, per);
}
