import fc from 'fast-check';
import { QUANTITY_MAX } from '../number.ts';
import type { Formula } from '../policy/bundle.ts';
import {
  addFact,
  DAYS_KEPT,
  emptyBuckets,
  packDays,
  unpackDays,
  windowTotals,
  type Buckets,
} from './bucket.ts';
import { FACT_PLACE, FACTS, type FactId } from './fact.ts';
import { measure, type MerchantNow } from './metric.ts';

const TODAY = 20_000;
const place = (fact: FactId): number => FACT_PLACE.get(fact)!;
const NOBODY = { nowMs: 0, registeredAtMs: null, openOrders: 3, overdueOrders: 1, stockUnits: null };
const paidOver = (buckets: Buckets, days: number, today = TODAY): number =>
  windowTotals(buckets, days, today)[place('ordersPaid')]!;

test('a window of n days holds today and the n - 1 days before it, and nothing of tomorrow', () => {
  const buckets = emptyBuckets();
  for (const [day, amount] of [[TODAY + 1, 1_000], [TODAY, 100], [TODAY - 6, 10], [TODAY - 7, 1]]) {
    addFact(buckets, day!, place('ordersPaid'), amount!);
  } // prettier-ignore
  expect([1, 7, 8, DAYS_KEPT].map((days) => paidOver(buckets, days))).toEqual([100, 110, 111, 111]);
  expect(paidOver(buckets, 7, TODAY + 1)).toBe(1_100);
});

test('kept totals equal those reckoned anew, whatever comes in which order', () => {
  const fact = fc.record({
    day: fc.integer({ min: TODAY - 12, max: TODAY + 3 }),
    place: fc.nat({ max: FACTS.length - 1 }),
    amount: fc.oneof(fc.nat({ max: 9 }), fc.maxSafeNat()),
  });
  const step = fc.oneof(fact, fc.constant('tomorrow' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const kept = emptyBuckets();
      let today = TODAY - 4;
      for (const each of steps) {
        if (each === 'tomorrow') today += 1;
        else addFact(kept, each.day, each.place, each.amount);
        const anew = emptyBuckets();
        unpackDays(
          anew,
          packDays(kept, () => true),
        );
        for (const days of [1, 3, 7]) {
          expect(windowTotals(kept, days, today)).toEqual(windowTotals(anew, days, today));
        }
      }
    }),
  );
});

test('packed days leave out zeros and what was not asked for, and stand in order', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, place('ordersPaid'), 2);
  addFact(buckets, TODAY - 1, place('gmvMinor'), 7);
  addFact(buckets, TODAY - 2, place('ordersPaid'), 0);
  expect(packDays(buckets, () => true)).toEqual([[TODAY - 2], [TODAY - 1, 1, 7], [TODAY, 0, 2]]);
  expect(packDays(buckets, (day) => day === TODAY)).toEqual([[TODAY, 0, 2]]);
});

test('two amounts as large as the door admits stop at the maximum instead of stopping the partition', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, place('gmvMinor'), Number.MAX_SAFE_INTEGER);
  addFact(buckets, TODAY, place('gmvMinor'), Number.MAX_SAFE_INTEGER);
  addFact(buckets, TODAY - 1, place('gmvMinor'), Number.MAX_SAFE_INTEGER);
  expect(windowTotals(buckets, 7, TODAY)[place('gmvMinor')]).toBe(QUANTITY_MAX);
  addFact(buckets, TODAY, place('ordersPaid'), 1);
  const mean: Formula = {
    ratio: 'gmvMinor',
    per: 'ordersPaid',
    scale: 1_000_000,
    minimumCount: 1,
    windowDays: 7,
  };
  expect(measure(mean, { ...NOBODY, buckets, today: TODAY })).toBe(QUANTITY_MAX);
});

describe('a formula', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, place('ordersShipped'), 3);
  addFact(buckets, TODAY, place('shippedOnTime'), 2);
  const now: MerchantNow = { ...NOBODY, buckets, today: TODAY };
  const onTime = { ratio: 'shippedOnTime', per: 'ordersShipped', scale: 10_000, windowDays: 7 } as const;

  test('a ratio is floored in its scale and not assessed below its minimum count', () => {
    expect(measure({ ...onTime, minimumCount: 3 }, now)).toBe(6_666);
    expect(measure({ ...onTime, minimumCount: 4 }, now)).toBeNull();
    expect(measure({ ...onTime, minimumCount: 1 }, { ...now, today: TODAY + 7 })).toBeNull();
  });

  test('a sum over nothing is 0, which is a value', () => {
    expect(measure({ sum: 'ordersPaid', windowDays: 7 }, now)).toBe(0);
  });

  test('an age counts full days since registration, and an unknown merchant has none', () => {
    const DAY = 86_400_000;
    const age = (registeredAtMs: number | null, nowMs: number): number | null =>
      measure({ ageDays: true }, { ...now, registeredAtMs, nowMs });
    expect([age(null, DAY), age(0, DAY - 1), age(0, DAY), age(5, 0)]).toEqual([null, 0, 1, 0]);
  });

  test('a counter of the present is what it is; stock is not assessed until it was reported', () => {
    expect(measure({ state: 'openOrders' }, now)).toBe(3);
    expect(measure({ state: 'overdueOrders' }, now)).toBe(1);
    expect(measure({ state: 'stockUnits' }, now)).toBeNull();
    expect(measure({ state: 'stockUnits' }, { ...now, stockUnits: 0 })).toBe(0);
  });
});
