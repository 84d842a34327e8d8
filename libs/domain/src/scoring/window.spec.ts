import fc from 'fast-check';
import { addQuantity, QUANTITY_MAX } from '../number.ts';
import type { PlainWindow } from '../policy/formula.ts';
import { columnOf, DAYS_KEPT, dropThrough, emptyBuckets, placeOfDay, type Buckets } from './bucket.ts';
import { FACT } from './fact.ts';
import { noMarks, takeLowest } from './marks.ts';
import { countInto, createSlotBook, reckon, turnDay, type Totals } from './window.ts';

const TODAY = 20_000;
const NOBODY = 0;
const NODES = 8;

/** As an event does it: into the column, and into the totals that are kept. */
function count(
  buckets: Buckets,
  day: number,
  fact: number,
  amount: number,
  totals?: Totals,
  today = TODAY,
): number[] {
  const marks = noMarks(NODES);
  const column = columnOf(buckets, fact);
  const at = placeOfDay(buckets, column, day);
  const before = column.amounts[at]!;
  const after = addQuantity(before, amount);
  if (totals !== undefined) countInto(totals, fact, day, before, after, today, marks);
  column.amounts[at] = after;
  return marks[0] === 0 ? [] : [takeLowest(marks, 0), ...(marks[0] === 0 ? [] : [takeLowest(marks, 0)])];
}

/** When the totals change next, once the day has turned. */
function nextDayOf(totals: Totals, buckets: Buckets, today: number): number {
  turnDay(totals, buckets, today, noMarks(NODES));
  return totals.nextDay;
}

test('a window of n days holds today and the n - 1 days before it, and nothing of tomorrow', () => {
  const buckets = emptyBuckets();
  const book = createSlotBook();
  const slots = [1, 7, 8, DAYS_KEPT].map((days) => book.slotOf(NOBODY, FACT.ordersPaid, { days, lag: 0 }));
  for (const [day, amount] of [[TODAY + 1, 1_000], [TODAY, 100], [TODAY - 6, 10], [TODAY - 7, 1]]) {
    count(buckets, day!, FACT.ordersPaid, amount!);
  } // prettier-ignore
  const totals = reckon(buckets, book.plan(), TODAY);
  const sums = (): number[] => slots.map((slot) => totals.sums[slot]!);
  expect(sums()).toEqual([100, 110, 111, 111]);
  expect(nextDayOf(totals, buckets, TODAY + 1)).toBe(TODAY + 2);
  expect(sums()).toEqual([1_000, 1_100, 1_110, 1_111]);
});

test('a slot is asked for once by many readers, and days with enough are another total than amounts', () => {
  const book = createSlotBook();
  const window = { days: 7, lag: 0 };
  const places = [
    book.slotOf(3, FACT.ordersShipped, window),
    book.slotOf(3, FACT.ordersShipped, window, 6),
    book.slotOf(5, FACT.ordersShipped, { ...window }),
  ];
  expect(places).toEqual([0, 1, 0]);
  const buckets = emptyBuckets();
  const totals = reckon(buckets, book.plan(), TODAY);
  expect(count(buckets, TODAY, FACT.ordersShipped, 5, totals)).toEqual([3, 5]);
  expect(count(buckets, TODAY, FACT.ordersShipped, 1, totals)).toEqual([3, 5]);
  expect(count(buckets, TODAY, FACT.ordersShipped, 1, totals)).toEqual([3, 5]);
  expect(count(buckets, TODAY - 7, FACT.ordersShipped, 9, totals)).toEqual([]);
  expect(places.map((place) => totals.sums[place])).toEqual([7, 1, 7]);
});

const WINDOWS: readonly PlainWindow[] = [
  { days: 1, lag: 0 },
  { days: 7, lag: 0 },
  { days: 5, lag: 3 },
  { calendar: 'week', back: 0, count: 1 },
  { calendar: 'week', back: 1, count: 2 },
  { calendar: 'month', back: 0, count: 1 },
  { ever: true },
  { fromDay: TODAY - 3, toDay: TODAY + 4 },
];

