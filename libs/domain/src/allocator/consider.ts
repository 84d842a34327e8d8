import type { MerchantCapability } from '../outputs.ts';
import type { Allocation } from './allocation.ts';
import { turnOf, type ApplicantRow } from './applicant-row.ts';
import { applyFor } from './applying.ts';
import { clawBackEnded, settleDue } from './ending.ts';
import { keepUp, keepUpOrphans } from './grant-life.ts';
import { lineUpOf, noteBusy, stirringAmong, stirringAnd } from './line-up.ts';
import { nextWhereBusy, nextWhereIdle } from './next-instant.ts';
import { isAtRest, restlessAmong } from './rest.ts';
import { balanceOwnBooks } from './treasury-mail.ts';

// What the allocator does with one merchant: first what runs is kept up, ended, shrunk or grown, then there is a
// decision on each programme without a running grant whose answer may be another than the last.

/**
 * Looks at a merchant's programmes, as of the allocation's log time: at all of them, or, where nothing happened since
 * the last look but these causes and the usage of the grant at place `used`, at those that may answer otherwise because
 * of them.
 */
export function considerMerchant(
  allocation: Allocation,
  row: ApplicantRow,
  why: readonly string[] | null,
  used: number | null = null,
): void {
  const { bundle, root, rows, policy, touch } = allocation;
  if (bundle === null) return;
  row.activation = root.sweeps['activation']!.number;
  const lineUp = lineUpOf(allocation, row);
  const { ordinal } = allocation;
  const touched = why === null ? null : touch(policy.readers, why);
  const isCalm = touched?.size === 0 && lineUp.isCalm && root.nowMs < lineUp.quietUntilMs;
  // After an activation, what scoring said by the bundle before is no ground to decide by this one: its metrics, tiers
  // and grain may not even exist there. Scoring's own sweep tells everybody anew; until then only time goes on.
  const capability = isCalm || row.capability?.bundle === root.bundleHash ? row.capability : null;
  if (!isCalm) settleDue(allocation, row);
  keepUpOrphans(allocation, row, capability);
  const looked = isCalm ? stirringAnd(lineUp, used) : lineUp.busyLive;
  const isHeld = keepUpAll(allocation, row, capability, looked);
  const isQuiet = allocation.ordinal === ordinal && root.nowMs < lineUp.quietUntilMs;
  if (capability === null) lineUp.restless = null;
  else applyForAll(allocation, row, capability, touched, isQuiet);
  const hasDecided = allocation.ordinal !== ordinal;
  const { restless } = lineUp;
  const isNothingNew = isQuiet && !hasDecided && touched?.size === 0 && restless !== null;
  if (!isNothingNew) {
    noteBusy(lineUp);
    lineUp.idleUntilMs = nextWhereIdle(allocation, row);
  }
  balanceOwnBooks(allocation, row);
  rows.touch(row.id);
  const isAllStill = isCalm && isNothingNew && restless.length === 0;
  const before = lineUp.stirring;
  lineUp.stirring = stirringAmong(lineUp, isAllStill ? looked : lineUp.busyLive);
  // Then no instant moved either.
  if (isAllStill && before.length === 0 && lineUp.stirring.length === 0) return;
  lineUp.isCalm = capability !== null && !hasDecided && !isHeld && lineUp.live === lineUp.all;
  rows.setHeld(row.id, isHeld);
  rows.setWaiting(row.id, turnOf(lineUp.all, lineUp.busy));
  lineUp.quietUntilMs = Math.min(lineUp.idleUntilMs, nextWhereBusy(allocation, row));
  rows.setDue(row.id, lineUp.quietUntilMs === Infinity ? null : lineUp.quietUntilMs);
}

/** Keeps up what runs at these places; true when something adverse was held. */
function keepUpAll(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability | null,
  places: readonly number[],
): boolean {
  const { programmes } = allocation.bundle!;
  const { live } = lineUpOf(allocation, row);
  let isHeld = false;
  for (const at of places) {
    const standing = live[at]!;
    const programme = programmes[at]!;
    if (standing.grant !== null) isHeld = keepUp(allocation, row, capability, programme, standing) || isHeld;
    // Afterwards, so that one which ended just now is among them.
    isHeld = clawBackEnded(allocation, row, capability, programme, standing) || isHeld;
  }
  return isHeld;
}

/**
 * Decides on the programmes that are touched, null for all, and on those whose reason does not stand. `isQuiet`: since
 * the last look nothing was decided and no instant came, so that whoever was left at rest still is.
 */
function applyForAll(
  allocation: Allocation,
  row: ApplicantRow,
  capability: MerchantCapability,
  touched: ReadonlySet<string> | null,
  isQuiet: boolean,
): void {
  const { programmes } = allocation.bundle!;
  const lineUp = lineUpOf(allocation, row);
  const { live, restless } = lineUp;
  const { ordinal } = allocation;
  if (isQuiet && touched?.size === 0 && restless?.length === 0) return;
  for (let at = 0; at < live.length; at++) {
    const programme = programmes[at]!;
    const isTouched = touched === null || touched.has(programme.id);
    // A decision on one may wake another.
    const isKnown = isQuiet && restless !== null && allocation.ordinal === ordinal;
    if (!isTouched && isKnown && !restless.includes(at)) continue;
    const standing = live[at]!;
    if (standing.grant !== null) continue;
    if (!isTouched && !isKnown && isAtRest(allocation, row, programme, standing)) continue;
    applyFor(allocation, row, capability, programme, standing);
  }
  const isAsBefore = isQuiet && allocation.ordinal === ordinal && touched?.size === 0;
  const places = isAsBefore && restless !== null ? restless : allocation.policy.places;
  lineUp.restless = restlessAmong(allocation, row, places);
}
