import { SERVING_KINDS, type Floor, type Programme } from '../policy/bundle.ts';
import type { Allocation } from './allocation.ts';
import type { ApplicantRow, RunningGrant, Standing } from './applicant-row.ts';
import { isBusy, lineUpOf } from './line-up.ts';

/** The next instant at which time alone changes something where something runs; Infinity for none. */
export function nextWhereBusy(allocation: Allocation, row: ApplicantRow): number {
  let next = Infinity;
  for (const at of lineUpOf(allocation, row).busy) next = Math.min(next, nextAt(allocation, row, at));
  return next;
}

/** The same where nothing runs. */
export function nextWhereIdle(allocation: Allocation, row: ApplicantRow): number {
  const { all } = lineUpOf(allocation, row);
  let next = Infinity;
  for (let at = 0; at < all.length; at++)
    if (!isBusy(all[at]!)) next = Math.min(next, nextAt(allocation, row, at));
  return next;
}

/**
 * Of one standing. What was due just now and is not done waits for something else than time: for scoring to say by the
 * new bundle, or for the held list.
 */
function nextAt(allocation: Allocation, row: ApplicantRow, at: number): number {
  const { root, policy } = allocation;
  const { nowMs } = root;
  const { all, ids } = lineUpOf(allocation, row);
  const standing = all[at]!;
  const { grant, wait } = standing;
  let next = Infinity;
  for (const { untilMs } of standing.settling) next = Math.min(next, untilMs);
  if (wait !== null && wait.why === null) next = sooner(next, wait.untilMs, nowMs);
  if (grant !== null) {
    next = sooner(next, nextOfGrant(grant, policy.programmes.get(ids[at]!), nowMs), nowMs);
    // Its term ends whatever scoring says.
    return Math.min(next, grant.validUntilMs);
  }
  next = sooner(next, standing.coolDownUntilMs, nowMs);
  if (standing.offer !== null) next = sooner(next, standing.offer.untilMs, nowMs);
  if (standing.eligibleSinceMs === null || wait !== null) return next;
  const floor = policy.programmes.get(ids[at]!)?.floor ?? null;
  // While another grant runs, its end sets the floor's clock anew.
  if (floor === null || isServed(row, floor)) return next;
  return sooner(next, floorDueAt(row, floor, standing), nowMs);
}

function nextOfGrant(grant: RunningGrant, programme: Programme | undefined, nowMs: number): number {
  const { growAtMs, paceAtMs, complyUntilMs, stageSinceMs } = grant;
  let next = Infinity;
  if (growAtMs !== null) next = sooner(next, growAtMs, nowMs);
  if (paceAtMs !== null) next = sooner(next, paceAtMs, nowMs);
  if (complyUntilMs !== null) next = sooner(next, complyUntilMs, nowMs);
  const stage = programme?.stages[grant.stages];
  if (stage === undefined) return next;
  next = sooner(next, stageSinceMs + stage.afterMs, nowMs);
  return stage.withinMs === null ? next : sooner(next, stageSinceMs + stage.withinMs, nowMs);
}

/** The sooner of two instants; one that is not ahead counts for nothing. */
function sooner(next: number, atMs: number, nowMs: number): number {
  return atMs > nowMs && atMs < next ? atMs : next;
}

/** Whether it has a grant now that counts for the floor; limits that are imposed never do. */
export function isServed(row: ApplicantRow, { of }: Floor): boolean {
  for (const id in row.programmes) {
    const { grant } = row.programmes[id]!;
    if (grant === null || grant.kind === 'limit') continue;
    if (of === undefined || of.includes(grant.kind)) return true;
  }
  return false;
}

/** When a floor is due to who is eligible for it and has no grant that counts. */
export function floorDueAt(row: ApplicantRow, { withinMs, of }: Floor, standing: Standing): number {
  let sinceMs = standing.eligibleSinceMs ?? 0;
  for (const kind of of ?? SERVING_KINDS) sinceMs = Math.max(sinceMs, row.servedAtMs[kind] ?? 0);
  return sinceMs + withinMs;
}
