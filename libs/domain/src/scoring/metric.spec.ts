import { QUANTITY_MAX } from '../number.ts';
import type { Formula } from '../policy/bundle.ts';
import { addFact, emptyBuckets, type Buckets } from './bucket.ts';
import { FACT_PLACE, type FactId } from './fact.ts';
import { meterOf, type MerchantNow } from './metric.ts';
import { createSlotBook, totalsOf } from './window.ts';

const TODAY = 20_000;
const place = (fact: FactId): number => FACT_PLACE.get(fact)!;
const NOBODY = { nowMs: 0, registeredAtMs: null, openOrders: 3, overdueOrders: 1, stockUnits: null };

function measure(
  formula: Formula,
  now: Omit<MerchantNow, 'sums'> = NOBODY,
  buckets: Buckets = emptyBuckets(),
  today = TODAY,
): number | null {
  const book = createSlotBook();
  const meter = meterOf(formula, book);
  return meter({ ...now, sums: totalsOf(buckets, null, book.plan(), today).sums });
}

describe('a formula', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, place('ordersShipped'), 3);
  addFact(buckets, TODAY, place('shippedOnTime'), 2);
  const onTime = { ratio: 'shippedOnTime', per: 'ordersShipped', scale: 10_000, windowDays: 7 } as const;

  test('a ratio is floored in its scale and not assessed below its minimum count', () => {
    expect(measure({ ...onTime, minimumCount: 3 }, NOBODY, buckets)).toBe(6_666);
    expect(measure({ ...onTime, minimumCount: 4 }, NOBODY, buckets)).toBeNull();
    expect(measure({ ...onTime, minimumCount: 1 }, NOBODY, buckets, TODAY + 7)).toBeNull();
  });

  test('a sum over nothing is 0, which is a value', () => {
    expect(measure({ sum: 'ordersPaid', windowDays: 7 })).toBe(0);
  });

  test('a ratio of what stopped at the maximum stops there as well', () => {
    const rich = emptyBuckets();
    addFact(rich, TODAY, place('gmvMinor'), Number.MAX_SAFE_INTEGER);
    addFact(rich, TODAY - 1, place('gmvMinor'), Number.MAX_SAFE_INTEGER);
    addFact(rich, TODAY, place('ordersPaid'), 1);
    const mean = { ratio: 'gmvMinor', per: 'ordersPaid', scale: 1_000_000, minimumCount: 1 } as const;
    expect(measure({ ...mean, windowDays: 7 }, NOBODY, rich)).toBe(QUANTITY_MAX);
  });

  test('an age counts full days since registration, and an unknown merchant has none', () => {
    const DAY = 86_400_000;
    const age = (registeredAtMs: number | null, nowMs: number): number | null =>
      measure({ ageDays: true }, { ...NOBODY, registeredAtMs, nowMs });
    expect([age(null, DAY), age(0, DAY - 1), age(0, DAY), age(5, 0)]).toEqual([null, 0, 1, 0]);
  });

  test('a counter of the present is what it is; stock is not assessed until it was reported', () => {
    expect(measure({ state: 'openOrders' })).toBe(3);
    expect(measure({ state: 'overdueOrders' })).toBe(1);
    expect(measure({ state: 'stockUnits' })).toBeNull();
    expect(measure({ state: 'stockUnits' }, { ...NOBODY, stockUnits: 0 })).toBe(0);
  });
});
