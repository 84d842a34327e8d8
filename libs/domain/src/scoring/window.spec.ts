import fc from 'fast-check';
import { QUANTITY_MAX } from '../number.ts';
import { DAYS_KEPT, dropThrough, emptyBuckets, placeOfDay, type Buckets } from './bucket.ts';
import { FACT_PLACE, FACTS, type FactId } from './fact.ts';
import { addQuantity } from '../number.ts';
import { countInto, createSlotBook, nextChangeDay, totalsOf, type Totals } from './window.ts';

const TODAY = 20_000;
const place = (fact: FactId): number => FACT_PLACE.get(fact)!;

/** As an event does it: into the bucket, and into the totals that are kept. */
function count(buckets: Buckets, totals: Totals | null, day: number, fact: number, amount: number): void {
  const at = placeOfDay(buckets, day);
  const before = buckets.amounts[at]![fact]!;
  const after = (buckets.amounts[at]![fact] = addQuantity(before, amount));
  if (totals !== null) countInto(totals, buckets, at, fact, before, after);
}

test('a window of n days holds today and the n - 1 days before it, and nothing of tomorrow', () => {
  const buckets = emptyBuckets();
  const book = createSlotBook();
  for (const days of [1, 7, 8, DAYS_KEPT]) book.slotOf(place('ordersPaid'), days);
  for (const [day, amount] of [[TODAY + 1, 1_000], [TODAY, 100], [TODAY - 6, 10], [TODAY - 7, 1]]) {
    count(buckets, null, day!, place('ordersPaid'), amount!);
  } // prettier-ignore
  const plan = book.plan();
  expect(totalsOf(buckets, null, plan, TODAY).sums).toEqual([100, 110, 111, 111]);
  expect(totalsOf(buckets, null, plan, TODAY + 1).sums).toEqual([1_000, 1_100, 1_110, 1_111]);
});

test('a slot is asked for once, and days with any of a fact are another total than its amounts', () => {
  const book = createSlotBook();
  const amounts = book.slotOf(place('ordersShipped'), 7);
  const days = book.slotOf(place('ordersShipped'), 7, 'days');
  expect([amounts, days, book.slotOf(place('ordersShipped'), 7)]).toEqual([0, 1, 0]);
  const buckets = emptyBuckets();
  const totals = totalsOf(buckets, null, book.plan(), TODAY);
  for (const day of [TODAY, TODAY - 1, TODAY - 1]) count(buckets, totals, day, place('ordersShipped'), 5);
  expect(totalsOf(buckets, totals, book.plan(), TODAY).sums).toEqual([15, 2]);
});

test('kept totals equal those reckoned anew, whatever comes in which order, and change on no other day', () => {
  const book = createSlotBook();
  for (const days of [1, 3, 7]) {
    for (let fact = 0; fact < FACTS.length; fact++) {
      book.slotOf(fact, days);
      book.slotOf(fact, days, 'days');
    }
  }
  const plan = book.plan();
  const fact = fc.record({
    day: fc.integer({ min: TODAY - 12, max: TODAY + 6 }),
    place: fc.nat({ max: FACTS.length - 1 }),
    amount: fc.oneof(fc.nat({ max: 9 }), fc.maxSafeNat()),
  });
  const step = fc.oneof(fact, fc.constant('tomorrow' as const), fc.constant('forget' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const buckets = emptyBuckets();
      let today = TODAY - 4;
      let totals = totalsOf(buckets, null, plan, today);
      for (const each of steps) {
        const expectedChange = nextChangeDay(totals, buckets);
        const before = [...totals.sums];
        if (each === 'tomorrow') today += 1;
        else if (each === 'forget') dropThrough(buckets, today - 8);
        else count(buckets, totals, each.day, each.place, each.amount);
        totals = totalsOf(buckets, totals, plan, today);
        expect(totals.sums).toEqual(totalsOf(buckets, null, plan, today).sums);
        if (each === 'tomorrow' && today < expectedChange) expect(totals.sums).toEqual(before);
      }
    }),
  );
});

test('totals that stopped at the maximum are reckoned anew when a day leaves', () => {
  const buckets = emptyBuckets();
  const book = createSlotBook();
  book.slotOf(place('gmvMinor'), 7);
  const plan = book.plan();
  const totals = totalsOf(buckets, null, plan, TODAY);
  for (const day of [TODAY - 6, TODAY]) {
    count(buckets, totals, day, place('gmvMinor'), Number.MAX_SAFE_INTEGER);
  }
  expect(totals.sums).toEqual([QUANTITY_MAX]);
  count(buckets, totals, TODAY - 5, place('gmvMinor'), 3);
  const later = totalsOf(buckets, totals, plan, TODAY + 7);
  expect(later.sums).toEqual([0]);
});

test('the day on which a total changes next: the oldest leaves, or one from the future comes', () => {
  const buckets = emptyBuckets();
  const book = createSlotBook();
  book.slotOf(place('ordersPaid'), 7);
  book.slotOf(place('reviews'), 30);
  const plan = book.plan();
  const next = (): number => nextChangeDay(totalsOf(buckets, null, plan, TODAY), buckets);
  expect(next()).toBe(Infinity);
  count(buckets, null, TODAY - 9, place('reviews'), 1);
  expect(next()).toBe(TODAY + 21);
  count(buckets, null, TODAY - 2, place('ordersPaid'), 1);
  expect(next()).toBe(TODAY + 5);
  count(buckets, null, TODAY + 1, place('ordersPaid'), 1);
  expect(next()).toBe(TODAY + 1);
});
