import type { Ladder } from '../policy/ladder.ts';

// The published tier of one merchant on one ladder, and how it follows what is measured.

export interface TierState {
  /** Published tier; null: none. */
  readonly tier: string | null;
  /** When the published tier last changed, ms UTC; null before the first one. */
  readonly sinceMs: number | null;
  /** When it last rose or was first given, ms UTC. */
  readonly roseMs: number | null;
  /** Since when it has been missed without a break, ms UTC; null while it isn't. */
  readonly missedMs: number | null;
  /** At how many evaluations running it was missed; 0 on a ladder without a calendar. */
  readonly misses: number;
  /** When it was evaluated last, ms UTC; null before the first time and on a ladder without a calendar. */
  readonly lookedMs: number | null;
}

export const NO_TIER: TierState = {
  tier: null,
  sinceMs: null,
  roseMs: null,
  missedMs: null,
  misses: 0,
  lookedMs: null,
};

/** What the ladder's conditions say of the merchant now. Places are those of the tiers, −1 is none. */
export interface Judged {
  /** There is volume enough for any tier. */
  readonly isAssessed: boolean;
  /** The highest tier whose enter condition is true. */
  readonly entered: number;
  /** The highest tier at or below the published one whose keep condition is true. */
  readonly kept: number;
  /** What vetoes leave; the place of the highest tier without any. */
  readonly atMost: number;
}

export interface LadderMoment {
  readonly nowMs: number;
  /** False while the pipeline is catching up: nobody is demoted by an outage. */
  readonly canFall: boolean;
  /** When the bundle went live, ms UTC. */
  readonly activatedMs: number;
  /** The last instant of the ladder's calendar, ms UTC; Infinity without one: every look is an evaluation. */
  readonly lastMs: number;
  /** Start of the day until which nothing falls, ms UTC; −Infinity: there is none. */
  readonly protectedUntilMs: number;
}

export interface TierStep {
  readonly next: TierState;
  /** What it would be but for calendar, dwell, grace, protection and step. */
  readonly projected: string | null;
  /** The published tier stays although its own enter condition is not true. */
  readonly isWarned: boolean;
  /** When to look again by time alone, ms UTC; null when nothing waits, or the calendar says when. */
  readonly waitsUntilMs: number | null;
  /** The next instant of the ladder's calendar may change something, be nothing else ever heard of the merchant. */
  readonly waitsForCalendar: boolean;
  /** The published tier would fall but was held because the pipeline is catching up. */
  readonly isHeld: boolean;
}

/** The place of a published tier on the ladder that is live; −1 where it has none or the ladder has not that tier. */
export function placeOfTier({ tiers }: Ladder, { tier }: TierState): number {
  return tiers.findIndex(({ id }) => id === tier);
}

/**
 * One look at a ladder. The first look is an evaluation; later ones are where the ladder has no calendar, and with one
 * only the first after each of its instants. Where the published tier is not what was found it follows, unless it
 * changed too lately (dwell) or, falling, is protected, was not missed for long enough (grace), or the pipeline is
 * catching up: an evaluation that would count against the merchant is then still to come.
 */
export function stepTier(ladder: Ladder, state: TierState, judged: Judged, moment: LadderMoment): TierStep {
  const at = placeOfTier(ladder, state);
  // A tier that the live ladder does not have is none: the first tier of this ladder is given at once.
  if (at < 0 && state.tier !== null) return stepTier(ladder, NO_TIER, judged, moment);
  const wanted = judged.isAssessed ? Math.min(judged.atMost, Math.max(judged.entered, judged.kept)) : -1;
  const hasCalendar = ladder.calendar !== null;
  const isEvaluation = !hasCalendar || state.lookedMs === null || state.lookedMs < moment.lastMs;
  const waits = hasCalendar && isEvaluation && wanted < at && !moment.canFall;
  const { next, waitsUntilMs, isHeld } =
    waits || !isEvaluation
      ? { next: state, waitsUntilMs: null, isHeld: waits }
      : follow(ladder, seen(state, wanted < at, hasCalendar, moment.nowMs), at, wanted, moment);
  const place = placeOfTier(ladder, next);
  return {
    next,
    projected: wanted < 0 ? null : ladder.tiers[wanted]!.id,
    isWarned: place >= 0 && (!judged.isAssessed || Math.min(judged.entered, judged.atMost) < place),
    // Where a calendar says when to look, nothing else does.
    waitsUntilMs: hasCalendar ? null : waitsUntilMs,
    waitsForCalendar: hasCalendar && (wanted !== place || next.misses > 0),
    isHeld,
  };
}

