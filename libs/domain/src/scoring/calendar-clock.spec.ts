import { compiled, smallSource } from '../testing/small-bundle.ts';
import { formatInstant, parseInstant } from '../time.ts';
import { calendarClock } from './calendar-clock.ts';

const ZONE = [{ fromMs: 0, offsetMinutes: 480 }];
const at = (text: string): number => parseInstant(`${text}:00.000Z`);
const named = (id: string, more: object): object => ({ id, names: { en: id }, ...more });
const CALENDARS = [
  named('ebay', { monthDays: [20] }),
  named('double-11', { from: '2026-10-20', to: '2026-11-11' }),
  named('eve', { from: '2026-11-10', to: '2026-11-10' }),
];
const clock = () => calendarClock(compiled(smallSource({ calendars: CALENDARS })).bundle.calendars);
const shown = (ms: number): string => (ms === Infinity ? 'never' : formatInstant(ms).slice(0, 16));

test.each<[string, readonly string[], string, string]>([
  ['2026-10-19T15:59', [], '2026-10-19T16:00', '2026-10-19T16:00'],
  ['2026-10-19T16:00', ['double-11'], '2026-11-19T16:00', '2026-11-09T16:00'],
  ['2026-11-10T00:00', ['double-11', 'eve'], '2026-11-19T16:00', '2026-11-10T16:00'],
  ['2026-11-11T15:59', ['double-11'], '2026-11-19T16:00', '2026-11-11T16:00'],
  ['2026-11-11T16:00', [], '2026-11-19T16:00', 'never'],
])('at %s the periods are %j', (now, periods, instant, edge) => {
  const times = clock()(at(now), ZONE);
  expect(times.periods).toEqual(periods);
  expect([shown(times.nextInstantMs), shown(times.nextPeriodMs)]).toEqual([instant, edge]);
});

test('what it said is kept until the next instant, and no longer, whichever way time goes', () => {
  const ask = clock();
  const before = ask(at('2026-11-01T00:00'), ZONE);
  expect(ask(at('2026-11-09T15:59'), ZONE)).toBe(before);
  const eve = ask(at('2026-11-09T16:00'), ZONE);
  expect(eve.periods).toEqual(['double-11', 'eve']);
  expect(ask(at('2026-11-01T00:00'), ZONE)).toEqual(before);
});

test('another zone is another answer', () => {
  const ask = clock();
  expect(ask(at('2026-10-19T20:00'), ZONE).periods).toEqual(['double-11']);
  expect(ask(at('2026-10-19T20:00'), [{ fromMs: 0, offsetMinutes: 0 }]).periods).toEqual([]);
});

test('without calendars there is nothing to wait for', () => {
  expect(calendarClock([])(at('2026-11-01T00:00'), ZONE)).toEqual({
    instants: new Map(),
    periods: [],
    nextInstantMs: Infinity,
    nextPeriodMs: Infinity,
  });
});
