import type { PlainWindow } from '../policy/formula.ts';
import { dayOfCivil, formatInstant, DAY_MS, startOfPeriod } from '../time.ts';
import { spanOf } from './span.ts';

const dateOf = (day: number): string =>
  Math.abs(day) === Infinity ? String(day) : formatInstant(day * DAY_MS).slice(0, 10);
const dayOf = (date: string): number => {
  const [year, month, day] = date.split('-').map(Number);
  return dayOfCivil(year!, month!, day!);
};

const MONTH = { calendar: 'month', back: 0, count: 1 } as const;
const WEEK = { ...MONTH, calendar: 'week' } as const;
const QUARTER = { ...MONTH, calendar: 'quarter' } as const;
const YEAR = { ...MONTH, calendar: 'year' } as const;
const FIXED = { fromDay: dayOf('2026-10-20'), toDay: dayOf('2026-10-29') } as const;

test.each<[string, PlainWindow, string, string, string]>([
  ['today alone', { days: 1, lag: 0 }, '2026-11-28', '2026-11-28', '2026-11-28'],
  ['30 days', { days: 30, lag: 0 }, '2026-11-28', '2026-10-30', '2026-11-28'],
  ['D-35 to D-8', { days: 28, lag: 8 }, '2026-11-28', '2026-10-24', '2026-11-20'],
  ['this month so far', MONTH, '2026-11-28', '2026-11-01', '2026-11-28'],
  ['this month on its first day', MONTH, '2026-11-01', '2026-11-01', '2026-11-01'],
  ['the month before', { ...MONTH, back: 1 }, '2026-03-31', '2026-02-01', '2026-02-28'],
  ['the month before in a leap year', { ...MONTH, back: 1 }, '2028-03-01', '2028-02-01', '2028-02-29'],
  ['the three full months before', { ...MONTH, back: 1, count: 3 }, '2027-01-31', '2026-10-01', '2026-12-31'],
  ['this week on a Sunday', WEEK, '2026-11-29', '2026-11-23', '2026-11-29'],
  ['this week on a Monday', WEEK, '2026-11-30', '2026-11-30', '2026-11-30'],
  ['the week before, over New Year', { ...WEEK, back: 1 }, '2027-01-04', '2026-12-28', '2027-01-03'],
  ['this quarter', QUARTER, '2026-11-28', '2026-10-01', '2026-11-28'],
  ['the quarter before', { ...QUARTER, back: 1 }, '2026-02-01', '2025-10-01', '2025-12-31'],
  ['this year', YEAR, '2028-12-31', '2028-01-01', '2028-12-31'],
  ['ever', { ever: true }, '2026-11-28', '-Infinity', '2026-11-28'],
  ['fixed days, before them', FIXED, '2026-10-01', '2026-10-20', '2026-10-01'],
  ['fixed days, during them', FIXED, '2026-10-21', '2026-10-20', '2026-10-21'],
  ['fixed days, after them', FIXED, '2026-12-01', '2026-10-20', '2026-10-29'],
])('%s', (_name, window, today, from, to) => {
  const span = spanOf(window);
  expect([dateOf(span.from(dayOf(today))), dateOf(span.to(dayOf(today)))]).toEqual([from, to]);
});

test.each<[string, PlainWindow]>([
  ['rolling', { days: 7, lag: 0 }],
  ['lagging', { days: 28, lag: 8 }],
  ...(['week', 'month', 'quarter', 'year'] as const).flatMap((calendar): [string, PlainWindow][] => [
    [`this ${calendar}`, { calendar, back: 0, count: 1 }],
    [`the ${calendar} before`, { calendar, back: 1, count: 1 }],
    [`three of a ${calendar}, two back`, { calendar, back: 2, count: 3 }],
  ]),
  ['fixed', FIXED],
  ['ever', { ever: true }],
])('a day is in the window from when it enters until it leaves: %s', (_name, window) => {
  const span = spanOf(window);
  const first = dayOf('2026-10-15');
  for (let day = first; day < first + 70; day += 13) {
    for (let today = day - 3; today < day + 1_300; today += 11) {
      const isIn = day >= span.from(today) && day <= span.to(today);
      expect(isIn).toBe(today >= span.enters(day) && today < span.leaves(day));
    }
  }
});

test.each([
  ['month', '2026-01-31', 1, '2025-12-01'],
  ['month', '2026-01-31', -1, '2026-02-01'],
  ['quarter', '2026-12-31', -1, '2027-01-01'],
  ['year', '2026-06-15', 2, '2024-01-01'],
  ['week', '1970-01-01', 0, '1969-12-29'],
  ['week', '1970-01-05', 0, '1970-01-05'],
] as const)('the %s of %s, %d back, begins on %s', (length, day, back, start) => {
  expect(dateOf(startOfPeriod(length, dayOf(day), back))).toBe(start);
});