/** What an evaluation leaves behind whatever comes of it: when it was, and since when the tier was missed. */
function seen(state: TierState, isMissed: boolean, hasCalendar: boolean, nowMs: number): TierState {
  const missedMs = isMissed ? (state.missedMs ?? nowMs) : null;
  if (hasCalendar) return { ...state, lookedMs: nowMs, missedMs, misses: isMissed ? state.misses + 1 : 0 };
  return missedMs === state.missedMs ? state : { ...state, missedMs };
}

interface Followed {
  readonly next: TierState;
  readonly waitsUntilMs: number | null;
  readonly isHeld: boolean;
}

function follow(
  ladder: Ladder,
  state: TierState,
  at: number,
  wanted: number,
  moment: LadderMoment,
): Followed {
  const { nowMs } = moment;
  const stays = (waitsUntilMs: number | null, isHeld = false): Followed => ({
    next: state,
    waitsUntilMs,
    isHeld,
  });
  if (wanted === at) return stays(null);
  const freeMs = wanted < at ? fallsFromMs(ladder, state, moment) : dwellEndsMs(ladder, state);
  if (nowMs < freeMs) return stays(freeMs);
  if (wanted < at && !mayFall(ladder, state)) return stays(null);
  if (wanted < at && !moment.canFall) return stays(null, true);
  // From "no tier" straight to where it stands, and to "no tier" as well; otherwise by so many steps.
  const steps = Math.min(ladder.stepMax ?? Infinity, Math.abs(wanted - at));
  const to = at < 0 || wanted < 0 ? wanted : at + Math.sign(wanted - at) * steps;
  const next: TierState = {
    tier: to < 0 ? null : ladder.tiers[to]!.id,
    sinceMs: nowMs,
    roseMs: to > at ? nowMs : state.roseMs,
    // A tier on the way down is missed from its first moment.
    missedMs: to > wanted ? nowMs : null,
    misses: 0,
    lookedMs: state.lookedMs,
  };
  if (to === wanted) return { next, waitsUntilMs: null, isHeld: false };
  const onMs = to > wanted ? fallsFromMs(ladder, next, moment) : dwellEndsMs(ladder, next);
  return { next, waitsUntilMs: onMs, isHeld: false };
}

function dwellEndsMs({ dwellMs }: Ladder, { sinceMs }: TierState): number {
  return sinceMs === null ? -Infinity : sinceMs + dwellMs;
}

/** When a tier may fall by time: after dwell, grace by duration, and every protection. */
function fallsFromMs(ladder: Ladder, state: TierState, moment: LadderMoment): number {
  const { protect, grace } = ladder;
  return Math.max(
    dwellEndsMs(ladder, state),
    state.roseMs === null ? -Infinity : state.roseMs + protect.riseMs,
    protect.rulesMs === 0 ? -Infinity : moment.activatedMs + protect.rulesMs,
    moment.protectedUntilMs,
    grace !== null && 'forMs' in grace ? (state.missedMs ?? moment.nowMs) + grace.forMs : -Infinity,
  );
}

function mayFall({ grace }: Ladder, { misses }: TierState): boolean {
  return grace === null || !('evaluations' in grace) || misses >= grace.evaluations;
}
