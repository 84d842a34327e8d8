import type { ZoneTransition } from './controls.ts';

// Calendar arithmetic on integers. The domain has no clock and no Intl: instants arrive as text in records, and the
// market zone as UTC transitions in genesis.

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const ZERO = 48;
const DASH = 45;
const FULL_STOP = 46;
const COLON = 58;
const LETTER_T = 84;
const LETTER_Z = 90;
const INSTANT_CHARS = 24;

/** Milliseconds UTC of `YYYY-MM-DDTHH:MM:SS.mmmZ`; throws for any other form, which the door never lets in. */
export function parseInstant(text: string): number {
  // Written out: this is asked twice for every event.
  const isInstant =
    text.length === INSTANT_CHARS &&
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === LETTER_T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON &&
    text.charCodeAt(19) === FULL_STOP &&
    text.charCodeAt(23) === LETTER_Z;
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  const hour = digitsAt(text, 11, 2);
  const minute = digitsAt(text, 14, 2);
  const second = digitsAt(text, 17, 2);
  const milli = digitsAt(text, 20, 3);
  // One that is no number makes the sum none.
  const ms = hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + milli;
  if (!isInstant || Number.isNaN(year + month + day + ms)) throw new Error(`not an instant: ${text}`);
  return dayOfCivil(year, month, day) * DAY_MS + ms;
}

/** A number of so many decimal digits; NaN when one is not a digit. */
function digitsAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let place = from; place < from + count; place++) {
    const digit = text.charCodeAt(place) - ZERO;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
  }
  return value;
}

export function formatInstant(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const rest = ms - days * DAY_MS;
  const { year, month, day } = civilOfDay(days);
  const hour = Math.floor(rest / HOUR_MS);
  const minute = Math.floor(rest / MINUTE_MS) % 60;
  const second = Math.floor(rest / SECOND_MS) % 60;
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  return `${date}T${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}.${digits(rest % SECOND_MS, 3)}Z`;
}

/** Number of the local calendar day that contains `ms`, counted from 1970-01-01. */
export function localDay(ms: number, transitions: readonly ZoneTransition[]): number {
  return Math.floor((ms + offsetMs(ms, transitions)) / DAY_MS);
}

/** First instant of local day `day`. Where the clock skips midnight, the first instant that exists. */
export function startOfLocalDay(day: number, transitions: readonly ZoneTransition[]): number {
  return instantOfLocal(day, 0, transitions);
}

/** First instant at which a local clock shows so many minutes after midnight; where it skips them, the first after. */
export function instantOfLocal(day: number, minute: number, transitions: readonly ZoneTransition[]): number {
  const localMs = day * DAY_MS + minute * MINUTE_MS;
  // No offset is a day long, so the search may begin with the one that was in force a day before.
  for (let place = placeOf(localMs - DAY_MS, transitions); place < transitions.length; place++) {
    const { fromMs, offsetMinutes } = transitions[place]!;
    const atMs = localMs - offsetMinutes * MINUTE_MS;
    const startMs = place === 0 ? atMs : Math.max(fromMs, atMs);
    const untilMs = transitions[place + 1]?.fromMs ?? Infinity;
    if (startMs < untilMs) return startMs;
  }
  return localMs;
}

function offsetMs(ms: number, transitions: readonly ZoneTransition[]): number {
  return (transitions[placeOf(ms, transitions)]?.offsetMinutes ?? 0) * MINUTE_MS;
}

/** Place of the transition in force at `ms`; the first one applies since ever. */
function placeOf(ms: number, transitions: readonly ZoneTransition[]): number {
  let low = 0;
  let high = transitions.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (transitions[middle]!.fromMs <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Days and civil dates of the proleptic Gregorian calendar, after Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms" (2013).
/** Number of the day, counted from 1970-01-01; months count from 1. */
export function dayOfCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function civilOfDay(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1_460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
  };
}

const MONTHS: Readonly<Record<'month' | 'quarter' | 'year', number>> = { month: 1, quarter: 3, year: 12 };
const MONTHS_A_YEAR = 12;
const DAYS_PER_WEEK = 7;
/** 1970-01-01 was a Thursday; weeks begin on Monday (ISO 8601). */
const FIRST_MONDAY = 4;

/** First day of the calendar period so many before the one that holds `day`; below 0: after it. */
export function startOfPeriod(
  length: 'week' | 'month' | 'quarter' | 'year',
  day: number,
  back: number,
): number {
  if (length === 'week') {
    const since = (((day - FIRST_MONDAY) % DAYS_PER_WEEK) + DAYS_PER_WEEK) % DAYS_PER_WEEK;
    return day - since - back * DAYS_PER_WEEK;
  }
  const size = MONTHS[length];
  const { year, month } = civilOfDay(day);
  const months = year * MONTHS_A_YEAR + (month - 1) - ((month - 1) % size) - back * size;
  return dayOfCivil(Math.floor(months / MONTHS_A_YEAR), (months % MONTHS_A_YEAR) + 1, 1);
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
