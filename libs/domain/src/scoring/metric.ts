import { mulDivQuantity, QUANTITY_MAX } from '../number.ts';
import { DAY_MS } from '../time.ts';
import type { Formula } from '../policy/bundle.ts';
import { FACT_PLACE, type FactId } from './fact.ts';
import type { SlotBook } from './window.ts';

/** What formulas look at. */
export interface MerchantNow {
  /** Running totals, by slot. */
  readonly sums: readonly number[];
  readonly nowMs: number;
  readonly registeredAtMs: number | null;
  readonly openOrders: number;
  readonly overdueOrders: number;
  readonly stockUnits: number | null;
}

/** The value of a formula in its own unit; null is "not assessed", which is neither 0 nor a pass. */
export type Meter = (merchant: MerchantNow) => number | null;

/** A formula made ready: its totals are in the book, and what is left is arithmetic. */
export function meterOf(formula: Formula, book: SlotBook): Meter {
  if ('ageDays' in formula) {
    return ({ registeredAtMs, nowMs }) =>
      registeredAtMs === null ? null : Math.max(0, Math.floor((nowMs - registeredAtMs) / DAY_MS));
  }
  if ('state' in formula) {
    const { state } = formula;
    return (merchant) => {
      const value = merchant[state];
      return value === null ? null : Math.min(value, QUANTITY_MAX);
    };
  }
  const slotOf = (fact: FactId): number => book.slotOf(FACT_PLACE.get(fact)!, formula.windowDays);
  if ('sum' in formula) {
    const at = slotOf(formula.sum);
    return ({ sums }) => sums[at]!;
  }
  const { minimumCount, scale } = formula;
  const of = slotOf(formula.ratio);
  const per = slotOf(formula.per);
  return ({ sums }) => (sums[per]! < minimumCount ? null : mulDivQuantity(sums[of]!, scale, sums[per]!));
}
