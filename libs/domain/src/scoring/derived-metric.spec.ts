import { QUANTITY_MAX } from '../number.ts';
import type { Formula } from '../policy/formula.ts';
import { measure, NOTHING, valueOf } from '../testing/one-metric.ts';
import type { Moment } from './evaluate.ts';
import type { MerchantRow } from './merchant-row.ts';

const TOTAL = { plus: 0, atLeast: null, atMost: null, missingIsZero: false } as const;
const term = (metric: string, changes = {}) => ({ metric, per: 1, times: 1, rateBps: 10_000, ...changes });
const BEFORE = { five: valueOf(5), seven: valueOf(7), huge: valueOf(QUANTITY_MAX), none: NOTHING };

test.each<[string, Formula, number | null]>([
  [
    'each part for itself',
    { ...TOTAL, total: [term('five', { per: 2, times: 10 }), term('seven')], plus: 1 },
    28,
  ],
  ['at a rate, rounded down', { ...TOTAL, total: [term('seven', { rateBps: 5_000 })] }, 3],
  ['taken off, rounded down', { ...TOTAL, total: [term('seven', { times: -1, rateBps: 5_000 })] }, -4],
  ['at least', { ...TOTAL, total: [term('five', { times: -1 })], atLeast: 0 }, 0],
  ['at most', { ...TOTAL, total: [term('seven', { times: 9 })], atMost: 60 }, 60],
  ['with a part missing', { ...TOTAL, total: [term('five'), term('none')] }, null],
  [
    'with a part missing that counts as 0',
    { ...TOTAL, total: [term('five'), term('none')], missingIsZero: true },
    5,
  ],
  [
    'beyond all bounds',
    { ...TOTAL, total: [term('huge', { times: 1_000, rateBps: 1_000_000 }), term('huge')] },
    QUANTITY_MAX,
  ],
  ['the least', { pickOf: ['seven', 'none', 'five'], pick: 'least' }, 5],
  ['the greatest', { pickOf: ['none', 'five', 'seven'], pick: 'greatest' }, 7],
  ['the least of none', { pickOf: ['none'], pick: 'least' }, null],
  ['the first that is assessed', { firstOf: ['none', 'seven', 3] }, 7],
  ['a default', { firstOf: ['none', 3] }, 3],
  [
    'marginal within the first band',
    {
      marginal: 'five',
      bands: [
        { upTo: 6, rateBps: 5_000 },
        { upTo: null, rateBps: 10_000 },
      ],
    },
    2,
  ],
  [
    'marginal beyond it, each band for itself',
    {
      marginal: 'seven',
      bands: [
        { upTo: 5, rateBps: 5_000 },
        { upTo: null, rateBps: 10_000 },
      ],
    },
    4,
  ],
  [
    'marginal beyond all bounds',
    { marginal: 'huge', bands: [{ upTo: null, rateBps: 1_000_000 }] },
    QUANTITY_MAX,
  ],
  ['marginal of nothing', { marginal: 'none', bands: [{ upTo: null, rateBps: 100 }] }, null],
])('of other metrics: %s', (_name, formula, value) => {
  expect(measure(formula, { before: BEFORE })).toBe(value);
});

test.each<[string, number | null, readonly (number | null)[], number | null]>([
  ['below every cut', 6, [7, 9], 0],
  ['at a cut', 7, [7, 9], 4_000],
  ['at the highest', 9, [7, 9], 8_000],
  ['where nobody lies above', 9, [7, null], 4_000],
  ['not assessed itself', null, [7, 9], null],
])('a rank: %s', (_name, value, cuts, rank) => {
  const before = { it_: value === null ? NOTHING : valueOf(value) };
  const formula = { rank: 'it_', by: 'category', cutsBps: [4_000, 8_000] } as const;
  const asked: string[] = [];
  const statistic: Moment['statistic'] = (id, group) => {
    asked.push(`${id} ${group}`);
    return { merchants: 3, mean: 5, cuts };
  };
  const row = (each: MerchantRow): void => void (each.category = 'toys');
  expect(measure(formula, { before, row, moment: { statistic } })).toBe(rank);
  expect(asked).toEqual(['it_~category toys']);
  expect(measure(formula, { before, row })).toBeNull();
});

test.each([
  [3, 10],
  [4, null],
])('twice the mean of a group that must have %d members', (membersMin, value) => {
  const formula = { mean: 'five', by: 'all', times: 2, membersMin } as const;
  const statistic: Moment['statistic'] = () => ({ merchants: 3, mean: 5, cuts: [] });
  expect(measure(formula, { before: BEFORE, moment: { statistic } })).toBe(value);
});
