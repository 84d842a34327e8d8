import type { PlainWindow } from '../policy/formula.ts';
import { measure, one, TODAY, type ToldFact } from '../testing/one-metric.ts';
import { DAYS_KEPT } from './bucket.ts';

test.each<[string, PlainWindow, number, number | null]>([
  ['the first day it was counted', { days: 10, lag: 0 }, TODAY - 9, 1],
  ['a day before that', { days: 10, lag: 0 }, TODAY - 8, null],
  ['a lag that reaches before', { days: 5, lag: 5 }, TODAY - 8, null],
  ['all days', { ever: true }, TODAY - 100, null],
])('what an engine counted first is not assessed from before: %s', (_name, window, since, value) => {
  const given = {
    facts: [
      [0, 'checkouts', 1],
      [-6, 'checkouts', 0],
      [-5, 'checkouts', 0],
    ] as ToldFact[],
    moment: { factsSince: { 4: since } },
  };
  expect(measure({ sum: one('checkouts'), window }, given)).toBe(value);
  expect(measure({ sum: one('ordersPaid'), window }, given)).toBe(0);
});

test.each([
  [TODAY - DAYS_KEPT + 1, 0],
  [TODAY - DAYS_KEPT, null],
])('fixed days are not assessed once the first of them is forgotten: day %d', (fromDay, value) => {
  expect(measure({ sum: one('ordersPaid'), window: { fromDay, toDay: TODAY - 300 } })).toBe(value);
});
