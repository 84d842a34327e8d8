import { formatInstant } from '#domain/time';
import type { Progress } from '#store/read/progress';
import { problem, ProblemError } from '#telemetry/problem';
import type { ControlMarks } from './project/capability.ts';

export interface StoppedScope {
  readonly scope: string;
  readonly by: readonly string[];
  readonly reason: string;
  readonly since: string;
  /** Partitions in which it is stopped, as far as they are projected. */
  readonly confirmed: number;
  readonly partitions: number;
}

/** What is stopped now, by scope: the newest word of any partition, and since the earliest. */
export function standingStops(progress: readonly Progress[], partitions: number): readonly StoppedScope[] {
  const found = new Map<string, { sequence: number; sinceMs: number; stop: StoppedScope }>();
  for (const { partition, marks } of progress) {
    const { stops } = JSON.parse(marks) as ControlMarks;
    // "Nothing is stopped" must never be said by tables that were not told.
    if (stops === undefined) throw notTold(partition);
    for (const [scope, { sequence, by, reason, sinceMs }] of Object.entries(stops)) {
      const other = found.get(scope);
      const isNewest = other === undefined || sequence > other.sequence;
      const earliestMs = Math.min(sinceMs, other?.sinceMs ?? Infinity);
      found.set(scope, {
        sequence: isNewest ? sequence : other.sequence,
        sinceMs: earliestMs,
        stop: {
          scope,
          by: isNewest ? by : other.stop.by,
          reason: isNewest ? reason : other.stop.reason,
          since: formatInstant(earliestMs),
          confirmed: (other?.stop.confirmed ?? 0) + 1,
          partitions,
        },
      });
    }
  }
  return [...found.values()].map(({ stop }) => stop).sort((one, other) => (one.scope < other.scope ? -1 : 1));
}

function notTold(partition: number): ProblemError {
  return new ProblemError(
    problem(
      503,
      `partition ${partition} of capability was first projected by an earlier version, which passed stops over: ` +
        'empty the tables of the read side',
    ),
  );
}
