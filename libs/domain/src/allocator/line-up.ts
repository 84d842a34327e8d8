import type { Allocation } from './allocation.ts';
import { standingOf, type ApplicantRow, type Standing } from './applicant-row.ts';
import type { PolicyIndex } from './policy-index.ts';

// Everything that a record leads to begins with a walk over a merchant's standings, of which nearly all are at rest.
// They are lined up once for each row in memory and each bundle, so that the walk looks up nothing.

/** The standings of a row, beside the programmes of the live bundle. Never stored. */
export interface LineUp {
  readonly policy: PolicyIndex;
  /** One for each programme of the bundle, in its order. */
  readonly live: readonly Standing[];
  /** All in the order in which the row got them, programmes that the bundle no longer has included. */
  readonly all: readonly Standing[];
  /** Programmes of `all`. */
  readonly ids: readonly string[];
  readonly hasOrphans: boolean;
  /** Places in `live` of those that the last look left restless; null before the first look. */
  restless: readonly number[] | null;
  /** Until then time alone changes nothing for them. */
  quietUntilMs: number;
}

export function lineUpOf({ policy }: Allocation, row: ApplicantRow): LineUp {
  if (row.lineUp?.policy === policy) return row.lineUp;
  const live = policy.ids.map((id) => standingOf(row, id));
  const ids = Object.keys(row.programmes);
  const isInOrder = ids.length === live.length && ids.every((id, at) => id === policy.ids[at]);
  row.lineUp = {
    policy,
    live,
    all: isInOrder ? live : ids.map((id) => standingOf(row, id)),
    ids: isInOrder ? policy.ids : ids,
    hasOrphans: ids.length > live.length,
    restless: null,
    quietUntilMs: -Infinity,
  };
  return row.lineUp;
}