test('kept totals equal those reckoned anew, whatever comes in which order, and change on no other day', () => {
  const book = createSlotBook();
  const facts = [FACT.ordersPaid, FACT.gmvMinor];
  const slots = facts.flatMap((fact) =>
    WINDOWS.flatMap((window) => [
      book.slotOf(NOBODY, fact, window),
      // Days are not kept for ever, so that they are only counted in windows that end.
      ...('ever' in window ? [] : [1, 4].map((atLeast) => book.slotOf(NOBODY, fact, window, atLeast))),
    ]),
  );
  const plan = book.plan();
  const told = fc.record({
    day: fc.integer({ min: TODAY - 12, max: TODAY + 6 }),
    fact: fc.constantFrom(...facts),
    amount: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  });
  const step = fc.oneof(told, fc.integer({ min: 1, max: 9 }), fc.constant('forget' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const buckets = emptyBuckets();
      let today = TODAY - 4;
      const totals = reckon(buckets, plan, today);
      const sums = (): number[] => slots.map((slot) => totals.sums[slot]!);
      for (const each of steps) {
        const nextDay = nextDayOf(totals, buckets, today);
        const before = sums();
        if (typeof each === 'number') today += each;
        // Only what is in no window any more; fixed days are not assessed then.
        else if (each === 'forget') dropThrough(buckets, today - 40);
        else count(buckets, each.day, each.fact, each.amount, totals, today);
        turnDay(totals, buckets, today, noMarks(NODES));
        const { sums: anew, nextDay: dueAnew } = reckon(buckets, plan, today);
        expect(totals.sums).toEqual(anew);
        expect(totals.nextDay).toBe(dueAnew);
        if (typeof each === 'number' && today < nextDay) expect(sums()).toEqual(before);
      }
    }),
  );
});

test('totals that stopped at the maximum are reckoned anew when a day leaves', () => {
  const buckets = emptyBuckets();
  const book = createSlotBook();
  const slot = book.slotOf(NOBODY, FACT.gmvMinor, { days: 7, lag: 0 });
  const totals = reckon(buckets, book.plan(), TODAY);
  for (const day of [TODAY - 6, TODAY]) count(buckets, day, FACT.gmvMinor, Number.MAX_SAFE_INTEGER, totals);
  expect(totals.sums[slot]).toBe(QUANTITY_MAX);
  count(buckets, TODAY - 5, FACT.gmvMinor, 3, totals);
  turnDay(totals, buckets, TODAY + 7, noMarks(NODES));
  expect(totals.sums[slot]).toBe(0);
});

test.each<[string, PlainWindow, number | undefined, [day: number, amount: number][], number]>([
  ['nothing was counted', { days: 7, lag: 0 }, undefined, [], Infinity],
  ['the oldest day leaves', { days: 30, lag: 0 }, undefined, [[-9, 1], [-2, 1]], TODAY + 21],
  ['one from the future comes', { days: 7, lag: 0 }, undefined, [[-2, 1], [1, 1]], TODAY + 1],
  ['days with too little neither leave nor come', { days: 7, lag: 0 }, 5, [[-4, 4], [-2, 5], [1, 4]], TODAY + 5],
  ['a day comes of age', { days: 28, lag: 8 }, undefined, [[-3, 1]], TODAY + 5],
  ['all that ever was stays', { ever: true }, undefined, [[-300, 1]], Infinity],
  // 2024-10-04 is a Friday: the next Monday is three days off.
  ['the week ends', { calendar: 'week', back: 0, count: 1 }, undefined, [[-1, 1]], TODAY + 3],
  ['the month ends', { calendar: 'month', back: 0, count: 1 }, undefined, [[-1, 1]], TODAY + 28],
  ['fixed days stay', { fromDay: TODAY - 9, toDay: TODAY }, undefined, [[-1, 1]], Infinity],
])('a total changes next when %s', (_name, window, daysWith, amounts, nextDay) => {
  const buckets = emptyBuckets();
  const book = createSlotBook();
  book.slotOf(NOBODY, FACT.ordersPaid, window, daysWith);
  for (const [day, amount] of amounts) count(buckets, TODAY + day, FACT.ordersPaid, amount);
  const totals = reckon(buckets, book.plan(), TODAY);
  expect(totals.nextDay).toBe(nextDay);
  expect(nextDayOf(totals, buckets, TODAY)).toBe(nextDay);
}); // prettier-ignore
