import type { Programme } from '../policy/bundle.ts';
import type { Allocation } from './allocation.ts';
import type { ApplicantRow, RunningGrant, Standing } from './applicant-row.ts';

/**
 * The next instant at which time alone changes something for this merchant; null for none. What was due just now and
 * is not done waits for something else than time: for scoring to say by the new bundle, or for the held list.
 */
export function nextInstant({ root, policy }: Allocation, row: ApplicantRow): number | null {
  const { nowMs } = root;
  let next = Infinity;
  for (const id in row.programmes) {
    const standing = row.programmes[id]!;
    const programme = policy.programmes.get(id) ?? null;
    for (const { untilMs } of standing.settling) next = Math.min(next, untilMs);
    const instants =
      standing.grant === null
        ? instantsOfApplicant(row, programme, standing)
        : instantsOfGrant(standing.grant, programme, standing);
    for (const atMs of instants) if (atMs !== null && atMs > nowMs && atMs < next) next = atMs;
    // Its term ends whatever scoring says.
    if (standing.grant !== null) next = Math.min(next, standing.grant.validUntilMs);
  }
  return next === Infinity ? null : next;
}

type Instants = readonly (number | null)[];

function instantsOfApplicant(row: ApplicantRow, programme: Programme | null, standing: Standing): Instants {
  const { wait, offer, coolDownUntilMs, eligibleSinceMs } = standing;
  const waitMs = wait === null || wait.why !== null ? null : wait.untilMs;
  // While another grant runs, its end sets the floor's clock anew.
  const isFloor = programme !== null && programme.floor !== null && eligibleSinceMs !== null;
  const floorMs = isFloor && wait === null && !isServed(row) ? floorDueAt(row, programme, standing) : null;
  return [coolDownUntilMs, waitMs, offer?.untilMs ?? null, floorMs];
}

function instantsOfGrant(grant: RunningGrant, programme: Programme | null, { wait }: Standing): Instants {
  const { growAtMs, paceAtMs, stageSinceMs } = grant;
  const stage = programme?.stages[grant.stages];
  if (stage === undefined) return [growAtMs, paceAtMs];
  const lateMs = stage.withinMs === null ? null : stageSinceMs + stage.withinMs;
  const waitMs = wait === null || wait.why !== null ? null : wait.untilMs;
  return [growAtMs, paceAtMs, stageSinceMs + stage.afterMs, lateMs, waitMs];
}

/** Whether it has a grant of any programme now; limits that are imposed don't count. */
export function isServed(row: ApplicantRow): boolean {
  for (const id in row.programmes) {
    const { grant } = row.programmes[id]!;
    if (grant !== null && grant.kind !== 'limit') return true;
  }
  return false;
}

/** When a floor is due to who is eligible for it and has no grant. */
export function floorDueAt(row: ApplicantRow, programme: Programme, standing: Standing): number {
  return Math.max(standing.eligibleSinceMs ?? 0, row.servedAtMs ?? 0) + (programme.floor?.withinMs ?? 0);
}
