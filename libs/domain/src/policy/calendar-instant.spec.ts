import type { ZoneTransition } from '../controls.ts';
import { dayOfCivil, formatInstant, HOUR_MS, parseInstant } from '../time.ts';
import type { Calendar, Rhythm } from './calendar.ts';
import { instantsAround, periodBounds } from './calendar-instant.ts';

const SHANGHAI: readonly ZoneTransition[] = [{ fromMs: 0, offsetMinutes: 480 }];
/** Berlin in 2026: summer time from 29 March 01:00 UTC to 25 October 01:00 UTC. */
const BERLIN: readonly ZoneTransition[] = [
  { fromMs: 0, offsetMinutes: 60 },
  { fromMs: parseInstant('2026-03-29T01:00:00.000Z'), offsetMinutes: 120 },
  { fromMs: parseInstant('2026-10-25T01:00:00.000Z'), offsetMinutes: 60 },
];
const UTC: readonly ZoneTransition[] = [{ fromMs: 0, offsetMinutes: 0 }];

const calendar = (rhythm: Rhythm, atMinute = 0): Calendar => ({
  id: 'c',
  names: { en: 'C' },
  rhythm,
  atMinute,
});
const day = (text: string): number => {
  const [year, month, date] = text.split('-').map(Number) as [number, number, number];
  return dayOfCivil(year, month, date);
};
const at = (text: string): number => parseInstant(`${text}:00.000Z`);
const shown = (ms: number): string => (ms === -Infinity ? 'never' : formatInstant(ms).slice(0, 16));

function around(one: Calendar, now: string, zone = UTC): [string, string] {
  const { lastMs, nextMs } = instantsAround(one, at(now), zone);
  return [shown(lastMs), shown(nextMs)];
}

test.each<[string, readonly number[], string, string, string]>([
  ['on the day itself', [1, 16], '2026-11-16T00:00', '2026-11-16T00:00', '2026-12-01T00:00'],
  ['a moment before', [1, 16], '2026-11-15T23:59', '2026-11-01T00:00', '2026-11-16T00:00'],
  ['over the turn of the year', [5, 20], '2026-12-31T12:00', '2026-12-20T00:00', '2027-01-05T00:00'],
  ['the 31st is the last of April', [31], '2026-04-30T00:00', '2026-04-30T00:00', '2026-05-31T00:00'],
  ['the 31st is the last of February', [31], '2026-02-27T09:00', '2026-01-31T00:00', '2026-02-28T00:00'],
  ['of a leap year, too', [31], '2028-02-28T09:00', '2028-01-31T00:00', '2028-02-29T00:00'],
  [
    'the 30th and the 31st fall together once',
    [30, 31],
    '2026-02-28T00:00',
    '2026-02-28T00:00',
    '2026-03-30T00:00',
  ],
  ['the 29th of a common February', [29], '2027-02-28T00:00', '2027-02-28T00:00', '2027-03-29T00:00'],
])('days of the month: %s', (_name, monthDays, now, last, next) => {
  expect(around(calendar({ monthDays }), now)).toEqual([last, next]);
});

test('an instant is local time of the market', () => {
  const sixteenth = calendar({ monthDays: [16] });
  expect(around(sixteenth, '2026-11-15T15:59', SHANGHAI)).toEqual(['2026-10-15T16:00', '2026-11-15T16:00']);
  expect(around(sixteenth, '2026-11-15T16:00', SHANGHAI)).toEqual(['2026-11-15T16:00', '2026-12-15T16:00']);
});

test('a time of day is what a local clock shows, whatever it skipped since midnight', () => {
  const daily = calendar({ everyDays: 1, fromDay: day('2026-01-01') }, 9 * 60 + 30);
  expect(around(daily, '2026-03-28T12:00', BERLIN)).toEqual(['2026-03-28T08:30', '2026-03-29T07:30']);
  expect(around(daily, '2026-10-24T12:00', BERLIN)).toEqual(['2026-10-24T07:30', '2026-10-25T08:30']);
  // Between midnight and the time of day the last one was yesterday's.
  expect(around(daily, '2026-11-11T08:29', BERLIN)).toEqual(['2026-11-10T08:30', '2026-11-11T08:30']);
  expect(around(daily, '2026-11-11T08:30', BERLIN)).toEqual(['2026-11-11T08:30', '2026-11-12T08:30']);
});

test('a time that a day skips is the first one after it, and one that it has twice is the first', () => {
  const night = calendar({ everyDays: 1, fromDay: day('2026-01-01') }, 2 * 60 + 30);
  expect(around(night, '2026-03-28T12:00', BERLIN)[1]).toBe('2026-03-29T01:00');
  expect(around(night, '2026-10-24T12:00', BERLIN)[1]).toBe('2026-10-25T00:30');
});

test('every other Tuesday counts from its first', () => {
  const tuesdays = calendar({ weekday: 2, everyWeeks: 2, fromDay: day('2026-11-03') });
  expect(around(tuesdays, '2026-11-02T23:59')).toEqual(['never', '2026-11-03T00:00']);
  expect(around(tuesdays, '2026-11-10T12:00')).toEqual(['2026-11-03T00:00', '2026-11-17T00:00']);
  expect(around(tuesdays, '2026-11-17T00:00')).toEqual(['2026-11-17T00:00', '2026-12-01T00:00']);
});

test('every 14 days go on over month and year', () => {
  const fortnight = calendar({ everyDays: 14, fromDay: day('2026-12-20') });
  expect(around(fortnight, '2027-01-03T00:00')).toEqual(['2027-01-03T00:00', '2027-01-17T00:00']);
});

test('whenever it is, the last instant is not after now and the next one is, and the next becomes the last', () => {
  const rhythms: Rhythm[] = [
    { monthDays: [1, 15, 31] },
    { weekday: 7, everyWeeks: 3, fromDay: day('2025-06-01') },
    { everyDays: 5, fromDay: day('2025-12-30') },
  ];
  for (const rhythm of rhythms) {
    const one = calendar(rhythm, 135);
    for (let ms = at('2026-01-01T00:00'); ms < at('2027-01-15T00:00'); ms += 7 * HOUR_MS) {
      const { lastMs, nextMs } = instantsAround(one, ms, BERLIN);
      expect(lastMs).toBeLessThanOrEqual(ms);
      expect(nextMs).toBeGreaterThan(ms);
      expect(instantsAround(one, nextMs, BERLIN).lastMs).toBe(nextMs);
      expect(instantsAround(one, nextMs - 1, BERLIN)).toEqual({ lastMs, nextMs });
    }
  }
});

test('a period lasts from the first moment of its first day to the end of its last', () => {
  const bounds = periodBounds({ fromDay: day('2026-10-20'), toDay: day('2026-10-29') }, BERLIN);
  expect([shown(bounds.startMs), shown(bounds.endMs)]).toEqual(['2026-10-19T22:00', '2026-10-29T23:00']);
});
