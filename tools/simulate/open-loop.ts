import { countWrong, type Figures } from './figures.ts';
import type { LiveSeason, PlannedEvent } from './live-season.ts';
import type { TargetAnswer } from './target.ts';

// An open loop: events are due by the clock, whatever the door can carry, and what it cannot carry is seen to wait.
// Each merchant belongs to one lane, and a lane has one request under way: a merchant's events keep their order, also
// when a batch is turned away and sent again.

export interface OpenLoop {
  readonly season: LiveSeason;
  readonly eventsPerSecond: number;
  /** Null: until `end`. */
  readonly eventsMax: number | null;
  readonly post: (events: readonly unknown[], signal: AbortSignal) => Promise<TargetAnswer>;
  readonly figures: Figures;
  readonly clock: LoopClock;
}

export interface LoopClock {
  /** Milliseconds; only differences count. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface OpenLoopRun {
  /** Resolves when everything due was answered, or what was under way after `end`; rejects when the door is gone. */
  readonly done: Promise<void>;
  /** Nothing more is begun; what is under way is waited for. A second time: not even that. */
  end(): void;
}

const LANES = 16;
const BATCH_MAX = 500;
const TICK_MS = 10;
const RETRY_MS = 250;
/** Taken from the marketplace and not sent yet. Beyond it nothing is taken, and what is due is still counted. */
const WAITING_MAX = 50_000;
/** A door from which no lane heard for so long is gone. A broker's restart takes less. */
export const SILENCE_MS_MAX = 60_000;

export function runOpenLoop(options: OpenLoop): OpenLoopRun {
  const { season, figures, clock, eventsPerSecond } = options;
  const eventsMax = options.eventsMax ?? Infinity;
  const lanes: PlannedEvent[][] = Array.from({ length: LANES }, () => []);
  const hurry = new AbortController();
  const startedAt = clock.now();
  let heardAt = startedAt;
  let taken = 0;
  let isEnding = false;
  let failure: Error | null = null;

  const isOver = (): boolean => isEnding || failure !== null;
  const isThrough = (): boolean => isOver() || figures.sent >= eventsMax;

  async function takeWhatIsDue(): Promise<void> {
    while (!isThrough()) {
      const elapsedMs = clock.now() - startedAt;
      const due = Math.min(eventsMax, 1 + Math.floor((elapsedMs * eventsPerSecond) / 1_000));
      while (taken < due && taken - figures.sent < WAITING_MAX) {
        const planned = season.next();
        lanes[planned.merchant % LANES]!.push(planned);
        taken += 1;
      }
      await clock.sleep(TICK_MS);
      figures.behind = due - figures.sent;
      figures.behindMax = Math.max(figures.behindMax, figures.behind);
    }
    figures.behind = Math.max(0, taken - figures.sent);
  }

  async function sendLane(waiting: PlannedEvent[]): Promise<void> {
    while (!isThrough()) {
      if (waiting.length > 0) await deliver(waiting.splice(0, BATCH_MAX));
      else await clock.sleep(TICK_MS);
    }
  }

  async function deliver(batch: readonly PlannedEvent[]): Promise<void> {
    figures.sent += batch.length;
    const events = batch.map(({ event }) => event);
    while (!hurry.signal.aborted && failure === null) {
      const since = clock.now();
      const answer = await options.post(events, hurry.signal).catch((error: unknown) => error as Error);
      const now = clock.now();
      if (!(answer instanceof Error)) {
        heardAt = now;
        figures.answers.add(now - since);
        if (answer.kind === 'judged') return count(batch, answer, figures);
        if (answer.kind === 'written') return countUnseen(batch, figures);
        if (answer.kind === 'denied') {
          failure ??= new DoorGoneError(`the door answered ${answer.status}: ${answer.text}`);
          return;
        }
      } else if (now - heardAt > SILENCE_MS_MAX) {
        failure ??= new DoorGoneError(
          `the door has been silent for ${SILENCE_MS_MAX / 1_000} s: ${why(answer)}`,
        );
      }
      figures.turnedAway += 1;
      // What was turned away while we are ending is not begun again.
      if (isEnding) return;
      await clock.sleep((answer instanceof Error ? null : answer.retryAfterMs) ?? RETRY_MS);
    }
  }

  return {
    done: Promise.all([takeWhatIsDue(), ...lanes.map(sendLane)]).then(() => {
      if (failure !== null) throw failure;
    }),
    end() {
      if (isEnding) hurry.abort();
      isEnding = true;
    },
  };
}

/** The run cannot go on; what was counted so far stands. */
export class DoorGoneError extends Error {
  override readonly name = 'DoorGoneError';
}

function count(
  batch: readonly PlannedEvent[],
  answer: TargetAnswer & { kind: 'judged' },
  figures: Figures,
): void {
  const refused = new Map(answer.refusals.map(({ index, why: reason }) => [index, reason]));
  for (const [index, { event, isPoison }] of batch.entries()) {
    const reason = refused.get(index);
    if (reason === undefined) figures.accepted += 1;
    else figures.refused += 1;
    if (isPoison === (reason !== undefined)) continue;
    countWrong(figures, reason === undefined ? `accepted: ${JSON.stringify(event)}` : `refused: ${reason}`);
  }
}

function countUnseen(batch: readonly PlannedEvent[], figures: Figures): void {
  const poison = batch.filter(({ isPoison }) => isPoison).length;
  figures.accepted += batch.length - poison;
  figures.unseen += poison;
}

/** The reason of a failed `fetch` is in its cause. */
export function why(error: Error): string {
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
