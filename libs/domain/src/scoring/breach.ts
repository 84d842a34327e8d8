import type { Severity, ViolationCleared, ViolationRecorded } from '../events.ts';

// What was found against a merchant and not cleared. Conditions ask for the classes that stand; metrics count the
// entries, their points and their severity over a window.

/** One finding. */
export interface Breach {
  /** Class of the breach. */
  readonly class: string;
  /** The platform's number of the case; null where it has none. */
  readonly id: string | null;
  /** Local day on which it was found. */
  readonly day: number;
  readonly points: number;
  readonly severity: Severity | null;
  readonly isSearchBlocked: boolean;
}

export interface BreachRecord {
  /** Classes that were recorded and not cleared; a list that changes is another list. */
  violations: readonly string[];
  /** In order of arrival; replaced when it changes. */
  breaches: readonly Breach[];
  /** Whether one of the breaches takes the shop out of search. */
  isSearchBlocked: boolean;
}

/** So many entries are kept, the newest; their classes stand all the same until they are cleared. */
export const BREACHES_MAX = 200;
/** How long entries are kept, days: the longest window over them. */
export const BREACH_DAYS_KEPT = 800;
/** Bound of the short lists of a merchant; the oldest leave. */
export const LIST_MAX = 100;

/** Takes a finding; the same case once more replaces what was known of it. */
export function recordBreach(record: BreachRecord, data: ViolationRecorded, day: number): void {
  const { violation, violationId = null, points = 0, severity = null, isSearchBlocked = false } = data;
  const others =
    violationId === null ? record.breaches : record.breaches.filter(({ id }) => id !== violationId);
  const breach = { class: violation, id: violationId, day, points, severity, isSearchBlocked };
  keep(record, [...others, breach].slice(-BREACHES_MAX));
  record.violations = remember(record.violations, violation);
}

/** One case, or all of a class. The class stands on while another of its cases does. */
export function clearBreach(record: BreachRecord, { violation, violationId }: ViolationCleared): void {
  const isCleared = (breach: Breach): boolean =>
    violationId === undefined ? breach.class === violation : breach.id === violationId;
  keep(
    record,
    record.breaches.filter((breach) => !isCleared(breach)),
  );
  const stands = record.breaches.some((breach) => breach.class === violation);
  if (!stands) record.violations = forget(record.violations, violation);
}

export function forgetBreaches(record: BreachRecord, throughDay: number): void {
  if (!record.breaches.some(({ day }) => day <= throughDay)) return;
  keep(
    record,
    record.breaches.filter(({ day }) => day > throughDay),
  );
}

export function remember(list: readonly string[], value: string): readonly string[] {
  return list.includes(value) ? list : [...list, value].slice(-LIST_MAX);
}

export function forget(list: readonly string[], value: string): readonly string[] {
  return list.includes(value) ? list.filter((each) => each !== value) : list;
}

function keep(record: BreachRecord, breaches: readonly Breach[]): void {
  record.breaches = breaches;
  record.isSearchBlocked = breaches.some(({ isSearchBlocked }) => isSearchBlocked);
}
