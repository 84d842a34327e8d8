import type { LogBatch } from '#stream/log';
import type { Progress } from '#store/read/progress';
import { decode } from '#contracts/codec';
import type { Marks, Projection, StoredRecord } from './projection.ts';

/** A queued record; null stands for the transaction markers at the end of a batch, which only move the offset. */
interface Queued {
  readonly value: Buffer | null;
  readonly nextOffset: number;
}

/** What a stretch of queued records comes to; nothing of the reading has changed yet. */
export interface Stretch<M extends Marks, Row> {
  readonly reading: PartitionReading<M, Row>;
  readonly count: number;
  readonly bytes: number;
  readonly nextOffset: number;
  readonly position: string | null;
  readonly marks: M;
  readonly rows: readonly Row[];
  /** Why the record after the stretch can't be projected. */
  readonly fault: string | null;
}

/**
 * One partition of one projection: loading (its offset is not known yet) → reading → stopped (by a fault, until a
 * restart). What was committed and what is only queued are kept apart, so that a failed transaction changes nothing.
 */
export class PartitionReading<M extends Marks, Row> {
  state: 'loading' | 'reading' | 'stopped' = 'loading';
  isPaused = false;
  fault: string | null = null;
  /** Committed: the next transport offset, the position reached, and what the projection remembers. */
  nextOffset = 0;
  position: string | null = null;
  marks: M;
  endOffset = 0;
  /** Where to read on: beyond everything queued. */
  readOffset = 0;
  queuedBytes = 0;
  private queue: Queued[] = [];

  constructor(
    private readonly projection: Projection<M, Row>,
    readonly partition: number,
  ) {
    this.marks = projection.empty;
  }

  /** Starts from what the table says, or from the beginning of the log. */
  load(stored: Progress | undefined, endOffset: number): void {
    this.clear();
    this.nextOffset = this.readOffset = stored?.nextOffset ?? 0;
    this.position = stored?.position ?? null;
    this.marks = stored === undefined ? this.projection.empty : (JSON.parse(stored.marks) as M);
    this.endOffset = endOffset;
    this.isPaused = false;
    this.state = 'reading';
  }

  /** Queues what is new in the batch; a redelivered part of it is known by its offset. */
  enqueue(batch: LogBatch): void {
    if (this.state !== 'reading') return;
    this.endOffset = batch.endOffset;
    for (const record of batch.records) {
      if (record.offset < this.readOffset) continue;
      this.queue.push({ value: record.value, nextOffset: record.offset + 1 });
      this.queuedBytes += record.value.length;
      this.readOffset = record.offset + 1;
    }
    if (batch.nextOffset > this.readOffset) {
      this.queue.push({ value: null, nextOffset: batch.nextOffset });
      this.readOffset = batch.nextOffset;
    }
  }

  hasQueued(): boolean {
    return this.state === 'reading' && this.queue.length > 0;
  }

  /** Folds up to `recordsMax` queued records without taking them off the queue. */
  fold(recordsMax: number): Stretch<M, Row> {
    let { marks, position, nextOffset } = this;
    let count = 0;
    let bytes = 0;
    let fault: string | null = null;
    const rows: Row[] = [];
    for (const queued of this.queue.slice(0, recordsMax)) {
      if (queued.value !== null) {
        try {
          const folded = this.projection.fold(marks, this.partition, this.parse(queued.value));
          marks = folded.marks;
          position = folded.position ?? position;
          if (folded.row !== null) rows.push(folded.row);
        } catch (error) {
          // Whatever a record does to the fold, it stops this partition only: the message says which record.
          fault = `at offset ${queued.nextOffset - 1}: ${(error as Error).message}`;
          break;
        }
        bytes += queued.value.length;
      }
      nextOffset = queued.nextOffset;
      count++;
    }
    return { reading: this, count, bytes, nextOffset, position, marks, rows, fault };
  }

  /** The stretch was committed. */
  commit(stretch: Stretch<M, Row>): void {
    this.queue.splice(0, stretch.count);
    this.queuedBytes -= stretch.bytes;
    this.nextOffset = stretch.nextOffset;
    this.position = stretch.position;
    this.marks = stretch.marks;
  }

  stop(fault: string): void {
    this.clear();
    this.state = 'stopped';
    this.fault = fault;
  }

  /** Forgets what is queued; the offset is looked up again. */
  unload(): void {
    this.clear();
    this.state = 'loading';
  }

  private parse(value: Buffer): StoredRecord {
    const text = value.toString('utf8');
    return { text, event: decode(text, this.projection.types) };
  }

  private clear(): void {
    this.queue = [];
    this.queuedBytes = 0;
  }
}
