import type { Log } from './log.ts';

// How a process ends. Whoever orchestrates it sends a signal, waits for half a minute, and kills what is still there;
// a killed process costs its partitions a session time-out. So a signal counts from the first line on, also while the
// process starts, everything that was opened is closed in the opposite order, and the process is gone before anybody
// loses patience, whatever did not close.

/** Less than the 30 s that orchestrators wait. */
const CLOSING_MS_MAX = 25_000;
const CLOSING_TOLD_MS = 5_000;
/** A process that did not start is gone after so long, closed or not: whoever starts it again must not wait. */
const FAILED_MS_MAX = 10_000;
/** What is closed and still has a timer or a connection does not keep the process for longer than this. */
const LEFT_MS_MAX = 2_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** The process as far as its ending goes; specs have their own. */
export interface Endable {
  exitCode?: number | string | null | undefined;
  on(signal: (typeof SIGNALS)[number], listener: () => void): unknown;
  exit(code?: number): void;
  getActiveResourcesInfo(): string[];
}

export interface Ending {
  /** To be closed when the process ends, before what was opened earlier; at once where it ends already. */
  opened(step: string, close: () => Promise<unknown>): void;
  /** A signal came: whoever starts stops starting. */
  isAsked(): boolean;
  /** It did not start. Resolves when what was opened is closed; an error of what is ending anyhow is none. */
  failed(error: unknown): Promise<void>;
}

/** Call it first of all. `name` as in `allocator is closing`. */
export function createEnding(log: Log, name: string, of: Endable = process): Ending {
  const open: { readonly step: string; readonly close: () => Promise<unknown> }[] = [];
  let isAsked = false;
  let step = 'start';
  let closing: Promise<void> | null = null;

  async function closeAll(): Promise<void> {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      ({ step } = next);
      // What cannot be closed keeps nothing else open.
      await next.close().catch((error: unknown) => {
        log.error({ error, step }, 'closing failed');
        of.exitCode = 1;
      });
    }
  }

  function end(msMax: number): Promise<void> {
    const startedAt = performance.now();
    const telling = setInterval(() => log.warn({ step }, 'closing takes long'), CLOSING_TOLD_MS);
    const late = setTimeout(() => {
      log.fatal({ step }, `${name} has not closed within ${msMax} ms and ends as it is`);
      of.exit(1);
    }, msMax);
    return closeAll().then(() => {
      clearInterval(telling);
      clearTimeout(late);
      log.info({ ms: Math.round(performance.now() - startedAt) }, `${name} has closed`);
      setTimeout(() => {
        log.warn({ left: of.getActiveResourcesInfo() }, `${name} has closed and is still there: it ends`);
        of.exit();
      }, LEFT_MS_MAX).unref();
    });
  }

  for (const signal of SIGNALS) {
    of.on(signal, () => {
      if (isAsked) return;
      isAsked = true;
      log.info({ signal }, `${name} is closing`);
      closing ??= end(CLOSING_MS_MAX);
    });
  }

  return {
    opened(what, close) {
      open.push({ step: what, close });
      if (closing !== null) closing = closing.then(closeAll);
    },
    isAsked: () => isAsked,
    async failed(error) {
      if (!isAsked) {
        log.fatal({ error }, `${name} did not start`);
        of.exitCode = 1;
      }
      await (closing ??= end(FAILED_MS_MAX));
    },
  };
}
