// Days of the market zone from the transitions that genesis gives, by way of Date.

export interface ZoneTransition {
  readonly fromMs: number;
  readonly offsetMinutes: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** `YYYY-MM-DD` of the local day that contains the instant. */
export function localDate(ms: number, transitions: readonly ZoneTransition[]): string {
  return new Date(ms + offsetMinutes(ms, transitions) * 60_000).toISOString().slice(0, 10);
}

/** The date so many days before. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

/** The last transition that has happened; the first one applies since ever. */
function offsetMinutes(ms: number, transitions: readonly ZoneTransition[]): number {
  let offset = transitions[0]?.offsetMinutes ?? 0;
  for (const transition of transitions) if (transition.fromMs <= ms) offset = transition.offsetMinutes;
  return offset;
}
