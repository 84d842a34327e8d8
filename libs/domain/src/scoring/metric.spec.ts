import { QUANTITY_MAX } from '../number.ts';
import type { Formula, PlainWindow } from '../policy/formula.ts';
import { measure, NOTHING, one, TODAY, valueOf, type ToldFact } from '../testing/one-metric.ts';

const DAYS_7: PlainWindow = { days: 7, lag: 0 };
const ON_TIME = {
  ratio: one('shippedOnTime'),
  per: one('ordersShipped'),
  scale: 10_000,
  round: 'down',
  minimumCount: 1,
  window: DAYS_7,
  shrink: null,
} as const;

const shipped = (count: number, onTime: number, day = 0): readonly ToldFact[] => [
  [day, 'ordersShipped', count],
  [day, 'shippedOnTime', onTime],
];

test.each<[string, Formula, readonly ToldFact[], number | null]>([
  ['over nothing is 0, which is a value', { sum: one('ordersPaid'), window: DAYS_7 }, [], 0],
  [
    'of several facts',
    { sum: [...one('stars'), ...one('starsRemoved', -1)], window: DAYS_7 },
    [
      [0, 'stars', 9],
      [-1, 'starsRemoved', 4],
    ],
    5,
  ],
  [
    'below 0 is 0',
    { sum: [...one('stars'), ...one('starsRemoved', -1)], window: DAYS_7 },
    [
      [0, 'stars', 3],
      [-1, 'starsRemoved', 4],
    ],
    0,
  ],
  [
    'holds its first day',
    { sum: one('ordersPaid'), window: DAYS_7 },
    [
      [-6, 'ordersPaid', 1],
      [-7, 'ordersPaid', 90],
    ],
    1,
  ],
  [
    'from D-35 to D-8',
    { sum: one('ordersPaid'), window: { days: 28, lag: 8 } },
    [
      [-7, 'ordersPaid', 1],
      [-8, 'ordersPaid', 10],
      [-35, 'ordersPaid', 100],
      [-36, 'ordersPaid', 1_000],
    ],
    110,
  ],
  [
    'of this month',
    { sum: one('ordersPaid'), window: { calendar: 'month', back: 0, count: 1 } },
    [
      [-27, 'ordersPaid', 1],
      [-28, 'ordersPaid', 90],
    ],
    1,
  ],
  [
    'of the month before',
    { sum: one('ordersPaid'), window: { calendar: 'month', back: 1, count: 1 } },
    [
      [-27, 'ordersPaid', 90],
      [-28, 'ordersPaid', 1],
      [-58, 'ordersPaid', 2],
      [-59, 'ordersPaid', 70],
    ],
    3,
  ],
  [
    'of days that are over',
    { sum: one('ordersPaid'), window: { fromDay: TODAY - 9, toDay: TODAY - 8 } },
    [
      [-10, 'ordersPaid', 90],
      [-9, 'ordersPaid', 1],
      [-8, 'ordersPaid', 2],
      [-7, 'ordersPaid', 70],
    ],
    3,
  ],
  [
    'of days to come',
    { sum: one('ordersPaid'), window: { fromDay: TODAY + 1, toDay: TODAY + 8 } },
    [[0, 'ordersPaid', 90]],
    0,
  ],
  [
    'newer days weigh more',
    {
      sum: one('ordersPaid'),
      window: {
        weighted: [
          { window: { days: 30, lag: 0 }, times: 2 },
          { window: { days: 180, lag: 0 }, times: 1 },
        ],
      },
    },
    [
      [-29, 'ordersPaid', 1],
      [-30, 'ordersPaid', 10],
    ],
    13,
  ],
  [
    'as large as can be stops',
    { sum: [...one('gmvMinor', 1_000)], window: DAYS_7 },
    [
      [0, 'gmvMinor', Number.MAX_SAFE_INTEGER],
      [-1, 'gmvMinor', Number.MAX_SAFE_INTEGER],
    ],
    QUANTITY_MAX,
  ],
  [
    'as large as can be is exact below that',
    { sum: [...one('gmvMinor', 1_000), ...one('refundMinor', -1_000)], window: DAYS_7 },
    [
      [0, 'gmvMinor', QUANTITY_MAX],
      [0, 'refundMinor', QUANTITY_MAX - 1],
    ],
    1_000,
  ],
])('a sum %s', (_name, formula, facts, value) => {
  expect(measure(formula, { facts })).toBe(value);
});

