import { advanceProgress, LostProgressError, readProgress } from '#store/read/progress';
import type { Database } from '#store/sql';
import type { LogBatch, Logs, Subscription } from '#stream/log';
import { Signal } from '../signal.ts';
import { PartitionReading, type Stretch } from './partition-reading.ts';
import type { Marks, Projection } from './projection.ts';

export interface ProjectorLimits {
  /** Records in one transaction, over all partitions. Embedded this is small: everybody shares one session. */
  readonly batchRecordsMax: number;
  /** Bytes queued over all partitions of one log; a partition beyond its share is paused. */
  readonly queueBytesMax: number;
}

export const PROJECTOR_LIMITS: ProjectorLimits = { batchRecordsMax: 1_000, queueBytesMax: 32 * 1024 * 1024 };

/** Who wants to know how projecting goes: health, metrics and the live stream. */
export interface ProjectorObserver {
  /** A transaction is committed. */
  committed(log: string, records: number, elapsedMs: number): void;
  /** A transaction, or finding out where to start, failed and is tried again. */
  failed(log: string, error: Error): void;
  /** The loop has been round: `standing` and `faults` may be different. */
  looked(log: string): void;
  /** The partition went to another process. */
  lost(log: string, partition: number): void;
}

/** Where one partition of one projection stands. */
export interface PartitionStanding {
  readonly log: string;
  readonly partition: number;
  readonly state: 'loading' | 'reading' | 'stopped';
  readonly nextOffset: number;
  readonly endOffset: number;
  readonly position: string | null;
  readonly marks: Marks;
  readonly fault: string | null;
}

const BACK_OFF_MS_MIN = 250;
const BACK_OFF_MS_MAX = 10_000;
/** How long the loop sleeps when nothing wakes it; only a safety net. */
const IDLE_MS = 5_000;

/**
 * Projects one log into its table. The subscription only queues; one loop folds what is queued, of all partitions
 * together, and commits rows and offsets in one transaction behind everybody else's. Nothing here is waited for by
 * the data path: with the database away the queues fill, the partitions pause, and the loop tries again.
 */
export class LogProjector<M extends Marks, Row> {
  private readonly readings = new Map<number, PartitionReading<M, Row>>();
  private readonly signal = new Signal();
  private subscription: Subscription | null = null;
  private running: Promise<void> | null = null;
  private isClosing = false;
  private failure: string | null = null;

  constructor(
    private readonly projection: Projection<M, Row>,
    private readonly logs: Logs,
    private readonly database: Database,
    private readonly observer: ProjectorObserver,
    private readonly limits: ProjectorLimits = PROJECTOR_LIMITS,
  ) {}

  async start(): Promise<void> {
    // A group of its own per log: members of one Kafka group that read different topics confuse its assignment.
    this.subscription = await this.logs.subscribe(this.projection.log, `console-${this.projection.log}`, {
      assigned: (partitions) => this.assigned(partitions),
      revoked: (partitions) => this.revoked(partitions),
      batch: (batch) => this.enqueue(batch),
    });
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isClosing = true;
    this.signal.raise();
    await this.subscription?.close();
    await this.running;
  }

  standing(): readonly PartitionStanding[] {
    return [...this.readings.values()].map((reading) => ({
      log: this.projection.log,
      partition: reading.partition,
      state: reading.state,
      nextOffset: reading.nextOffset,
      endOffset: Math.max(reading.endOffset, reading.nextOffset),
      position: reading.position,
      marks: reading.marks,
      fault: reading.fault,
    }));
  }

  /** What is wrong, in words; empty when all is well. */
  faults(): readonly string[] {
    const faults = this.failure === null ? [] : [`${this.projection.log}: not projecting: ${this.failure}`];
    for (const { partition, fault, marks } of this.readings.values()) {
      if (fault !== null) faults.push(`${this.projection.log}/${partition} stopped: ${fault}`);
      if (marks.alarm !== undefined) faults.push(`${this.projection.log}/${partition}: ${marks.alarm}`);
    }
    return faults;
  }

