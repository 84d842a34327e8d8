import type { Difference } from './compare-log.ts';
import type { Stop } from './driven-stage.ts';

/** Ends a replay at the first thing found. */
export class FindingError extends Error {
  override readonly name = 'FindingError';

  constructor(
    readonly difference: Difference | null,
    readonly stop: Stop | null,
  ) {
    super(difference === null ? 'replay stopped' : 'replay differs');
  }
}

export function found(difference: Difference | null): void {
  if (difference !== null) throw new FindingError(difference, null);
}
