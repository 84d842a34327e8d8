import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '#tools/cli/command-error';
import { postBatch } from '#tools/door/post-batch';
import { createFigures, figuresLine } from './figures.ts';
import { createLiveSeason, type LiveSeasonOptions } from './live-season.ts';
import { DoorGoneError, runOpenLoop, why, type LoopClock } from './open-loop.ts';
import { summaryOf, type RunSummary } from './run-summary.ts';

// `updraft simulate`: the marketplace as a producer of a running Updraft, at a rate that does not ask how it is doing.

export interface SimulateOptions extends Omit<LiveSeasonOptions, 'startMs'> {
  readonly url: string;
  readonly token: string;
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
  const { url, token, eventsPerSecond, durationMs, output } = options;
  await knock(url, token);
  const startMs = Date.now();
  const figures = createFigures();
  const startedAt = CLOCK.now();
  const loop = runOpenLoop({
    season: createLiveSeason({ ...options, startMs }),
    eventsPerSecond,
    eventsMax: eventsWithin(options),
    post: (events, signal) => postBatch(url, token, events, signal),
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
  return summaryOf({ options, startMs, elapsedMs: elapsedMs(), figures, isInterrupted, problem });
}

/** An empty batch asks for nothing, and is answered by whoever would take more. */
async function knock(url: string, token: string): Promise<void> {
  const answer = await postBatch(url, token, []).catch((error: unknown) => {
    const reason = why(error as Error);
    throw new CommandError(
      `nobody answers at ${url} (${reason}): start one with updraft start, or say where with --url`,
    );
  });
  if (answer.kind !== 'denied') return;
  const { status, text } = answer;
  if (status === 401 || status === 403) {
    throw new CommandError(
      `${url} does not take this token (${status}): --data must be the directory of the running Updraft, ` +
        'or UPDRAFT_TOKEN the token of a producer',
    );
  }
  throw new CommandError(`${url} is no door of Updraft: it answered ${status} ${text.slice(0, 100)}`);
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
