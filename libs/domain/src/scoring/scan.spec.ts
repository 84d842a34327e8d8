import { QUANTITY_MAX } from '../number.ts';
import type { Formula, PlainWindow } from '../policy/formula.ts';
import { measure, NOW_MS, one, TODAY, type ToldFact } from '../testing/one-metric.ts';
import type { MerchantRow } from './merchant-row.ts';
import { DAYS_KEPT } from './bucket.ts';
import { FACT } from './fact.ts';
import { countOpen } from './open-orders.ts';
import { DAY_MS } from '../time.ts';

const DAYS_7: PlainWindow = { days: 7, lag: 0 };

const SALES: readonly ToldFact[] = [
  [-6, 'ordersPaid', 3],
  [-4, 'ordersPaid', 1],
  [-2, 'ordersPaid', 2],
  [-9, 'ordersPaid', 50],
];

test.each<[string, Formula, readonly ToldFact[], number | null]>([
  ['days with any', { daysWith: 'ordersPaid', atLeast: 1, window: DAYS_7 }, SALES, 3],
  ['days with two or more', { daysWith: 'ordersPaid', atLeast: 2, window: DAYS_7 }, SALES, 2],
  ['days with none', { daysWith: 'reviews', atLeast: 1, window: DAYS_7 }, SALES, 0],
  ['the largest day', { daily: 'ordersPaid', pick: 'largest', window: DAYS_7 }, SALES, 3],
  ['the smallest day that had any', { daily: 'ordersPaid', pick: 'smallest', window: DAYS_7 }, SALES, 1],
  ['the latest day', { daily: 'ordersPaid', pick: 'latest', window: DAYS_7 }, SALES, 2],
  ['no day', { daily: 'reviews', pick: 'latest', window: DAYS_7 }, SALES, null],
])('of daily amounts: %s', (_name, formula, facts, value) => {
  expect(measure(formula, { facts })).toBe(value);
});

test('what ever was stays when its days are forgotten', () => {
  const facts: ToldFact[] = [[0, 'ordersPaid', 2]];
  const row = ({ buckets }: MerchantRow): void => void (buckets.columns[FACT.ordersPaid]!.before = 500);
  expect(measure({ sum: one('ordersPaid'), window: { ever: true } }, { facts, row })).toBe(502);
  expect(measure({ sum: one('ordersPaid'), window: { days: DAYS_KEPT, lag: 0 } }, { facts, row })).toBe(2);
});

test.each([
  [[10, 0, 0, 0, 0, 0, 0], 1],
  [[9, 10, 10, 10, 10, 10, 10], 1],
  [[8, 9, 10, 10, 10, 10, 10], 5],
  [[0, 0, 0, 8, 9, 10, 10], 720],
  [[0, 0, 0, 0, 0, 0, 8], 2_881],
])('nine of ten replies within, of %p within each edge: %d minutes', (within, minutes) => {
  const names = [
    'repliesIn1m',
    'repliesIn5m',
    'repliesIn30m',
    'repliesIn2h',
    'answeredInTime',
    'repliesIn24h',
    'repliesIn48h',
  ] as const;
  const facts = [[0, 'firstMessages', 10], ...names.map((name, at) => [0, name, within[at]!])] as ToldFact[];
  const formula = { percentile: 'replyMinutes', atBps: 9_000, minimumCount: 10, window: DAYS_7 } as const;
  expect(measure(formula, { facts: facts.filter(([, , amount]) => amount > 0) })).toBe(minutes);
  expect(measure({ ...formula, minimumCount: 11 }, { facts })).toBeNull();
});

test.each<[string, Partial<Extract<Formula, { violations: unknown }>>, number]>([
  ['how many', { violations: 'count' }, 2],
  ['points in all', { violations: 'points' }, 15],
  ['points of the largest', { violations: 'largest' }, 12],
  ['of one class', { violations: 'count', of: ['fake'] }, 1],
  ['of a severity, those without one left out', { violations: 'points', severity: ['serious'] }, 12],
  ['two years back', { violations: 'count', window: { days: 730, lag: 0 } }, 3],
])('of what was found and not cleared: %s', (_name, changes, value) => {
  const breach = { id: null, severity: null, isSearchBlocked: false };
  const row = (each: MerchantRow): void => {
    each.breaches = [
      { ...breach, class: 'late', day: TODAY - 700, points: 40 },
      { ...breach, class: 'fake', day: TODAY - 29, points: 12, severity: 'serious' },
      { ...breach, class: 'late', day: TODAY, points: 3 },
    ];
  };
  const formula = {
    violations: 'count',
    of: null,
    severity: null,
    window: { days: 30, lag: 0 },
    ...changes,
  } as const;
  expect(measure(formula, { row })).toBe(value);
});

test.each<[string, 'buyers' | 'defectBuyers', number, PlainWindow, number]>([
  ['in a week', 'buyers', 32, DAYS_7, 2],
  ['in a fortnight', 'buyers', 32, { days: 14, lag: 0 }, 3],
  ['at most so many', 'buyers', 1, DAYS_7, 1],
  ['whose orders had a defect', 'defectBuyers', 32, DAYS_7, 1],
])('different buyers %s', (_name, distinct, atMost, window, value) => {
  const row = ({ buyers, markedOrders }: MerchantRow): void => {
    for (const [buyer, day] of [
      ['a', 0],
      ['b', -6],
      ['c', -7],
    ] as const)
      buyers.days.set(buyer, TODAY + day);
    markedOrders.set('1', { day: TODAY, buyer: 'a', marks: 1 });
    markedOrders.set('2', { day: TODAY - 1, buyer: 'a', marks: 5 });
    markedOrders.set('3', { day: TODAY - 1, buyer: 'b', marks: 2 });
  };
  expect(measure({ distinct, atMost, window }, { row })).toBe(value);
});

test.each<[string, number | null, number | null]>([
  ['before it happened', null, null],
  ['a day less a moment', NOW_MS - DAY_MS + 1, 0],
  ['a day', NOW_MS - DAY_MS, 1],
  ['an event that is ahead of log time', NOW_MS + 1, 0],
])('full days since: %s', (_name, since, value) => {
  const row = ({ instants }: MerchantRow): void => void (instants.firstSale = since);
  expect(measure({ daysSince: 'firstSale' }, { row })).toBe(value);
});

test.each([
  [NOW_MS + 1, null],
  [NOW_MS, 0],
  [NOW_MS - 3 * DAY_MS, 3],
])('a deposit that is due at %d is overdue for %p days', (dueMs, value) => {
  const row = (each: MerchantRow): void => void (each.depositDueByMs = dueMs);
  expect(measure({ daysSince: 'depositDue' }, { row })).toBe(value);
});

test('a counter of the present is what it is, and not assessed until it was reported', () => {
  const row = (each: MerchantRow): void => {
    countOpen(each.open, TODAY - 1, 2);
    countOpen(each.open, TODAY, 3);
    each.stockUnits = 0;
    each.fans = Number.MAX_SAFE_INTEGER;
  };
  const states = [
    'openOrders',
    'overdueOrders',
    'stockUnits',
    'fans',
    'listings',
    'depositDueMinor',
  ] as const;
  expect(states.map((state) => measure({ state }, { row }))).toEqual([5, 2, 0, QUANTITY_MAX, null, 0]);
});