  private assigned(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.readings.set(partition, new PartitionReading(this.projection, partition));
    }
    this.signal.raise();
  }

  private revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.readings.delete(partition);
      this.observer.lost(this.projection.log, partition);
    }
  }

  private enqueue(batch: LogBatch): void {
    const reading = this.readings.get(batch.partition);
    if (reading === undefined) return;
    reading.enqueue(batch);
    if (!reading.isPaused && reading.queuedBytes > this.bytesEach()) {
      reading.isPaused = true;
      this.subscription?.pause(batch.partition);
    }
    this.signal.raise();
  }

  private bytesEach(): number {
    return this.limits.queueBytesMax / Math.max(1, this.readings.size);
  }

  private async run(): Promise<void> {
    let attempt = 0;
    while (!this.isClosing) {
      try {
        await this.loadNew();
        const isIdle = !(await this.projectQueued());
        attempt = 0;
        this.failure = null;
        this.observer.looked(this.projection.log);
        if (isIdle) await this.signal.wait(IDLE_MS);
      } catch (error) {
        if (error instanceof LostProgressError) {
          this.reloadAll();
        } else {
          this.failure = (error as Error).message;
          attempt += 1;
          this.observer.failed(this.projection.log, error as Error);
        }
        this.observer.looked(this.projection.log);
        await this.sleep(attempt);
      }
    }
  }

  /** Sleeps at least the shortest back-off, whatever else arrives: batches must not turn it into a busy loop. */
  private async sleep(attempt: number): Promise<void> {
    const limit = Math.min(BACK_OFF_MS_MAX, BACK_OFF_MS_MIN * 2 ** Math.max(0, attempt - 1));
    const until = performance.now() + limit * (0.5 + Math.random() / 2);
    for (
      let left = until - performance.now();
      left > 0 && !this.isClosing;
      left = until - performance.now()
    ) {
      await this.signal.wait(left);
    }
    this.signal.raise();
  }

  private async loadNew(): Promise<void> {
    const fresh = [...this.readings.values()].filter((reading) => reading.state === 'loading');
    if (fresh.length === 0) return;
    const stored = await readProgress(this.database, this.projection.log);
    const ends = await this.logs.endOffsets(this.projection.log);
    for (const reading of fresh) {
      // It may have been revoked, and even assigned again, while this was looked up.
      if (this.readings.get(reading.partition) !== reading) continue;
      const { partition } = reading;
      reading.load(
        stored.find((progress) => progress.partition === partition),
        ends[partition] ?? 0,
      );
      if (reading.nextOffset > reading.endOffset) {
        const { nextOffset, endOffset } = reading;
        this.stopPartition(
          reading,
          `projected up to offset ${nextOffset}, but the log ends at ${endOffset}: lost records`,
        );
      } else {
        this.subscription?.resume(partition, reading.nextOffset);
      }
    }
  }

  /** One transaction of what is queued; false when there was nothing to do. */
  private async projectQueued(): Promise<boolean> {
    const queued = [...this.readings.values()].filter((reading) => reading.hasQueued());
    if (queued.length === 0) return false;
    const each = Math.max(1, Math.floor(this.limits.batchRecordsMax / queued.length));
    const stretches = queued.map((reading) => reading.fold(each));
    const moved = stretches.filter((stretch) => stretch.count > 0);
    if (moved.length > 0) await this.write(moved);
    for (const stretch of stretches) this.settle(stretch);
    return true;
  }

  private async write(stretches: readonly Stretch<M, Row>[]): Promise<void> {
    const startedAt = performance.now();
    await this.database.transaction(async (sql) => {
      await this.projection.write(
        sql,
        stretches.flatMap((stretch) => stretch.rows),
      );
      await advanceProgress(
        sql,
        stretches.map((stretch) => ({
          projection: this.projection.log,
          partition: stretch.reading.partition,
          expectedOffset: stretch.reading.nextOffset,
          nextOffset: stretch.nextOffset,
          position: stretch.position,
          marks: JSON.stringify(stretch.marks),
        })),
      );
    }, 'last');
    const records = stretches.reduce((sum, stretch) => sum + stretch.count, 0);
    this.observer.committed(this.projection.log, records, performance.now() - startedAt);
  }

  private settle(stretch: Stretch<M, Row>): void {
    const { reading } = stretch;
    reading.commit(stretch);
    if (this.readings.get(reading.partition) !== reading) return;
    if (stretch.fault !== null) {
      this.stopPartition(reading, stretch.fault);
    } else if (reading.isPaused && reading.queuedBytes < this.bytesEach() / 2) {
      reading.isPaused = false;
      this.subscription?.resume(reading.partition, reading.readOffset);
    }
  }

  private stopPartition(reading: PartitionReading<M, Row>, fault: string): void {
    reading.stop(fault);
    this.subscription?.pause(reading.partition);
  }

  /** Another reader committed a stretch of ours: every partition looks up again where it stands. */
  private reloadAll(): void {
    for (const reading of this.readings.values()) {
      if (reading.state !== 'reading') continue;
      this.subscription?.pause(reading.partition);
      reading.unload();
    }
  }
}