test.each<[round: 'down' | 'up' | 'nearest', of: number, per: number, scale: number, value: number]>([
  ['down', 2, 3, 10_000, 6_666],
  ['up', 2, 3, 10_000, 6_667],
  ['nearest', 2, 3, 10_000, 6_667],
  ['nearest', 1, 3, 10_000, 3_333],
  ['nearest', 1, 2, 1, 1],
  ['down', 1, 2, 1, 0],
  ['up', 3, 3, 10_000, 10_000],
  ['down', 3_999, 10_000, 10_000, 3_999],
  ['up', 39_991, 100_000, 10_000, 4_000],
  ['down', QUANTITY_MAX - 1, QUANTITY_MAX, 10_000, 9_999],
  ['up', QUANTITY_MAX - 1, QUANTITY_MAX, 10_000, 10_000],
  ['nearest', QUANTITY_MAX - 1, QUANTITY_MAX, 10_000, 10_000],
  ['down', QUANTITY_MAX, 1, 1_000_000, QUANTITY_MAX],
])('a ratio rounded %s: %d of %d in a scale of %d is %d', (round, of, per, scale, value) => {
  expect(measure({ ...ON_TIME, round, scale }, { facts: shipped(per, of) })).toBe(value);
});

test.each([
  [2, null],
  [3, 6_666],
])('a ratio of %d is not assessed below its minimum count of 3', (count, value) => {
  const facts = shipped(count, 2);
  expect(measure({ ...ON_TIME, minimumCount: 3 }, { facts })).toBe(value);
});

test.each<[string, number | null, readonly ToldFact[], number | null]>([
  ['of nobody is the mean', 8_000, [], 8_000],
  ['of as many as it is drawn by lies half way', 8_000, shipped(50, 0), 4_000],
  ['is rounded once', 8_000, shipped(1, 0), 7_843],
  ['without a mean is not assessed', null, shipped(50, 0), null],
])('a ratio that is drawn toward a mean: %s', (_name, mean, facts, value) => {
  const shrunk = { ...ON_TIME, minimumCount: 0, shrink: { towards: 'mean', as: 50 } };
  const before = { mean: mean === null ? NOTHING : valueOf(mean) };
  expect(measure(shrunk, { facts, before })).toBe(value);
});

test.each([
  [399, 2],
  [400, 1],
])('of windows the first with enough is chosen: %d in 90 days', (paid, value) => {
  const firstOf = [
    { window: { days: 90, lag: 0 }, atLeast: 400 },
    { window: { days: 365, lag: 0 }, atLeast: 0 },
  ];
  const facts: ToldFact[] = [
    [-89, 'ordersPaid', paid],
    [0, 'reviews', 1],
    [-90, 'reviews', 1],
  ];
  expect(measure({ sum: one('reviews'), window: { firstOf, by: 'ordersPaid' } }, { facts })).toBe(value);
});

test.each<[answer: string, value: number | null]>([
  ['75', 75],
  ['0', 0],
  ['007', 7],
  ['999999999999', 999_999_999_999],
  ['1000000000000', null],
  ['74.9', null],
  ['-1', null],
  ['many', null],
  ['', null],
])('the answer %j to a question is the number %p', (answer, value) => {
  expect(measure({ answer: 'team' }, { row: (row) => (row.survey = { team: answer }) })).toBe(value);
});

test('what was not asked is not assessed', () => {
  expect(measure({ answer: 'team' })).toBeNull();
});
