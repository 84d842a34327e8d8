import { readChain, type DecisionFilter } from '#store/read/find-decisions';
import type { DecisionRow } from '#store/read/project';
import type { Sql } from '#store/sql';
import { Signal } from '../signal.ts';
import { readHeads, type DecisionTail, type TailListener } from './decision-tail.ts';
import { formatVector, type SequenceVector } from './sequence-vector.ts';

/** Where events go. `write` answers false when the client did not take it in time: it is then let go. */
export interface EventSink {
  write(text: string): Promise<boolean>;
  isOpen(): boolean;
}

export interface StreamLimits {
  /** Live decisions waiting for one client; beyond it they are read from the table again. */
  readonly queueRowsMax: number;
  readonly heartbeatMs: number;
}

export const STREAM_LIMITS: StreamLimits = { queueRowsMax: 1_000, heartbeatMs: 15_000 };

const PAGE_ROWS = 200;

/**
 * One client of the live stream. Joining → catching up from the table → live; back to catching up whenever its queue
 * overflowed. Every decision after the start vector is written once and in chain order: what arrives twice (from the
 * table and live) is known by its sequence. A heartbeat carries an id without data, which moves a client's place past
 * what its filter left out.
 */
export class DecisionStream implements TailListener {
  private queue: DecisionRow[] = [];
  private mustCatchUp = true;
  private readonly signal = new Signal();
  private readonly passed: number[];

  constructor(
    private readonly sql: Sql,
    private readonly tail: DecisionTail,
    private readonly sink: EventSink,
    private readonly filter: DecisionFilter,
    from: SequenceVector,
    private readonly limits: StreamLimits = STREAM_LIMITS,
  ) {
    this.passed = [...from];
  }

  arrived(rows: readonly DecisionRow[]): void {
    if (this.queue.length + rows.length > this.limits.queueRowsMax) {
      this.queue = [];
      this.mustCatchUp = true;
    } else {
      this.queue.push(...rows);
    }
    this.signal.raise();
  }

  /** The connection ended. */
  closed(): void {
    this.signal.raise();
  }

  /** Resolves when the client is gone. */
  async run(): Promise<void> {
    await this.tail.join(this);
    try {
      await this.sink.write(`retry: 2000\nid: ${formatVector(this.passed)}\n\n`);
      while (this.sink.isOpen()) {
        const isTaken = this.mustCatchUp ? await this.catchUp() : await this.drain();
        if (!isTaken) return;
        if (this.mustCatchUp || this.queue.length > 0) continue;
        const startedAt = performance.now();
        await this.signal.wait(this.limits.heartbeatMs);
        if (performance.now() - startedAt < this.limits.heartbeatMs - 1) continue;
        if (!(await this.sink.write(`: heartbeat\nid: ${formatVector(this.passed)}\n\n`))) return;
      }
    } finally {
      this.tail.leave(this);
    }
  }

  private async catchUp(): Promise<boolean> {
    this.mustCatchUp = false;
    const heads = await readHeads(this.sql, this.passed.length);
    for (const [partition, head] of heads.entries()) {
      while (this.passed[partition]! < head && this.sink.isOpen()) {
        const low = this.passed[partition]!;
        const rows = await readChain(this.sql, partition, low, head, this.filter, PAGE_ROWS);
        for (const row of rows) {
          if (!(await this.send(row))) return false;
        }
        if (rows.length < PAGE_ROWS) this.passed[partition] = head;
      }
    }
    return true;
  }

  private async drain(): Promise<boolean> {
    const rows = this.queue;
    this.queue = [];
    for (const row of rows) {
      const passed = this.passed[row.partition]!;
      if (row.sequence <= passed) continue;
      if (row.sequence > passed + 1) {
        // Never expected; but a client must rather be read the table again than miss a decision.
        this.mustCatchUp = true;
        return true;
      }
      if (!matches(row, this.filter)) this.passed[row.partition] = row.sequence;
      else if (!(await this.send(row))) return false;
    }
    return true;
  }

  private async send(row: DecisionRow): Promise<boolean> {
    this.passed[row.partition] = row.sequence;
    return this.sink.write(`event: decision\nid: ${formatVector(this.passed)}\ndata: ${row.record}\n\n`);
  }
}

function matches(row: DecisionRow, filter: DecisionFilter): boolean {
  return (
    (filter.merchant === undefined || row.merchant === filter.merchant) &&
    (filter.programme === undefined || row.programme === filter.programme) &&
    (filter.outcome === undefined || row.outcome === filter.outcome)
  );
}
