import { setTimeout as sleep } from 'node:timers/promises';

/** Time and chance as the runner meets them. The simulation has its own; neither can change an outcome. */
export interface Clock {
  /** Milliseconds; only differences count. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** At least 0, below 1. For jitter. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms) => sleep(ms, undefined, { ref: false }),
  random: Math.random,
};
