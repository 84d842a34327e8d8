import type { Figures } from './figures.ts';
import type { LiveSeasonOptions } from './live-season.ts';

/** What a run was and what came of it; as it stands, this is `--json`. */
export interface RunSummary {
  /** Where it went, in words. */
  readonly target: string;
  readonly seed: number;
  readonly merchants: number;
  readonly season: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly eventsPerSecondAsked: number;
  readonly eventsPerSecondSent: number;
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  /** Malformed on purpose and written unseen: as many dead letters will come of them. */
  readonly unseen: number;
  readonly unanswered: number;
  readonly turnedAway: number;
  readonly behind: number;
  readonly behindMax: number;
  readonly answerMs: { readonly p50: number | null; readonly p99: number | null };
  /** Well-formed and refused, or malformed and accepted, with the first reasons. */
  readonly wrong: number;
  readonly reasons: readonly string[];
  readonly isInterrupted: boolean;
  /** Why it ended before its time; null where it did not. */
  readonly problem: string | null;
}

export function summaryOf(run: {
  readonly options: Pick<LiveSeasonOptions, 'seed' | 'merchants' | 'season' | 'eventsPerSecond'>;
  readonly target: string;
  readonly startMs: number;
  readonly elapsedMs: number;
  readonly figures: Figures;
  readonly isInterrupted: boolean;
  readonly problem: string | null;
}): RunSummary {
  const { options, figures, elapsedMs } = run;
  const { sent, accepted, refused, unseen, turnedAway, behind, behindMax, wrong, reasons, answers } = figures;
  return {
    target: run.target,
    seed: options.seed,
    merchants: options.merchants,
    season: options.season,
    startedAt: new Date(run.startMs).toISOString(),
    seconds: rounded(elapsedMs / 1_000),
    eventsPerSecondAsked: options.eventsPerSecond,
    eventsPerSecondSent: rounded((sent * 1_000) / Math.max(1, elapsedMs)),
    sent,
    accepted,
    refused,
    unseen,
    unanswered: sent - accepted - refused - unseen,
    turnedAway,
    behind,
    behindMax,
    answerMs: { p50: answers.percentile(50), p99: answers.percentile(99) },
    wrong,
    reasons,
    isInterrupted: run.isInterrupted,
    problem: run.problem,
  };
}

/** Nobody has to look at it twice: everything that was due was sent, and judged as it should be. */
export function isWell({ wrong, problem, behind, unanswered, isInterrupted }: RunSummary): boolean {
  return wrong === 0 && problem === null && (isInterrupted || behind + unanswered === 0);
}

export function summaryText(summary: RunSummary): string {
  const {
    target,
    seconds,
    sent,
    accepted,
    refused,
    unseen,
    unanswered,
    turnedAway,
    behind,
    behindMax,
    wrong,
  } = summary;
  const { p50, p99 } = summary.answerMs;
  const asked = `${summary.eventsPerSecondAsked} asked for`;
  const lines = [
    `${sent} events to ${target} in ${seconds} s: ${summary.eventsPerSecondSent} a second, ${asked}`,
    `  accepted     ${accepted}`,
    `  refused      ${refused}, malformed on purpose${wrong === 0 ? '' : ` but for the ${wrong} below`}`,
    ...(unseen === 0 ? [] : [`  malformed    ${unseen} on purpose, to become dead letters`]),
    `  turned away  ${turnedAway} requests, sent again`,
    `  behind       ${behindMax} events at most${behind === 0 ? '' : `, ${behind} never sent`}`,
    `  answers      ${p50 === null ? 'none' : `half within ${p50} ms, 99 of 100 within ${p99} ms`}`,
  ];
  if (unanswered > 0) lines.push(`! ${unanswered} events were sent and not answered`);
  if (wrong > 0) lines.push(`! ${wrong} events were judged otherwise than they should be, among them:`);
  for (const reason of summary.reasons) lines.push(`    ${reason}`);
  if (summary.problem !== null) lines.push(`! ended early: ${summary.problem}`);
  return lines.join('\n');
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
