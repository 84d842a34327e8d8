import type { PlainWindow } from '../policy/formula.ts';
import { startOfPeriod } from '../time.ts';

// Which local days a window holds, as of any day. Both ends only ever move on, so a day enters a window once and leaves
// it once, and when it does is known beforehand.

export interface Span {
  /** The first day that it holds. */
  from(today: number): number;
  /** The last day that it holds, today at the latest. */
  to(today: number): number;
  /** The first today as of which it holds the day; Infinity: it never does. */
  enters(day: number): number;
  /** The first today as of which it holds the day no longer; Infinity: it keeps it. */
  leaves(day: number): number;
}

export function spanOf(window: PlainWindow): Span {
  if ('ever' in window) {
    return { from: () => -Infinity, to: (today) => today, enters: (day) => day, leaves: () => Infinity };
  }
  if ('days' in window) {
    const { days, lag } = window;
    return {
      from: (today) => today - lag - days + 1,
      to: (today) => today - lag,
      enters: (day) => day + lag,
      leaves: (day) => day + lag + days,
    };
  }
  if ('calendar' in window) return calendarSpan(window);
  const { fromDay, toDay } = window;
  return {
    from: () => fromDay,
    to: (today) => Math.min(toDay, today),
    enters: (day) => (day >= fromDay && day <= toDay ? day : Infinity),
    leaves: () => Infinity,
  };
}

function calendarSpan({ calendar, back, count }: Extract<PlainWindow, { calendar: unknown }>): Span {
  // Merchants are asked one after the other as of the same day.
  let asOf = NaN;
  let [from, to] = [0, 0];
  const move = (today: number): void => {
    if (today === asOf) return;
    asOf = today;
    from = startOfPeriod(calendar, today, back + count - 1);
    to = back === 0 ? today : startOfPeriod(calendar, today, back - 1) - 1;
  };
  return {
    from(today) {
      move(today);
      return from;
    },
    to(today) {
      move(today);
      return to;
    },
    enters: (day) => (back === 0 ? day : startOfPeriod(calendar, day, -back)),
    leaves: (day) => startOfPeriod(calendar, day, -(back + count)),
  };
}
