// What a run counts. Answer times are kept as counts per millisecond, so that a run of days needs no more memory.

const ANSWER_MS_MAX = 20_000;
const REASONS_KEPT = 3;

export interface Figures {
  /** Events whose first request has begun. */
  sent: number;
  accepted: number;
  /** Malformed on purpose, and refused. */
  refused: number;
  /** Malformed on purpose, and written where nobody looks yet. */
  unseen: number;
  /** Requests, not events: the door was busy, the log away, or nobody answered. They are sent again. */
  turnedAway: number;
  /** Due by the clock and not sent yet: the door cannot carry the rate, or this process cannot. */
  behind: number;
  behindMax: number;
  /** Well-formed and refused, or malformed and accepted: one of us is wrong. */
  wrong: number;
  /** Why the first of them were. */
  readonly reasons: string[];
  readonly answers: AnswerTimes;
}

export function createFigures(): Figures {
  const counts = {
    sent: 0,
    accepted: 0,
    refused: 0,
    unseen: 0,
    turnedAway: 0,
    behind: 0,
    behindMax: 0,
    wrong: 0,
  };
  return { ...counts, reasons: [], answers: createAnswerTimes() };
}

export function countWrong(figures: Figures, reason: string): void {
  figures.wrong += 1;
  if (figures.reasons.length < REASONS_KEPT) figures.reasons.push(reason);
}

export interface AnswerTimes {
  add(ms: number): void;
  /** The time within which so many of a hundred answers came, whole ms; null before the first one. */
  percentile(percent: number): number | null;
}

export function createAnswerTimes(): AnswerTimes {
  const counts = new Float64Array(ANSWER_MS_MAX + 1);
  let total = 0;
  return {
    add(ms) {
      counts[Math.min(ANSWER_MS_MAX, Math.max(0, Math.ceil(ms)))]! += 1;
      total += 1;
    },
    percentile(percent) {
      if (total === 0) return null;
      let rest = Math.ceil((total * percent) / 100);
      for (const [ms, count] of counts.entries()) {
        rest -= count;
        if (rest <= 0) return ms;
      }
      return ANSWER_MS_MAX;
    },
  };
}

/** One line for a terminal. */
export function figuresLine(figures: Figures, elapsedMs: number, eventsPerSecond: number): string {
  const { sent, accepted, refused, unseen, turnedAway, behind, answers, wrong } = figures;
  const ms = (percent: number): string => String(answers.percentile(percent) ?? '-');
  const late = behind === 0 ? '0' : `${behind} (${(behind / eventsPerSecond).toFixed(1)} s)`;
  return [
    `${(elapsedMs / 1_000).toFixed(0)} s`,
    `sent ${sent}`,
    `accepted ${accepted}`,
    `refused ${refused}`,
    ...(unseen === 0 ? [] : [`malformed ${unseen}`]),
    ...(wrong === 0 ? [] : [`WRONG ${wrong}`]),
    `turned away ${turnedAway}`,
    `behind ${late}`,
    `answers p50 ${ms(50)} ms, p99 ${ms(99)} ms`,
  ].join('  ');
}
