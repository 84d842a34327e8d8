import type { Bundle, Programme } from '../policy/bundle.ts';
import type { Allocation } from './allocation.ts';
import type { ApplicantRow, RunningGrant, Standing } from './applicant-row.ts';

/** The next instant at which time alone changes something for this merchant; null for none. */
export function nextInstant({ root, bundle }: Allocation, row: ApplicantRow): number | null {
  let next: number | null = null;
  const consider = (atMs: number | null): void => {
    if (atMs !== null && (next === null || atMs < next)) next = atMs;
  };
  for (const [id, standing] of Object.entries(row.programmes)) {
    const programme = bundle?.programmes.find((each) => each.id === id) ?? null;
    const { grant, wait, offer, coolDownUntilMs } = standing;
    for (const { untilMs } of standing.settling) consider(untilMs);
    if (grant !== null) {
      considerGrant(grant, programme, root.nowMs, consider);
      continue;
    }
    if (coolDownUntilMs > root.nowMs) consider(coolDownUntilMs);
    if (wait !== null && wait.why === null) consider(wait.untilMs);
    if (offer !== null) consider(offer.untilMs);
    // While another grant runs, its end sets the floor's clock anew.
    const isFloor = programme?.floor != null && standing.eligibleSinceMs !== null && wait === null;
    if (isFloor && !isServed(bundle!, row)) consider(floorDueAt(row, programme, standing));
  }
  return next;
}

function considerGrant(
  grant: RunningGrant,
  programme: Programme | null,
  nowMs: number,
  consider: (atMs: number | null) => void,
): void {
  consider(grant.validUntilMs);
  consider(grant.growAtMs);
  consider(grant.paceAtMs);
  const stage = programme?.stages[grant.stages];
  if (stage === undefined) return;
  if (grant.stageSinceMs + stage.afterMs > nowMs) consider(grant.stageSinceMs + stage.afterMs);
  if (stage.withinMs !== null) consider(grant.stageSinceMs + stage.withinMs);
}

/** Whether it has a grant of any programme now; limits that are imposed don't count. */
export function isServed(bundle: Bundle, row: ApplicantRow): boolean {
  return bundle.programmes.some(
    ({ id, kind }) => kind !== 'limit' && (row.programmes[id]?.grant ?? null) !== null,
  );
}

/** When a floor is due to who is eligible for it and has no grant. */
export function floorDueAt(row: ApplicantRow, programme: Programme, standing: Standing): number {
  return Math.max(standing.eligibleSinceMs ?? 0, row.servedAtMs ?? 0) + (programme.floor?.withinMs ?? 0);
}
