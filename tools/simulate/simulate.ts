import { setTimeout as sleep } from 'node:timers/promises';
import { createFigures, figuresLine } from './figures.ts';
import { createLiveSeason, type LiveSeasonOptions } from './live-season.ts';
import { DoorGoneError, runOpenLoop, type LoopClock } from './open-loop.ts';
import { summaryOf, type RunSummary } from './run-summary.ts';
import type { Target } from './target.ts';

// `updraft simulate`: the marketplace as a producer of a running Updraft, at a rate that does not ask how it is doing.

export interface SimulateOptions extends Omit<LiveSeasonOptions, 'startMs'> {
  /** Closed by whoever opened it. */
  readonly target: Target;
  /** Null: no limit. */
  readonly eventsMax: number | null;
  readonly durationMs: number | null;
  /** Where figures are shown while it runs. */
  readonly output: SimulateOutput;
  /** Ends the run in order; called again, at once. */
  readonly onInterrupt: (end: () => void) => void;
}

export interface SimulateOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** How long what was due within the duration may still be sent after it. */
const OVERTIME_MS_MAX = 30_000;
const LINE_MS = 1_000;
/** A log file does not want a line a second. */
const LINE_MS_WITHOUT_TERMINAL = 10_000;
const CLOCK: LoopClock = { now: () => performance.now(), sleep: (ms) => sleep(ms) };

export async function simulate(options: SimulateOptions): Promise<RunSummary> {
  const { target, eventsPerSecond, durationMs, output } = options;
  await target.knock();
  const startMs = Date.now();
  const figures = createFigures();
  const startedAt = CLOCK.now();
  const loop = runOpenLoop({
    season: createLiveSeason({ ...options, startMs }),
    eventsPerSecond,
    eventsMax: eventsWithin(options),
    post: (events, signal) => target.send(events, signal),
    figures,
    clock: CLOCK,
  });
  let isInterrupted = false;
  options.onInterrupt(() => {
    if (!isInterrupted) tell(output, 'Waiting for what is under way; Ctrl-C again does not wait ...', true);
    isInterrupted = true;
    loop.end();
  });
  const overtime = durationMs === null ? null : setTimeout(loop.end, durationMs + OVERTIME_MS_MAX);
  const elapsedMs = (): number => CLOCK.now() - startedAt;
  const line = (): string => figuresLine(figures, elapsedMs(), eventsPerSecond);
  const telling = setInterval(
    () => tell(output, line(), false),
    output.isTTY === true ? LINE_MS : LINE_MS_WITHOUT_TERMINAL,
  );
  let problem: string | null = null;
  try {
    await loop.done;
  } catch (error) {
    if (!(error instanceof DoorGoneError)) throw error;
    problem = error.message;
  } finally {
    clearInterval(telling);
    if (overtime !== null) clearTimeout(overtime);
    tell(output, line(), true);
  }
  return summaryOf({
    options,
    target: target.name,
    startMs,
    elapsedMs: elapsedMs(),
    figures,
    isInterrupted,
    problem,
  });
}

function eventsWithin({ eventsMax, durationMs, eventsPerSecond }: SimulateOptions): number | null {
  if (durationMs === null) return eventsMax;
  return Math.min(eventsMax ?? Infinity, Math.ceil((durationMs * eventsPerSecond) / 1_000));
}

/** On a terminal one line is rewritten. */
function tell(output: SimulateOutput, line: string, isLast: boolean): void {
  if (output.isTTY !== true) output.write(`${line}\n`);
  else
    output.write(
      `\r\u001b[2K${line.slice(0, Math.max(20, (output.columns ?? 80) - 1))}${isLast ? '\n' : ''}`,
    );
}
