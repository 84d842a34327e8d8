import fc from 'fast-check';
import { QUANTITY_MAX } from '../number.ts';
import { addFact, dropThrough, emptyBuckets, packDays, unpackDays } from './bucket.ts';
import { FACT_PLACE, FACTS, type FactId } from './fact.ts';

const TODAY = 20_000;
const place = (fact: FactId): number => FACT_PLACE.get(fact)!;

const daysIn = (packed: string): [number, Record<string, number>][] => {
  const buckets = emptyBuckets();
  unpackDays(buckets, packed);
  return buckets.days.map((day, at) => [
    day,
    Object.fromEntries(
      FACTS.flatMap((fact, of) =>
        buckets.amounts[at]![of] === 0 ? [] : [[fact, buckets.amounts[at]![of]!]],
      ),
    ) as Record<string, number>,
  ]);
};

test('days come back from their packed form, without what was not asked for', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, place('ordersPaid'), 2);
  addFact(buckets, TODAY - 1, place('gmvMinor'), QUANTITY_MAX);
  addFact(buckets, TODAY - 2, place('ordersPaid'), 0);
  addFact(buckets, TODAY - 2, place('ordersPlaced'), 31);
  addFact(buckets, TODAY - 40, place('ordersPlaced'), 32);
  expect(daysIn(packDays(buckets, () => true))).toEqual([
    [TODAY - 40, { ordersPlaced: 32 }],
    [TODAY - 2, { ordersPlaced: 31 }],
    [TODAY - 1, { gmvMinor: QUANTITY_MAX }],
    [TODAY, { ordersPaid: 2 }],
  ]);
  expect(daysIn(packDays(buckets, (day) => day === TODAY))).toEqual([[TODAY, { ordersPaid: 2 }]]);
  expect(packDays(emptyBuckets(), () => true)).toBe('');
});

test('whatever days are packed come back, in rows that were unpacked in parts as well', () => {
  const fact = fc.record({
    day: fc.nat({ max: 30_000 }),
    place: fc.nat({ max: FACTS.length - 1 }),
    amount: fc.nat({ max: QUANTITY_MAX }),
  });
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 40 }), (facts) => {
      const buckets = emptyBuckets();
      for (const each of facts) addFact(buckets, each.day, each.place, each.amount);
      const again = emptyBuckets();
      unpackDays(
        again,
        packDays(buckets, (day) => day >= 15_000),
      );
      unpackDays(
        again,
        packDays(buckets, (day) => day < 15_000),
      );
      expect([again.days, again.amounts]).toEqual([buckets.days, buckets.amounts]);
    }),
  );
});

test('what is no packed form is refused, never taken for less', () => {
  expect(() => unpackDays(emptyBuckets(), 'é')).toThrow('days cannot be unpacked');
  expect(() => unpackDays(emptyBuckets(), packDaysOfOne().slice(0, -1))).toThrow('days cannot be unpacked');
});

function packDaysOfOne(): string {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, place('ordersPaid'), 2);
  return packDays(buckets, () => true);
}

test('what is forgotten is forgotten up to and including the day', () => {
  const buckets = emptyBuckets();
  for (const day of [3, 4, 5]) addFact(buckets, day, place('ordersPaid'), 1);
  dropThrough(buckets, 4);
  expect(buckets.days).toEqual([5]);
  dropThrough(buckets, 9);
  expect(buckets.days).toEqual([]);
});

test('two amounts as large as the door admits stop at the maximum', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, place('gmvMinor'), Number.MAX_SAFE_INTEGER);
  expect(addFact(buckets, TODAY, place('gmvMinor'), Number.MAX_SAFE_INTEGER)).toBe(QUANTITY_MAX);
});
