export type Order = 'fair' | 'last';

/** A waiter of the `last` lane is let through after this long even if the fair lane never empties. */
const LAST_WAIT_MS_MAX = 1_000;

interface Waiter {
  readonly since: number;
  enter(): void;
}

/**
 * One at a time, first come first served, in front of the embedded database's single session. The `last` lane
 * (projections, maintenance) goes when nobody else waits, or when it has waited long enough.
 */
export class TurnQueue {
  private readonly fair: Waiter[] = [];
  private readonly last: Waiter[] = [];
  private taken = false;
  private readonly now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** Waits for the turn; the result ends it. */
  async take(order: Order): Promise<() => void> {
    if (this.taken) {
      const lane = order === 'last' ? this.last : this.fair;
      await new Promise<void>((enter) => lane.push({ since: this.now(), enter }));
    }
    this.taken = true;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.next();
    };
  }

  waiting(): number {
    return this.fair.length + this.last.length;
  }

  /** The turn passes on directly (`taken` stays true), so that nobody can slip in between. */
  private next(): void {
    const overdue = this.last[0] !== undefined && this.now() - this.last[0].since >= LAST_WAIT_MS_MAX;
    const waiter = overdue ? this.last.shift() : (this.fair.shift() ?? this.last.shift());
    if (waiter === undefined) this.taken = false;
    else waiter.enter();
  }
}
