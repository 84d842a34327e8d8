import { BPS, mulDivFloor } from '../number.ts';
import type { Benefit, Programme } from '../policy/bundle.ts';
import type { RunningGrant } from './applicant-row.ts';

// The control law of guaranteed exposures: behind schedule the weight is stronger, on schedule it is the programme's
// own, and at the end of the time or of the exposures it stops, because the grant ends. It is looked at a fixed number
// of times, in fixed steps, so that a guarantee is not a decision a minute.

/** How often the pace of a guarantee is looked at, evenly over its duration. */
const LOOKS = 8;
/** Steps between the programme's weight and its maximum. */
const STEPS = 8;
/** A lag of this part of the promise, basis points, calls for the maximum. Ours: half of the promise is missing. */
const FULL_LAG_BPS = 5_000;

export function firstWeight(benefit: Benefit): number | null {
  if ('boost' in benefit) return benefit.boost.weightBps;
  return 'guarantee' in benefit ? benefit.guarantee.weightBps : null;
}

export function firstPaceAt({ benefit, durationMs }: Programme, nowMs: number): number | null {
  return 'guarantee' in benefit ? nowMs + Math.floor(durationMs / LOOKS) : null;
}

/** The next look after `nowMs`; null when the grant ends before, or promises nothing. */
export function nextPaceAt(grant: RunningGrant, nowMs: number): number | null {
  const { benefit, validFromMs, validUntilMs } = grant;
  if (!('guarantee' in benefit)) return null;
  const step = Math.max(1, Math.floor((validUntilMs - validFromMs) / LOOKS));
  const at = validFromMs + (Math.floor((nowMs - validFromMs) / step) + 1) * step;
  return at < validUntilMs ? at : null;
}

/** Weight, basis points, for what is delivered of what should be by now. */
export function paceOf(grant: RunningGrant, nowMs: number): number | null {
  if (!('guarantee' in grant.benefit)) return grant.weightBps;
  const { weightBps, maximumBps } = grant.benefit.guarantee;
  const elapsed = mulDivFloor(
    nowMs - grant.validFromMs,
    BPS,
    Math.max(1, grant.validUntilMs - grant.validFromMs),
  );
  const delivered = grant.size === 0 ? BPS : mulDivFloor(grant.spent, BPS, grant.size);
  const lag = Math.min(FULL_LAG_BPS, Math.max(0, Math.min(BPS, elapsed) - delivered));
  const steps = mulDivFloor(lag, STEPS, FULL_LAG_BPS);
  return weightBps + mulDivFloor(maximumBps - weightBps, steps, STEPS);
}
