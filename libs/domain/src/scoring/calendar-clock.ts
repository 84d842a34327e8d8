import type { ZoneTransition } from '../controls.ts';
import { isPeriod, type Calendar } from '../policy/calendar.ts';
import { instantsAround, periodBounds, type Instants } from '../policy/calendar-instant.ts';

/** What a bundle's calendars say at one moment. */
export interface CalendarTimes {
  readonly instants: ReadonlyMap<string, Instants>;
  /** Periods that now lies in, in the order of the bundle. */
  readonly periods: readonly string[];
  /** The next instant of any calendar, and the next beginning or end of a period, ms UTC; Infinity: none. */
  readonly nextInstantMs: number;
  readonly nextPeriodMs: number;
}

export type CalendarClock = (nowMs: number, zone: readonly ZoneTransition[]) => CalendarTimes;

/** Asked for every event, and the answer stays the same until the next instant. */
export function calendarClock(calendars: readonly Calendar[]): CalendarClock {
  const rhythms = calendars.filter((each) => !isPeriod(each));
  const periods = calendars.flatMap(({ id, rhythm }) => ('toDay' in rhythm ? [{ id, rhythm }] : []));
  let kept: CalendarTimes | null = null;
  let keptZone: readonly ZoneTransition[] = [];
  let [fromMs, untilMs] = [0, 0];
  return (nowMs, zone) => {
    if (kept !== null && keptZone === zone && nowMs >= fromMs && nowMs < untilMs) return kept;
    const instants = new Map(rhythms.map((each) => [each.id, instantsAround(each, nowMs, zone)]));
    const bounds = periods.map(({ id, rhythm }) => ({ id, ...periodBounds(rhythm, zone) }));
    const edges = bounds.flatMap(({ startMs, endMs }) => [startMs, endMs]).filter((edge) => edge > nowMs);
    kept = {
      instants,
      periods: bounds.filter(({ startMs, endMs }) => nowMs >= startMs && nowMs < endMs).map(({ id }) => id),
      nextInstantMs: Math.min(Infinity, ...[...instants.values()].map(({ nextMs }) => nextMs)),
      nextPeriodMs: Math.min(Infinity, ...edges),
    };
    keptZone = zone;
    fromMs = nowMs;
    untilMs = Math.min(kept.nextInstantMs, kept.nextPeriodMs);
    return kept;
  };
}
