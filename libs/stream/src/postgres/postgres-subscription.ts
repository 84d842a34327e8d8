import { UnavailableError } from '../log.ts';
import type { LogBatch, Subscription, SubscriptionHandlers } from '../log.ts';
import type { Groups, Membership } from './group-membership.ts';
import type { LogEntry } from './log-catalog.ts';
import type { LogDatabase } from './log-database.ts';
import type { LogSignal } from './log-signal.ts';
import { readEnds, readPage, refuseMissing } from './read-records.ts';

/** How the partitions of one member are read. */
interface Reading {
  readonly database: LogDatabase;
  readonly signal: LogSignal;
  readonly pollMs: number;
  readonly onError: (error: unknown) => void;
}

/** Where a partition is read next. A new object per `resume`: a page asked for under an earlier one is dropped. */
interface Cursor {
  offset: number;
  /** When it was last said that the partition does not have this offset. */
  complainedAt: number;
}

const COMPLAIN_MS = 5_000;

/**
 * One loop reads all partitions of the member in turn, a page each, and waits when there was nothing. At most one
 * page is on its way at any time, so a slow reader costs no memory here: it pauses the partition.
 */
export class PostgresSubscription implements Subscription {
  private readonly reading: Reading;
  private readonly entry: LogEntry;
  private readonly handlers: SubscriptionHandlers;
  private readonly cursors = new Map<number, Cursor>();
  private own: readonly number[] = [];
  private membership: Membership | null = null;
  private loop: Promise<void> = Promise.resolve();
  private woken = false;
  private wake: () => void = () => {};
  private stopListening: () => void = () => {};
  private closed = false;

  constructor(reading: Reading, entry: LogEntry, handlers: SubscriptionHandlers) {
    this.reading = reading;
    this.entry = entry;
    this.handlers = handlers;
  }

  async start(groups: Groups, group: string): Promise<void> {
    this.membership = await groups.join(this.entry, group, (partitions) => this.changeOwn(partitions));
    this.stopListening = this.reading.signal.listen(this.entry.log, () => this.stir());
    this.loop = this.run();
  }

  resume(partition: number, offset: number): void {
    if (this.closed || !this.own.includes(partition)) return;
    this.cursors.set(partition, { offset, complainedAt: -Infinity });
    this.stir();
  }

  pause(partition: number): void {
    this.cursors.delete(partition);
  }

  isMember(): boolean {
    return !this.closed && (this.membership?.isMember() ?? false);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.cursors.clear();
    this.stopListening();
    this.stir();
    await this.membership?.leave();
    await this.loop;
  }

  private changeOwn(partitions: readonly number[]): void {
    const revoked = this.own.filter((partition) => !partitions.includes(partition));
    const assigned = partitions.filter((partition) => !this.own.includes(partition));
    this.own = partitions;
    for (const partition of revoked) this.cursors.delete(partition);
    if (revoked.length > 0) this.handlers.revoked(revoked);
    if (assigned.length > 0 && !this.closed) this.handlers.assigned(assigned);
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      let more = false;
      try {
        if (this.cursors.size > 0) more = await this.round();
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        this.reading.onError(error);
      }
      if (!more && !this.closed) await this.rest();
    }
  }

  /** A page of each partition that has one; false when there was none. */
  private async round(): Promise<boolean> {
    const { database } = this.reading;
    const { id, log } = this.entry;
    // What is resumed from here on is for the next round: its end is not among those asked for.
    const cursors = [...this.cursors];
    const ends = await readEnds(
      database,
      id,
      cursors.map(([partition]) => partition),
    );
    let more = false;
    for (const [partition, cursor] of cursors) {
      const end = ends.get(partition) ?? 0;
      if (!this.isCurrent(partition, cursor) || !this.hasMore(partition, cursor, end)) continue;
      const { records, nextOffset } = await readPage(database, id, partition, cursor.offset, end);
      if (!this.isCurrent(partition, cursor)) continue;
      more = true;
      cursor.offset = nextOffset;
      if (records.length > 0) this.deliver({ log, partition, records, nextOffset, endOffset: end });
    }
    return more;
  }

  /** A partition that lacks the offset it is to be read from stands still, and says so from time to time. */
  private hasMore(partition: number, cursor: Cursor, end: number): boolean {
    if (cursor.offset < end && cursor.offset >= 0) return true;
    if (cursor.offset === end || performance.now() - cursor.complainedAt < COMPLAIN_MS) return false;
    cursor.complainedAt = performance.now();
    try {
      refuseMissing(this.entry.log, partition, cursor.offset, end);
    } catch (error) {
      this.reading.onError(error);
    }
    return false;
  }

  /** A batch that its reader cannot take is the reader's bug: it pauses this partition, and the others go on. */
  private deliver(batch: LogBatch): void {
    try {
      this.handlers.batch(batch);
    } catch (error) {
      this.pause(batch.partition);
      this.reading.onError(error);
    }
  }

  private isCurrent(partition: number, cursor: Cursor): boolean {
    return !this.closed && this.cursors.get(partition) === cursor;
  }

  private stir(): void {
    this.woken = true;
    this.wake();
  }

  private async rest(): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.reading.pollMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.woken = false;
  }
}
