import { QUANTITY_MAX } from '../number.ts';
import { addFact, dropThrough, emptyBuckets, placeFrom, type Buckets } from './bucket.ts';
import { FACT } from './fact.ts';

const TODAY = 20_000;

const paidDays = ({ columns }: Buckets): readonly number[] => columns[FACT.ordersPaid]!.days;

test('days stand in order, whatever comes when, and a fact that never occurred has no column', () => {
  const buckets = emptyBuckets();
  for (const day of [5, 9, 7, 5, 6]) addFact(buckets, day, FACT.ordersPaid, 1);
  expect(paidDays(buckets)).toEqual([5, 6, 7, 9]);
  expect(buckets.columns[FACT.ordersPaid]!.amounts).toEqual([2, 1, 1, 1]);
  expect(buckets.columns.filter((column) => column !== null)).toHaveLength(1);
});

test.each([
  [4, 0],
  [5, 0],
  [6, 1],
  [7, 1],
  [8, 2],
])('the first day from %d on stands at place %d', (day, place) => {
  const buckets = emptyBuckets();
  for (const each of [5, 7]) addFact(buckets, each, FACT.ordersPaid, 1);
  expect(placeFrom(buckets.columns[FACT.ordersPaid]!, day)).toBe(place);
});

test('what is forgotten is forgotten up to and including the day, and what it came to is kept', () => {
  const buckets = emptyBuckets();
  for (const day of [3, 4, 5]) addFact(buckets, day, FACT.ordersPaid, day);
  dropThrough(buckets, 4);
  expect([paidDays(buckets), buckets.columns[FACT.ordersPaid]!.before]).toEqual([[5], 7]);
  dropThrough(buckets, 9);
  expect([paidDays(buckets), buckets.columns[FACT.ordersPaid]!.before]).toEqual([[], 12]);
});

test('amounts as large as the door admits stop at the maximum, on a day and in what was forgotten', () => {
  const buckets = emptyBuckets();
  addFact(buckets, TODAY, FACT.gmvMinor, Number.MAX_SAFE_INTEGER);
  expect(addFact(buckets, TODAY, FACT.gmvMinor, Number.MAX_SAFE_INTEGER)).toBe(QUANTITY_MAX);
  addFact(buckets, TODAY + 1, FACT.gmvMinor, 1);
  dropThrough(buckets, TODAY + 1);
  expect(buckets.columns[FACT.gmvMinor]!.before).toBe(QUANTITY_MAX);
});
