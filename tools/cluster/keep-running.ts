import { setTimeout as sleep } from 'node:timers/promises';

// What an orchestrator does for its processes, in small: one that ends unasked is started again, after a pause that
// grows while it keeps ending.

/** One life of something that runs. */
export interface Life {
  /** Resolves when it has ended, with how, in words. */
  readonly ended: Promise<string>;
}

export interface Keeper {
  /** Not started again from here on. Resolves when no start is under way. */
  release(): Promise<void>;
}

export interface KeepOptions {
  readonly name: string;
  /** Rejects when it could not be started. */
  readonly start: () => Promise<Life>;
  readonly tell: (name: string, text: string) => void;
  readonly pauseMs?: { readonly min: number; readonly max: number };
}

const PAUSE_MS = { min: 500, max: 30_000 };
/** Who lived so long had started well: the next pause is the shortest again. */
const STEADY_MS = 60_000;
const MS_PER_SECOND = 1_000;

/** `first` runs already: a first start that fails is for whoever asked for it. */
export function keepRunning(options: KeepOptions, first: Life): Keeper {
  const { name, start, tell, pauseMs = PAUSE_MS } = options;
  const released = new AbortController();
  const whenReleased = new Promise<string>((resolve) =>
    released.signal.addEventListener('abort', () => resolve('released')),
  );
  const isWanted = (): boolean => !released.signal.aborted;

  async function again(): Promise<Life | null> {
    if (!isWanted()) return null;
    try {
      return await start();
    } catch (error) {
      tell(name, `did not start: ${(error as Error).message}`);
      return null;
    }
  }

  async function keep(): Promise<void> {
    let pause = pauseMs.min;
    for (let life: Life | null = first; isWanted(); life = await again()) {
      const bornAt = performance.now();
      const how = life === null ? 'is not there' : await Promise.race([life.ended, whenReleased]);
      if (!isWanted()) return;
      if (performance.now() - bornAt > STEADY_MS) pause = pauseMs.min;
      tell(name, `${how}; starting it again in ${(pause / MS_PER_SECOND).toFixed(1)} s`);
      await sleep(pause, undefined, { signal: released.signal }).catch(() => undefined);
      pause = Math.min(pause * 2, pauseMs.max);
    }
  }

  const kept = keep();
  return {
    async release() {
      released.abort();
      await kept;
    },
  };
}
