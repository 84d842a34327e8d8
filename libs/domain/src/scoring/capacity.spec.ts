import fc from 'fast-check';
import { smallBundle } from '../testing/small-bundle.ts';
import { addFact, emptyBuckets, type Buckets } from './bucket.ts';
import { grainOf, headroomMeterOf } from './capacity.ts';
import { FACT_PLACE, type FactId } from './fact.ts';
import { createSlotBook, reckon } from './window.ts';

const { capacity } = smallBundle();
const TODAY = 20_000;

function buckets(...facts: [day: number, fact: FactId, amount: number][]): Buckets {
  const all = emptyBuckets();
  for (const [day, fact, amount] of facts) addFact(all, TODAY + day, FACT_PLACE.get(fact)!, amount);
  return all;
}

interface Load {
  readonly buckets: Buckets;
  readonly declaredPerDay: number | null;
  readonly stockUnits: number | null;
  readonly overdueOrders: number;
  readonly replies: number | null;
}

function headroomOf(of: typeof capacity, changes: Partial<Load> = {}): number {
  const idle = { declaredPerDay: null, stockUnits: null, overdueOrders: 0, replies: null };
  const { buckets: facts = emptyBuckets(), replies, ...load } = { ...idle, ...changes };
  const book = createSlotBook();
  const meter = headroomMeterOf(of, 1, () => 0, book);
  const { sums } = reckon(facts, book.plan(), TODAY);
  const others = { openOrders: 0, listings: null, fans: null, fansOffSite: null, depositDueMinor: 0 };
  return meter({ sums, states: { ...others, ...load }, values: [replies] });
}

const shipped = (day: number, count: number, onTime: number): [number, FactId, number][] => [
  [day, 'ordersShipped', count],
  [day, 'shippedOnTime', onTime],
];

test.each<[string, Partial<Load>, number]>([
  ['who never shipped is trusted with the probe', {}, 5],
  ['half as much again as was sustained on time', { buckets: buckets(...shipped(-1, 9, 8)) }, 12],
  [
    'over the days on which anything was shipped',
    { buckets: buckets(...shipped(-1, 9, 9), ...shipped(-7, 3, 3)) },
    9,
  ],
  [
    'days before the window and today do not count',
    { buckets: buckets(...shipped(0, 90, 90), ...shipped(-8, 90, 90)) },
    5,
  ],
  [
    'a day of late parcels only pulls the mean down',
    { buckets: buckets(...shipped(-1, 10, 10), ...shipped(-2, 10, 0)) },
    7,
  ],
  ['at most what was declared', { declaredPerDay: 3 }, 3],
  ['declaring more than was shown gives nothing', { declaredPerDay: 900 }, 5],
  ['at most what stock covers', { stockUnits: 9 }, 4],
  ['without stock, nothing', { stockUnits: 1 }, 0],
  ['less the demand that comes already, rounded up', { buckets: buckets([0, 'ordersPaid', 8]) }, 3],
  ['demand of a week ago is over', { buckets: buckets([-7, 'ordersPaid', 700]) }, 5],
  ['less what is overdue', { overdueOrders: 2 }, 3],
  ['never below nothing', { overdueOrders: 99 }, 0],
])('headroom: %s', (_name, changes, headroom) => {
  expect(headroomOf(capacity, changes)).toBe(headroom);
});

test('replies below the floor leave no headroom; replies not assessed say nothing', () => {
  const replying = { ...capacity, replies: { metric: 'replies', floor: 4_000 } };
  expect([3_999, 4_000, null].map((replies) => headroomOf(replying, { replies }))).toEqual([0, 5, 5]);
  expect(headroomOf(capacity, { replies: 0 })).toBe(5);
});

const EDGES = { ...capacity, edges: [0, 10, 20, 40], hysteresisBps: 1_000 };

test.each([
  [0, null, 0],
  [9, null, 0],
  [10, null, 1],
  [1_000, null, 3],
  [19, 2, 2],
  [18, 2, 2],
  [17, 2, 1],
  [36, 3, 3],
  [35, 3, 2],
  [9, 1, 1],
  [8, 1, 0],
  [8, 3, 0],
  [20, 1, 2],
])('the grain of %d after grain %p is %d', (value, before, grain) => {
  expect(grainOf(EDGES, value, before)).toBe(grain);
});

test('a grain that the live bundle does not have is measured anew', () => {
  expect(grainOf(EDGES, 12, 9)).toBe(1);
});

test('a value that swings within the hysteresis says nothing new, and the edge never overstates it by more', () => {
  const value = fc.nat({ max: 60 });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      let grain: number | null = null;
      for (const each of values) {
        const next: number = grainOf(EDGES, each, grain);
        const edge = EDGES.edges[next]!;
        expect(each).toBeGreaterThanOrEqual(edge - Math.floor(edge / 10));
        expect(each).toBeLessThan(EDGES.edges[next + 1] ?? Infinity);
        expect(grainOf(EDGES, each, next)).toBe(next);
        grain = next;
      }
    }),
  );
});
