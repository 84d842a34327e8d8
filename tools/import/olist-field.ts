// How single fields of the Olist files become values. Null is "missing": it stays missing and becomes no
// answer.

import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#domain/time';

export const OLIST_ZONE = 'America/Sao_Paulo';

const DECIMAL = /^(\d{1,12})(?:\.(\d{1,2}))?$/;
const WHOLE = /^(\d{1,15})(?:\.0+)?$/;
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d))?$/;
const ANSWER = /^[A-Za-z0-9._:-]{1,128}$/;

/** Minor units of a decimal with up to two places, exactly: no float takes part. Null when it is none. */
export function minorOf(decimal: string): number | null {
  const match = DECIMAL.exec(decimal);
  if (match === null) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** `100.0` is 100. Null when it is not a whole number. */
export function wholeOf(decimal: string): number | null {
  const match = WHOLE.exec(decimal);
  return match === null ? null : Number(match[1]);
}

/** An answer id of what a deal says: `cat, wolf` → `cat.wolf`, `200+` → `200-plus`, `True` → `yes`. */
export function answerOf(text: string): string | null {
  const answer =
    text === 'True' ? 'yes' : text === 'False' ? 'no' : text.replaceAll(', ', '.').replace(/\+$/, '-plus');
  return ANSWER.test(answer) ? answer : null;
}

/** Milliseconds since 1970 of the wall-clock text, as if it were UTC. Null when no such date exists. */
export function wallClockOf(text: string): number | null {
  const match = DATE_TIME.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const dayMs = Date.UTC(year, month - 1, day);
  const isReal = new Date(dayMs).toISOString().slice(0, 10) === text.slice(0, 10);
  if (!isReal || hour > 23 || minute > 59 || second > 59) return null;
  return dayMs + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
}

/**
 * UTC of a wall-clock time in the market zone. A time that happens twice is the first of the two; one that
 * the clock skips is as much later as it skipped.
 */
export function marketTimeOf(text: string): number | null {
  const wallMs = wallClockOf(text);
  if (wallMs === null) return null;
  const earlier = wallMs - offsetMs(wallMs - DAY_MS);
  if (earlier + offsetMs(earlier) === wallMs) return earlier;
  const later = wallMs - offsetMs(wallMs + DAY_MS);
  return later + offsetMs(later) === wallMs ? later : earlier;
}

const zoneClock = new Intl.DateTimeFormat('en-US', {
  timeZone: OLIST_ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});
const offsets = new Map<number, number>();

/** Offset of the zone from UTC. Transitions fall on whole hours, so one answer per hour is enough. */
function offsetMs(utcMs: number): number {
  const hour = Math.floor(utcMs / HOUR_MS);
  const known = offsets.get(hour);
  if (known !== undefined) return known;
  const parts = new Map(
    zoneClock.formatToParts(hour * HOUR_MS).map(({ type, value }) => [type, Number(value)]),
  );
  const local = Date.UTC(
    parts.get('year')!,
    parts.get('month')! - 1,
    parts.get('day')!,
    parts.get('hour')!,
    parts.get('minute')!,
  );
  offsets.set(hour, local - hour * HOUR_MS);
  return local - hour * HOUR_MS;
}
