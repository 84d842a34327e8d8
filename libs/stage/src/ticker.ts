import { encodeTick } from '#contracts/genesis';
import { SHARED } from '#contracts/logs';
import { UnavailableError, type Logs, type LogWriter } from '#stream/log';
import { StoreUnavailableError } from '#store/snapshot-store';
import type { Clock } from './clock.ts';

// Live time: one process writes ticks to every partition of activity and of the treasury's and the census's log, each
// second where there is traffic, every 15 s where there is none. Ticks are monotone and an equal one moves nothing, so
// two tickers for a moment do no harm.

/** With traffic a tick a second; without, one in this many seconds. */
export const QUIET_TICK_MS = 15_000;
const BUSY_TICK_MS = 1_000;
/** A gap longer than this means the pipeline was away. */
export const GAP_MS = 60_000;
/** How long after a gap what is adverse to merchants is held. */
export const CATCH_UP_MS = 10 * 60_000;
/** The ticker's clock may differ from the database's by this much, else it doesn't tick. */
export const CLOCK_SKEW_MS_MAX = 5_000;

export interface TickerPorts {
  readonly logs: Logs;
  readonly writer: LogWriter;
  readonly logId: string;
  /** Of activity. */
  readonly partitions: number;
  /** Of the treasury log and of the census log. */
  readonly treasuries: number;
  readonly clock: Clock;
  readonly wallClock: () => number;
  /** Leadership, the database's clock, and what the last ticker left word of. */
  readonly lease: {
    keep(): Promise<{ readonly isHeld: boolean; readonly state: string; readonly databaseNowMs: number }>;
    save(state: string): Promise<void>;
    drop(): Promise<void>;
  };
  /** Log time that the partitions have reached, and whether all of them are live; null until they began. */
  readonly reached: () => Promise<{ readonly nowMs: number; readonly isLive: boolean } | null>;
  /** Whether events wait at the door that are older than a gap; their merchants must not seem idle meanwhile. */
  readonly isInboundOld: () => Promise<boolean>;
  readonly onState: (ok: boolean, detail: string) => void;
}

export interface Ticker {
  run(): Promise<void>;
  /**
   * Resolves once log time is no longer behind the clock for want of a ticker: a tick of ours stands in every
   * partition, or somebody else ticks. What is let in before would seem to come from the future after a pause.
   */
  readonly ticked: Promise<void>;
  stop(): Promise<void>;
}

interface TickerState {
  lastTickMs: number;
  catchUpUntilMs: number;
}

export function createTicker(ports: TickerPorts): Ticker {
  const { clock, lease, onState, wallClock } = ports;
  let isStopping = false;
  let running: Promise<void> = Promise.resolve();
  let state: TickerState | null = null;
  const paces = [
    createPace('activity', ports.partitions),
    ...SHARED.map((log) => createPace(log, ports.treasuries)),
  ];
  let tellTicked: () => void = () => undefined;
  const ticked = new Promise<void>((resolve) => (tellTicked = resolve));

  async function turn(): Promise<void> {
    const { isHeld, state: left, databaseNowMs } = await lease.keep();
    if (!isHeld) {
      state = null;
      tellTicked();
      return onState(true, 'another process ticks');
    }
    const nowMs = wallClock();
    if (Math.abs(nowMs - databaseNowMs) > CLOCK_SKEW_MS_MAX) {
      return onState(false, `clock differs from the database's by ${nowMs - databaseNowMs} ms: not ticking`);
    }
    const reached = await ports.reached();
    if (reached === null || !reached.isLive) return onState(true, 'history: ticks come with the records');
    state ??= stateFrom(left, reached.nowMs);
    if (nowMs < state.lastTickMs) {
      tellTicked();
      return onState(true, 'log time is ahead of the clock: waiting');
    }
    if (nowMs - state.lastTickMs > GAP_MS) state.catchUpUntilMs = nowMs + CATCH_UP_MS;
    const isInboundOld = await ports.isInboundOld();
    const catchingUp = nowMs < state.catchUpUntilMs || isInboundOld;
    await tickAll(nowMs, catchingUp);
    state.lastTickMs = nowMs;
    tellTicked();
    await lease.save(JSON.stringify(state));
    onState(true, isInboundOld ? 'catching up: old records wait' : catchingUp ? 'catching up' : '');
  }

  async function tickAll(atMs: number, catchingUp: boolean): Promise<void> {
    const ends = await Promise.all(paces.map(({ log }) => ports.logs.endOffsets(log)));
    const value = encodeTick(ports.logId, { atMs, catchingUp });
    const writes = paces.flatMap(({ log, due }, index) =>
      due(ends[index]!, atMs).map((partition) => ports.writer.append(log, partition, [{ key: null, value }])),
    );
    await Promise.all(writes);
  }

  async function loop(): Promise<void> {
    while (!isStopping) {
      try {
        await turn();
      } catch (error) {
        // Whatever it is, time standing still is loud enough; it must not take the partitions of this process along.
        onState(false, describe(error));
      }
      await clock.sleep(BUSY_TICK_MS);
    }
    await lease.drop().catch(() => undefined);
  }

  return {
    run: () => (running = loop()),
    ticked,
    async stop() {
      isStopping = true;
      await running;
    },
  };
}

interface Pace {
  readonly log: string;
  /** Partitions whose turn it is, by where they end now. */
  due(now: readonly number[], atMs: number): number[];
}

/** Tells where else than from us something arrived since the last look. */
function createPace(log: string, partitions: number): Pace {
  let ends: readonly number[] = [];
  const quietSince: number[] = [];
  return {
    log,
    due(now, atMs) {
      const after = [...now];
      const all = Array.from({ length: partitions }, (_, partition) => partition);
      const due = all.filter((partition) => {
        const isBusy = now[partition] !== ends[partition];
        return isBusy || atMs - (quietSince[partition] ?? 0) >= QUIET_TICK_MS;
      });
      for (const partition of due) {
        quietSince[partition] = atMs;
        after[partition] = now[partition]! + 1;
      }
      ends = after;
      return due;
    },
  };
}

/** Of what passes by itself the message is enough; anything else is a bug and is looked for by its stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isPassing = error instanceof UnavailableError || error instanceof StoreUnavailableError;
  return isPassing ? error.message : (error.stack ?? error.message);
}

/** After a change of ticker the log says how far time came; the catch-up that was on goes on. */
function stateFrom(left: string, reachedMs: number): TickerState {
  const { catchUpUntilMs = 0, lastTickMs = 0 } = JSON.parse(left) as Partial<TickerState>;
  return { lastTickMs: Math.max(lastTickMs, reachedMs), catchUpUntilMs };
}
