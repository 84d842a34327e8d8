import type { Clock } from '../clock.ts';

/** Turns of the event loop after each wake-up: enough for what was woken to come to its next sleep. */
const TURNS = 10;

/** A clock that a spec moves. Sleepers wake in order, and each runs on before the next one wakes. */
export class ManualClock implements Clock {
  private ms = 0;
  private sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.ms;
  }

  random(): number {
    return 0.5;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ atMs: this.ms + ms, wake }));
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.ms + ms;
    await turnOver();
    for (;;) {
      const next = this.sleepers.reduce((a, b) => (b.atMs < a.atMs ? b : a), {
        atMs: Infinity,
        wake: () => {},
      });
      if (next.atMs > untilMs) break;
      this.sleepers = this.sleepers.filter((each) => each !== next);
      this.ms = next.atMs;
      next.wake();
      await turnOver();
    }
    this.ms = untilMs;
  }
}

export async function turnOver(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}
