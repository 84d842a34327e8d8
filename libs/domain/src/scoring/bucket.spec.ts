import { QUANTITY_MAX } from '../number.ts';
import { addFact, dropThrough, emptyBuckets, packDays, unpackDays } from './bucket.ts';
import { FACT_PLACE, type FactId } from './fact.ts';

const TODAY = 20_000;
const place = (fact: FactId): number => FACT_PLACE.get(fact)!;

test('packed days leave out zeros and what was not asked for, and stand in order', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, place('ordersPaid'), 2);
  addFact(buckets, TODAY - 1, place('gmvMinor'), 7);
  addFact(buckets, TODAY - 2, place('ordersPaid'), 0);
  expect(packDays(buckets, () => true)).toEqual([[TODAY - 2], [TODAY - 1, 1, 7], [TODAY, 0, 2]]);
  expect(packDays(buckets, (day) => day === TODAY)).toEqual([[TODAY, 0, 2]]);
});

test('days come back from their packed form in any order', () => {
  const buckets = emptyBuckets();
  unpackDays(buckets, [[TODAY, 0, 2]]);
  unpackDays(buckets, [[TODAY - 5, 1, 7], [TODAY - 3]]);
  expect(packDays(buckets, () => true)).toEqual([[TODAY - 5, 1, 7], [TODAY - 3], [TODAY, 0, 2]]);
});

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
