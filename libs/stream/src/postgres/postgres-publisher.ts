import type { Appended, Claim, Published, Publisher } from '../log.ts';
import { AmbiguousError, UnavailableError } from '../log.ts';
import { appendRecords, refuseOversize } from './append-records.ts';
import { compactPartition } from './compact-log.ts';
import type { LogCatalog, LogEntry } from './log-catalog.ts';
import type { LogDatabase } from './log-database.ts';
import type { LogSignal } from './log-signal.ts';

/** A compacted log's partition is compacted again after this many records. */
const COMPACT_AFTER_RECORDS = 2_000;

interface Append {
  readonly entry: LogEntry;
  readonly partition: number;
  readonly records: Appended[];
}

/**
 * Publishes under a claim. Nothing is fenced when it is made: every publication checks the claim in its own
 * transaction and holds the claim's row until commit, so that after a take-over no earlier owner can publish.
 */
export class PostgresPublisher implements Publisher {
  private readonly database: LogDatabase;
  private readonly catalog: LogCatalog;
  private readonly signal: LogSignal;
  private readonly sinceCompacted = new Map<string, number>();
  private compacting: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(database: LogDatabase, catalog: LogCatalog, signal: LogSignal) {
    this.database = database;
    this.catalog = catalog;
    this.signal = signal;
  }

  async publish(outputs: readonly Published[], claim: Claim): Promise<ReadonlyMap<string, number>> {
    if (this.closed) throw new UnavailableError('The publisher is closed.');
    for (const output of outputs) refuseOversize(output.log, output);
    const offsets = new Map<string, number>();
    if (outputs.length === 0) return offsets;
    try {
      const appends = await this.group(outputs);
      const firsts = await appendRecords(
        this.database,
        appends.map(({ entry, partition, records }) => ({ logId: entry.id, partition, records })),
        claim,
      );
      for (const [index, { entry }] of appends.entries()) {
        if (!offsets.has(entry.log)) offsets.set(entry.log, firsts[index] ?? 0);
      }
      for (const log of offsets.keys()) this.signal.notify(log);
      this.compactLater(appends);
      return offsets;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      throw new AmbiguousError('The database went away while publishing: the outcome is unknown.', {
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.compacting;
  }

  /** By partition, in the order of the first output of each. */
  private async group(outputs: readonly Published[]): Promise<Append[]> {
    const appends = new Map<string, Append>();
    for (const { log, partition, key, value } of outputs) {
      const id = `${log}/${partition}`;
      let append = appends.get(id);
      if (append === undefined) {
        append = { entry: await this.catalog.findPartition(log, partition), partition, records: [] };
        appends.set(id, append);
      }
      append.records.push({ key, value });
    }
    return [...appends.values()];
  }

  /** Not waited for: compaction saves room and has no say in what was published. If it fails, the next one does it. */
  private compactLater(appends: readonly Append[]): void {
    for (const { entry, partition, records } of appends) {
      if (!entry.compacted) continue;
      const id = `${entry.id}/${partition}`;
      const count = (this.sinceCompacted.get(id) ?? 0) + records.length;
      this.sinceCompacted.set(id, count < COMPACT_AFTER_RECORDS ? count : 0);
      if (count < COMPACT_AFTER_RECORDS) continue;
      this.compacting = this.compacting
        .then(() => (this.closed ? undefined : compactPartition(this.database, entry.id, partition)))
        .catch(() => {});
    }
  }
}
