import { DAY_MS, MINUTE_MS } from '#domain/time';

// The marketplace lives by a clock of its own, and its events leave at the stated rate: how long a simulated minute
// takes follows from how many events it holds. What has passed is known exactly and never moves again, so an order
// has the same instants in each of its events. What is to come is told from the expected pace.

/** How far back instants are kept apart: longer than an order lives. What is older counts as that old. */
const MINUTES_KEPT = (45 * DAY_MS) / MINUTE_MS;

export interface RunClock {
  /** The simulated minute that begins now holds so many events. */
  minute(events: number): void;
  /** When the event with this number is due, ms. The first is number 0. */
  dueAt(number: number): number;
  /** The real instant of a simulated one, up to the end of the last minute that was told, ms. */
  past(simMs: number): number;
  /** How long a simulated stretch will take, from what an ordinary minute holds. */
  expected(simSpanMs: number, eventsPerMinute: number): number;
}

export function createRunClock(options: {
  readonly simStartMs: number;
  readonly startMs: number;
  readonly eventsPerSecond: number;
}): RunClock {
  const { simStartMs, startMs } = options;
  const msPerEvent = 1_000 / options.eventsPerSecond;
  /** Number of the first event of each minute, and after the last minute, in a ring. */
  const firsts = new Float64Array(MINUTES_KEPT);
  let minutes = 0;
  const firstOf = (minute: number): number => firsts[minute % MINUTES_KEPT]!;
  const dueAt = (number: number): number => startMs + number * msPerEvent;
  return {
    minute(events) {
      const next = firstOf(minutes) + events;
      minutes += 1;
      firsts[minutes % MINUTES_KEPT] = next;
    },
    dueAt,
    past(simMs) {
      const at = (simMs - simStartMs) / MINUTE_MS;
      const oldest = Math.max(0, minutes - MINUTES_KEPT + 1);
      const within = Math.min(Math.max(at, oldest), minutes);
      const minute = Math.min(Math.floor(within), Math.max(oldest, minutes - 1));
      const first = firstOf(minute);
      const held = minutes === 0 ? 0 : firstOf(minute + 1) - first;
      return Math.floor(dueAt(first + held * (within - minute)));
    },
    expected: (simSpanMs, eventsPerMinute) => (simSpanMs / MINUTE_MS) * eventsPerMinute * msPerEvent,
  };
}
