import { createAnswerTimes, createFigures, figuresLine, type Figures } from './figures.ts';
import type { LiveSeason } from './live-season.ts';
import { runOpenLoop, SILENCE_MS_MAX, type OpenLoopRun } from './open-loop.ts';
import { isWell, summaryOf, summaryText, type RunSummary } from './run-summary.ts';
import type { TargetAnswer } from './target.ts';

const ALL_TAKEN: TargetAnswer = { kind: 'judged', status: 202, refusals: [] };
const BUSY: TargetAnswer = { kind: 'turned-away', status: 429, retryAfterMs: 1_000 };

describe('an open loop', () => {
  test('sends at its rate, and everything once', async () => {
    const { done, figures, elapsedMs, sent } = play({ eventsMax: 200 });
    await done;
    expect(figures).toMatchObject({ sent: 200, accepted: 200, turnedAway: 0, behind: 0 });
    expect([...sent].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, number) => number));
    expect(elapsedMs()).toBeGreaterThanOrEqual(1_980);
    expect(elapsedMs()).toBeLessThan(2_200);
  });

  test('does not slow down with a slow door: what is due waits, and is counted', async () => {
    const { done, figures } = play({ eventsMax: 1_000, answerMs: 3_000 });
    await done;
    expect(figures).toMatchObject({ accepted: 1_000, behind: 0 });
    expect(figures.behindMax).toBeGreaterThan(200);
    expect(figures.answers.percentile(50)).toBe(3_000);
  });

  test('sends again what was turned away, in the order of the merchant', async () => {
    let tries = 0;
    const answer = (): TargetAnswer => ((tries += 1) % 3 === 0 ? BUSY : ALL_TAKEN);
    const { done, figures, sent } = play({ eventsMax: 300, answer, merchants: 2 });
    await done;
    expect(figures.turnedAway).toBeGreaterThan(3);
    expect(figures.accepted).toBe(300);
    for (const parity of [0, 1]) {
      const own = sent.filter((number) => number % 2 === parity);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  test('counts refusals of what is malformed as expected, and every other judgement as wrong', async () => {
    // Numbers 0, 10, 20 … are malformed; the door refuses those and 15, and takes 20.
    const refuses = (number: number): boolean => (number % 10 === 0 && number !== 20) || number === 15;
    const answer = (numbers: readonly number[]): TargetAnswer => ({
      kind: 'judged',
      status: 202,
      refusals: numbers.flatMap((number, index) =>
        refuses(number) ? [{ index, why: `bad ${number}` }] : [],
      ),
    });
    const { done, figures } = play({ eventsMax: 50, answer });
    await done;
    expect(figures).toMatchObject({ accepted: 45, refused: 5, wrong: 2 });
    expect(figures.reasons.toSorted()).toEqual(['accepted: 20', 'refused: bad 15']);
  });

  test('counts what is malformed apart where it is written unseen: nobody has accepted or refused it', async () => {
    const { done, figures } = play({ eventsMax: 50, answer: () => ({ kind: 'written' }) });
    await done;
    expect(figures).toMatchObject({ sent: 50, accepted: 45, unseen: 5, refused: 0, wrong: 0 });
    expect(summary(figures).unanswered).toBe(0);
    expect(summaryText(summary(figures))).toContain('malformed    5 on purpose, to become dead letters');
  });

  test('ends in order: what is under way is waited for and nothing more begun', async () => {
    const run = play({ eventsMax: null, answerMs: 500, until: 1_000 });
    await run.done;
    expect(run.figures.accepted).toBe(run.figures.sent);
    expect(run.elapsedMs()).toBeLessThan(1_600);
  });

  test('gives up on a door that denies the request, or is silent for too long', async () => {
    const denied = play({ eventsMax: 9, answer: () => ({ kind: 'denied', status: 401, text: 'no' }) });
    await expect(denied.done).rejects.toThrow('the door answered 401: no');
    const gone = play({
      eventsMax: null,
      answer: () => {
        throw new Error('connect ECONNREFUSED');
      },
    });
    await expect(gone.done).rejects.toThrow('silent for 60 s: connect ECONNREFUSED');
    expect(gone.elapsedMs()).toBeLessThan(SILENCE_MS_MAX + 2_000);
  });
});

describe('figures', () => {
  test('tell within which time so many of a hundred answers came', () => {
    const answers = createAnswerTimes();
    expect(answers.percentile(50)).toBeNull();
    for (let ms = 1; ms <= 100; ms += 1) answers.add(ms);
    expect([50, 99, 100].map(answers.percentile)).toEqual([50, 99, 100]);
    answers.add(1e9);
    expect(answers.percentile(100)).toBe(20_000);
  });

  test('stand in one line', () => {
    const figures = Object.assign(createFigures(), { sent: 30, accepted: 20, refused: 1, behind: 5 });
    expect(figuresLine(figures, 2_400, 10)).toBe(
      '2 s  sent 30  accepted 20  refused 1  turned away 0  behind 5 (0.5 s)  answers p50 - ms, p99 - ms',
    );
  });

  test('are well only if everything due was sent, answered and judged as it should be', () => {
    expect(isWell(summary({ sent: 9, accepted: 9 }))).toBe(true);
    expect(isWell(summary({ sent: 9, accepted: 8 }))).toBe(false);
    expect(isWell(summary({ sent: 9, accepted: 9, behind: 1 }))).toBe(false);
    expect(isWell(summary({ sent: 9, accepted: 9, wrong: 1 }))).toBe(false);
    expect(summaryText(summary({ sent: 9, accepted: 8 }))).toContain('! 1 events were sent and not answered');
  });
});

function summary(counts: Partial<Figures>): RunSummary {
  const options = { seed: 1, merchants: 2, season: 'flat' as const, eventsPerSecond: 3 };
  const figures = Object.assign(createFigures(), counts);
  return summaryOf({
    options,
    target: 'nowhere',
    startMs: 0,
    elapsedMs: 1_000,
    figures,
    isInterrupted: false,
    problem: null,
  });
}

interface Play extends OpenLoopRun {
  readonly figures: Figures;
  /** Numbers of the events that were judged, in the order in which they were. */
  readonly sent: readonly number[];
  elapsedMs(): number;
}

function play(options: {
  readonly eventsMax: number | null;
  readonly answerMs?: number;
  readonly merchants?: number;
  readonly until?: number;
  readonly answer?: (numbers: readonly number[]) => TargetAnswer;
}): Play {
  const clock = virtualClock();
  const figures = createFigures();
  const sent: number[] = [];
  let number = -1;
  const season: LiveSeason = {
    next() {
      number += 1;
      return { event: number, merchant: number % (options.merchants ?? 16), isPoison: number % 10 === 0 };
    },
  };
  const isPicky = options.answer !== undefined;
  const post = async (events: readonly unknown[]): Promise<TargetAnswer> => {
    await clock.sleep(options.answerMs ?? 5);
    const answer = options.answer?.(events as number[]) ?? ALL_TAKEN;
    if (answer.kind === 'judged') sent.push(...(events as number[]));
    return answer;
  };
  const run = runOpenLoop({
    season: isPicky ? season : { next: () => ({ ...season.next(), isPoison: false }) },
    eventsPerSecond: 100,
    eventsMax: options.eventsMax,
    post,
    figures,
    clock,
  });
  if (options.until !== undefined) void clock.sleep(options.until).then(run.end);
  return { ...run, figures, sent, elapsedMs: clock.now };
}

/** Time passes as soon as everybody sleeps. */
function virtualClock(): { now(): number; sleep(ms: number): Promise<void> } {
  let nowMs = 0;
  let isTurning = false;
  const sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  const turn = (): void => {
    sleepers.sort((a, b) => a.atMs - b.atMs);
    const next = sleepers.shift();
    isTurning = next !== undefined;
    if (next === undefined) return;
    nowMs = next.atMs;
    next.wake();
    setImmediate(turn);
  };
  return {
    now: () => nowMs,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ atMs: nowMs + ms, wake });
        if (!isTurning) setImmediate(turn);
        isTurning = true;
      }),
  };
}
