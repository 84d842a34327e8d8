import type { Appended, LogWriter } from '../log.ts';
import { AmbiguousError, UnavailableError } from '../log.ts';
import {
  STATEMENT_BYTES_MAX,
  STATEMENT_RECORDS_MAX,
  appendRecords,
  refuseOversize,
} from './append-records.ts';
import type { PartitionAppend } from './append-records.ts';
import type { LogCatalog, LogEntry } from './log-catalog.ts';
import type { LogDatabase } from './log-database.ts';
import type { LogSignal } from './log-signal.ts';

const PENDING_BYTES_MAX = 64 * 1024 * 1024;
/** What a queued record costs beside its value. */
const RECORD_BYTES = 64;
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 2_000;

/** One call of `append`, acknowledged once its last record is. */
interface Queued {
  readonly log: string;
  readonly partition: number;
  readonly records: readonly Appended[];
  readonly bytes: number;
  written: number;
  accept(): void;
  reject(error: unknown): void;
}

/** A run of one call's records in the transaction under way. */
interface Taken {
  readonly queued: Queued;
  readonly entry: LogEntry;
  readonly records: readonly Appended[];
}

/**
 * One transaction in flight; it takes everything that queued up while the last one ran, within the limits of a
 * statement. When the outcome of one is unknown its records are sent again, so that a record may stand twice.
 */
export class PostgresWriter implements LogWriter {
  private readonly database: LogDatabase;
  private readonly catalog: LogCatalog;
  private readonly signal: LogSignal;
  private readonly queue: Queued[] = [];
  private running: Promise<void> | null = null;
  private bytes = 0;
  private closed = false;

  constructor(database: LogDatabase, catalog: LogCatalog, signal: LogSignal) {
    this.database = database;
    this.catalog = catalog;
    this.signal = signal;
  }

  async append(log: string, partition: number, records: readonly Appended[]): Promise<void> {
    if (this.closed) throw new UnavailableError('The writer is closed.');
    for (const record of records) refuseOversize(log, record);
    if (records.length === 0) return;
    const bytes = records.reduce((sum, { value }) => sum + value.byteLength + RECORD_BYTES, 0);
    if (this.bytes > 0 && this.bytes + bytes > PENDING_BYTES_MAX) {
      throw new UnavailableError(`${this.bytes} bytes wait to be written, at most ${PENDING_BYTES_MAX}.`);
    }
    this.bytes += bytes;
    await new Promise<void>((accept, reject) => {
      this.queue.push({ log, partition, records, bytes, written: 0, accept, reject });
      this.running ??= this.drain().finally(() => {
        this.running = null;
      });
    });
  }

  pendingBytes(): number {
    return this.bytes;
  }

  /** What is queued is still written, unless the database is away. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async drain(): Promise<void> {
    let retryMs = RETRY_MS_MIN;
    // The calls of this turn of the event loop all join the first transaction.
    await Promise.resolve();
    while (this.queue.length > 0) {
      let taken: Taken[] = [];
      try {
        taken = await this.take();
        await appendRecords(this.database, merge(taken), null);
        retryMs = RETRY_MS_MIN;
        this.acknowledge(taken);
      } catch (error) {
        if (!(error instanceof UnavailableError || error instanceof AmbiguousError)) {
          this.fail(taken.length === 0 ? this.queue.slice(0, 1) : taken.map(({ queued }) => queued), error);
        } else if (this.closed) {
          this.fail(
            [...this.queue],
            new UnavailableError('The writer was closed before this was acknowledged.'),
          );
        } else {
          await new Promise((resolve) => setTimeout(resolve, retryMs));
          retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
        }
      }
    }
  }

  /** The front of the queue, as much as one statement holds. Throws for the first call if that cannot be written. */
  private async take(): Promise<Taken[]> {
    const taken: Taken[] = [];
    let count = 0;
    let bytes = 0;
    for (const queued of this.queue.slice(0, STATEMENT_RECORDS_MAX)) {
      let entry: LogEntry;
      try {
        entry = await this.catalog.findPartition(queued.log, queued.partition);
      } catch (error) {
        if (taken.length === 0) throw error;
        break;
      }
      const from = queued.written;
      let to = from;
      for (; to < queued.records.length && count < STATEMENT_RECORDS_MAX; to++, count++) {
        const size = queued.records[to]?.value.byteLength ?? 0;
        if (count > 0 && bytes + size > STATEMENT_BYTES_MAX) break;
        bytes += size;
      }
      if (to > from) taken.push({ queued, entry, records: queued.records.slice(from, to) });
      if (to < queued.records.length) break;
    }
    return taken;
  }

  private acknowledge(taken: readonly Taken[]): void {
    const done: Queued[] = [];
    for (const { queued, records } of taken) {
      queued.written += records.length;
      if (queued.written === queued.records.length) done.push(queued);
    }
    // What was taken is the front of the queue, and only its last call can be half done.
    this.queue.splice(0, done.length);
    for (const queued of done) {
      this.bytes -= queued.bytes;
      queued.accept();
    }
    for (const log of new Set(taken.map(({ queued }) => queued.log))) this.signal.notify(log);
  }

  private fail(calls: readonly Queued[], error: unknown): void {
    for (const queued of calls) {
      this.remove(queued);
      queued.reject(error);
    }
  }

  private remove(queued: Queued): void {
    const index = this.queue.indexOf(queued);
    if (index < 0) return;
    this.queue.splice(index, 1);
    this.bytes -= queued.bytes;
  }
}

/** One append per partition, its records in the order of the calls. */
function merge(taken: readonly Taken[]): PartitionAppend[] {
  const appends = new Map<string, { logId: number; partition: number; records: Appended[] }>();
  for (const { queued, entry, records } of taken) {
    const id = `${entry.id}/${queued.partition}`;
    const append = appends.get(id) ?? { logId: entry.id, partition: queued.partition, records: [] };
    for (const record of records) append.records.push(record);
    appends.set(id, append);
  }
  return [...appends.values()];
}
