import { readChain } from '#store/read/find-decisions';
import { readProgress } from '#store/read/progress';
import type { DecisionRow } from '#store/read/project';
import type { Sql } from '#store/sql';
import type { ChainMarks } from '../project/decisions.ts';
import { Signal } from '../signal.ts';

export interface TailListener {
  /** Decisions in chain order per partition; must only queue. */
  arrived(rows: readonly DecisionRow[]): void;
}

const PAGE_ROWS = 200;
/** How often the table is looked at when no local projection signals: another process may project a partition. */
const POLL_MS = 1_000;
const BACK_OFF_MS = 2_000;

/**
 * Follows the end of the projected decisions for all live clients at once, so that ten dashboards cost the database
 * what one costs. It reads only while somebody listens. A client joins first and reads what is older afterwards:
 * what was committed before the join is in the table, what comes after it arrives here.
 */
export class DecisionTail {
  private readonly listeners = new Set<TailListener>();
  private readonly signal = new Signal();
  private heads: number[] | null = null;
  private running: Promise<void> | null = null;
  private isClosing = false;

  constructor(
    private readonly sql: Sql,
    private readonly partitions: number,
  ) {}

  /** The projection committed something. */
  wake(): void {
    this.signal.raise();
  }

  /** From here on `listener` is told of every decision that is committed later. */
  async join(listener: TailListener): Promise<void> {
    this.listeners.add(listener);
    try {
      if (this.heads === null) {
        const heads = await readHeads(this.sql, this.partitions);
        this.heads ??= heads;
      }
      this.running ??= this.run();
      this.signal.raise();
    } catch (error) {
      this.listeners.delete(listener);
      throw error;
    }
  }

  leave(listener: TailListener): void {
    this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.isClosing = true;
    this.signal.raise();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isClosing) {
      if (this.listeners.size === 0) {
        // Nobody listens: forget the place, so that the next client does not have years read for it.
        this.heads = null;
        this.running = null;
        return;
      }
      try {
        await this.follow();
        await this.signal.wait(POLL_MS);
      } catch {
        // The database is away; the projection alarms that. What is missed is read when it is back.
        await this.pause();
      }
    }
  }

  private async pause(): Promise<void> {
    const until = performance.now() + BACK_OFF_MS;
    for (let left = BACK_OFF_MS; left > 0 && !this.isClosing; left = until - performance.now()) {
      await this.signal.wait(left);
    }
  }

  private async follow(): Promise<void> {
    const ends = await readHeads(this.sql, this.partitions);
    const heads = (this.heads ??= ends);
    for (const [partition, end] of ends.entries()) {
      // The table was emptied for a rebuild: follow it from its end as it is now.
      if (end < heads[partition]!) heads[partition] = end;
      while (heads[partition]! < end && !this.isClosing) {
        const rows = await readChain(this.sql, partition, heads[partition]!, end, {}, PAGE_ROWS);
        for (const listener of this.listeners) listener.arrived(rows);
        heads[partition] = rows.at(-1)?.sequence ?? end;
      }
    }
  }
}

/** Sequence of the last projected decision per partition, 0 for none. */
export async function readHeads(sql: Sql, partitions: number): Promise<number[]> {
  const heads = new Array<number>(partitions).fill(0);
  for (const progress of await readProgress(sql, 'decisions')) {
    const { sequence } = JSON.parse(progress.marks) as ChainMarks;
    if (progress.partition < partitions) heads[progress.partition] = sequence;
  }
  return heads;
}
