import type { ZoneTransition } from '../controls.ts';
import { civilOfDay, instantOfLocal, localDay, startOfLocalDay } from '../time.ts';
import type { Calendar, Rhythm } from './calendar.ts';

/** A month has at most this many days, so that no monthly rhythm leaves out more. */
const DAYS_PER_MONTH_MAX = 31;
const DAYS_PER_WEEK = 7;

export interface Instants {
  /** The last instant of the calendar that is not after now; −Infinity before the first. */
  readonly lastMs: number;
  /** The next one after now. */
  readonly nextMs: number;
}

/** The instants of an evaluation calendar round now. */
export function instantsAround(calendar: Calendar, nowMs: number, zone: readonly ZoneTransition[]): Instants {
  const { rhythm, atMinute } = calendar;
  const atMs = (day: number): number => instantOfLocal(day, atMinute, zone);
  const today = localDay(nowMs, zone);
  let last = dayOnOrBefore(rhythm, today);
  // Later today: the one before it was the last.
  if (last !== null && atMs(last) > nowMs) last = dayOnOrBefore(rhythm, last - 1);
  const next = dayOnOrAfter(rhythm, last === null ? firstDayOf(rhythm) : last + 1);
  return { lastMs: last === null ? -Infinity : atMs(last), nextMs: atMs(next) };
}

/** Where a period begins and where it is over, ms UTC. */
export function periodBounds(
  rhythm: { readonly fromDay: number; readonly toDay: number },
  zone: readonly ZoneTransition[],
): { readonly startMs: number; readonly endMs: number } {
  return { startMs: startOfLocalDay(rhythm.fromDay, zone), endMs: startOfLocalDay(rhythm.toDay + 1, zone) };
}

function firstDayOf(rhythm: Rhythm): number {
  return 'fromDay' in rhythm ? rhythm.fromDay : 0;
}

function dayOnOrBefore(rhythm: Rhythm, day: number): number | null {
  if ('monthDays' in rhythm) return monthDayNear(rhythm.monthDays, day, -1);
  const every = daysBetween(rhythm);
  if (day < rhythm.fromDay) return null;
  return rhythm.fromDay + Math.floor((day - rhythm.fromDay) / every) * every;
}

function dayOnOrAfter(rhythm: Rhythm, day: number): number {
  if ('monthDays' in rhythm) return monthDayNear(rhythm.monthDays, day, 1);
  const every = daysBetween(rhythm);
  return rhythm.fromDay + Math.max(0, Math.ceil((day - rhythm.fromDay) / every)) * every;
}

function daysBetween(rhythm: Exclude<Rhythm, { readonly monthDays: readonly number[] }>): number {
  if ('everyDays' in rhythm) return rhythm.everyDays;
  return 'everyWeeks' in rhythm ? rhythm.everyWeeks * DAYS_PER_WEEK : 1;
}

/** A day of the month that this month hasn't is its last day: looked for day by day, which ends within a month. */
function monthDayNear(monthDays: readonly number[], from: number, step: 1 | -1): number {
  for (let away = 0; away <= DAYS_PER_MONTH_MAX; away++) {
    const day = from + step * away;
    const civil = civilOfDay(day);
    if (monthDays.includes(civil.day)) return day;
    const isLast = civilOfDay(day + 1).month !== civil.month;
    if (isLast && monthDays.some((each) => each > civil.day)) return day;
  }
  throw new Error(`no day of ${monthDays.join(', ')} within a month of day ${from}`);
}
