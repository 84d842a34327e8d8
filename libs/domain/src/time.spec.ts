/// <reference types="node" />
import fc from 'fast-check';
import type { ZoneTransition } from './controls.ts';
import { DAY_MS, formatInstant, HOUR_MS, localDay, parseInstant, startOfLocalDay } from './time.ts';

const at = parseInstant;
/** What a zone's clock did: instants of its transitions, and the offsets from then on, minutes. */
function zone(first: number, ...changes: [string, number][]): ZoneTransition[] {
  return [
    { fromMs: 0, offsetMinutes: first },
    ...changes.map(([text, offsetMinutes]) => ({ fromMs: at(text), offsetMinutes })),
  ];
}
const dayOf = (date: string): number => at(`${date}T00:00:00.000Z`) / DAY_MS;

const SHANGHAI = zone(480);
const SAO_PAULO = zone(-180, ['2018-11-04T03:00:00.000Z', -120], ['2019-02-17T02:00:00.000Z', -180]);
const AMMAN = zone(120, ['2021-03-25T22:00:00.000Z', 180], ['2021-10-28T22:00:00.000Z', 120]);
const APIA = zone(-600, ['2011-12-30T10:00:00.000Z', 840]);
const ZONES = { SHANGHAI, SAO_PAULO, AMMAN, APIA, UTC: [] as ZoneTransition[] };

test('instants are read and written as the same text over the whole range of the calendar', () => {
  const instant = fc.integer({ min: at('0001-01-01T00:00:00.000Z'), max: at('9999-12-31T23:59:59.999Z') });
  fc.assert(
    fc.property(instant, (ms) => {
      expect(formatInstant(ms)).toBe(new Date(ms).toISOString());
      expect(parseInstant(formatInstant(ms))).toBe(ms);
    }),
  );
});

test.each([
  '2026-11-01',
  '2026-11-01T00:00:00Z',
  '2026-11-01T00:00:00.000+08:00',
  ' 2026-11-01T00:00:00.000Z',
  '',
])('the text %j is no instant', (text) => {
  expect(() => parseInstant(text)).toThrow('not an instant');
});

test('a local day is counted by the offset in force at the instant', () => {
  expect(localDay(at('2018-11-04T02:59:59.999Z'), SAO_PAULO)).toBe(dayOf('2018-11-03'));
  expect(localDay(at('2018-11-04T03:00:00.000Z'), SAO_PAULO)).toBe(dayOf('2018-11-04'));
  // 23:00 to 24:00 happens twice on the day the clock goes back.
  expect(localDay(at('2019-02-17T02:30:00.000Z'), SAO_PAULO)).toBe(dayOf('2019-02-16'));
  expect(localDay(at('1960-01-01T00:00:00.000Z'), SAO_PAULO)).toBe(dayOf('1959-12-31'));
});

test.each<[string, readonly ZoneTransition[], string, string]>([
  ['an ordinary midnight', SHANGHAI, '2026-11-01', '2026-10-31T16:00:00.000Z'],
  ['a midnight that does not exist', SAO_PAULO, '2018-11-04', '2018-11-04T03:00:00.000Z'],
  ['the day after it', SAO_PAULO, '2018-11-05', '2018-11-05T02:00:00.000Z'],
  ['the day of 25 hours', SAO_PAULO, '2019-02-16', '2019-02-16T02:00:00.000Z'],
  ['the day after 25 hours', SAO_PAULO, '2019-02-17', '2019-02-17T03:00:00.000Z'],
  ['a midnight skipped in the east', AMMAN, '2021-03-26', '2021-03-25T22:00:00.000Z'],
  ['a midnight that happens twice, the first time', AMMAN, '2021-10-29', '2021-10-28T21:00:00.000Z'],
  ['a day that does not exist, the first instant after it', APIA, '2011-12-30', '2011-12-30T10:00:00.000Z'],
])('the start of a local day: %s', (_name, transitions, day, start) => {
  expect(formatInstant(startOfLocalDay(dayOf(day), transitions))).toBe(start);
});

test('the start of a day is its first millisecond in every zone', () => {
  const instant = fc.integer({ min: at('2010-01-01T00:00:00.000Z'), max: at('2023-01-01T00:00:00.000Z') });
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(ZONES)), instant, (transitions, ms) => {
      const day = localDay(ms, transitions);
      const start = startOfLocalDay(day, transitions);
      expect(start).toBeLessThanOrEqual(ms);
      expect(localDay(start, transitions)).toBe(day);
      expect(localDay(start - 1, transitions)).toBeLessThan(day);
      expect(startOfLocalDay(day + 1, transitions)).toBeGreaterThan(ms);
      expect(startOfLocalDay(day + 1, transitions) - start).toBeLessThanOrEqual(25 * HOUR_MS);
    }),
    { numRuns: 2_000 },
  );
});
