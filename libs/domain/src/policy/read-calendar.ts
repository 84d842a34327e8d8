import { civilOfDay, dayOfCivil } from '../time.ts';
import type { Calendar, Rhythm } from './calendar.ts';
import { namesOf } from './read-names.ts';
import type { Reader } from './reader.ts';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)$/;
/** 2024-01-01 was a Monday. */
const A_MONDAY = dayOfCivil(2024, 1, 1);
const DAYS_PER_WEEK = 7;

/** A local day, `2026-11-11`, as its number counted from 1970-01-01. */
export function dayOf(at: Reader): number {
  const parts = typeof at.value === 'string' ? DATE.exec(at.value) : null;
  if (parts !== null) {
    const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
    const number = dayOfCivil(year, month, day);
    const back = civilOfDay(number);
    if (month >= 1 && month <= 12 && back.month === month && back.day === day) return number;
  }
  at.fail('must be a date that exists, such as 2026-11-11');
  return 0;
}

export function calendarOf(at: Reader): Calendar {
  const isPeriod = at.has('to');
  const atMinute = isPeriod || !at.has('at') ? 0 : minuteOf(at.at('at'));
  return { id: at.at('id').text(), names: namesOf(at), rhythm: rhythmOf(at), atMinute };
}

function rhythmOf(at: Reader): Rhythm {
  const only = (...keys: readonly string[]): void => at.only(['id', 'names', ...keys]);
  if (at.has('monthDays')) {
    only('monthDays', 'at');
    const monthDays = at
      .at('monthDays')
      .list(1)
      .map((day) => day.integer(1, 31));
    if (monthDays.some((day, i) => i > 0 && day <= monthDays[i - 1]!)) at.at('monthDays').fail('must rise');
    return { monthDays };
  }
  if (at.has('weekday')) {
    only('weekday', 'everyWeeks', 'from', 'at');
    const weekday = WEEKDAYS.indexOf(at.at('weekday').choice(WEEKDAYS)) + 1;
    const everyWeeks = at.has('everyWeeks') ? at.at('everyWeeks').integer(1, 52) : 1;
    if (everyWeeks > 1 && !at.has('from')) at.fail('must say from which date it counts the weeks');
    const fromDay = at.has('from') ? dayOf(at.at('from')) : A_MONDAY + weekday - 1;
    if (at.has('from') && (fromDay - A_MONDAY - weekday + 1) % DAYS_PER_WEEK !== 0) {
      at.at('from').fail(`must be a ${WEEKDAYS[weekday - 1]!}`);
    }
    return { weekday, everyWeeks, fromDay };
  }
  if (at.has('everyDays')) {
    only('everyDays', 'from', 'at');
    return { everyDays: at.at('everyDays').integer(1, 366), fromDay: dayOf(at.at('from')) };
  }
  if (!at.has('from')) at.fail('must have one of monthDays, weekday, everyDays, or from and to');
  only('from', 'to');
  const period = { fromDay: dayOf(at.at('from')), toDay: dayOf(at.at('to')) };
  if (at.isSound() && period.toDay < period.fromDay) at.fail('to must not be before from');
  return period;
}

function minuteOf(at: Reader): number {
  const parts = typeof at.value === 'string' ? CLOCK.exec(at.value) : null;
  if (parts === null) at.fail('must be a time of day such as "09:30"');
  return parts === null ? 0 : Number(parts[1]) * 60 + Number(parts[2]);
}
