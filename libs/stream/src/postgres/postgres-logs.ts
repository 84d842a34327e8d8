import type {
  LogBatch,
  LogSpec,
  LogWriter,
  Logs,
  Publisher,
  Subscription,
  SubscriptionHandlers,
} from '../log.ts';
import { LocalGroups } from './group-membership.ts';
import type { Groups } from './group-membership.ts';
import { LogCatalog } from './log-catalog.ts';
import { speakingLog } from './log-database.ts';
import type { LogDatabase } from './log-database.ts';
import { LogSignal } from './log-signal.ts';
import { PostgresPublisher } from './postgres-publisher.ts';
import { PostgresSubscription } from './postgres-subscription.ts';
import { PostgresWriter } from './postgres-writer.ts';
import { readEnds, readPage, refuseMissing } from './read-records.ts';
import { GROUP_TIMES, TableGroups } from './table-groups.ts';
import type { GroupTimes } from './table-groups.ts';

/** Appends of this process wake its readers; polling is for those of other processes. */
const POLL_MS = 100;
const POLL_EMBEDDED_MS = 1_000;

export interface PostgresLogsOptions {
  /** Migrated, its search path on the workspace's schema. */
  readonly sql: LogDatabase;
  readonly pollMs?: number;
  readonly groupTimes?: GroupTimes;
  /** Told about each failed read or heartbeat; they are tried again. */
  readonly onError?: (error: unknown) => void;
}

/** What all `Logs` of this process on one database share: its readers wake and, embedded, know one another. */
interface Local {
  readonly signal: LogSignal;
  readonly groups: LocalGroups;
}

const locals = new WeakMap<LogDatabase, Local>();

function localOf(database: LogDatabase): Local {
  const local = locals.get(database) ?? { signal: new LogSignal(), groups: new LocalGroups() };
  locals.set(database, local);
  return local;
}

/** The logs as tables of PostgreSQL, or of PGlite, where all readers live in this process. */
export function createPostgresLogs(options: PostgresLogsOptions): Logs {
  return new PostgresLogs(options);
}

class PostgresLogs implements Logs {
  private readonly database: LogDatabase;
  private readonly catalog: LogCatalog;
  private readonly signal: LogSignal;
  private readonly groups: Groups;
  private readonly pollMs: number;
  private readonly onError: (error: unknown) => void;
  private readonly opened = new Set<{ close(): Promise<void> }>();

  constructor({ sql, pollMs, groupTimes, onError }: PostgresLogsOptions) {
    const local = localOf(sql);
    this.database = speakingLog(sql);
    this.catalog = new LogCatalog(this.database);
    this.signal = local.signal;
    this.pollMs = pollMs ?? (sql.embedded ? POLL_EMBEDDED_MS : POLL_MS);
    this.onError = onError ?? (() => {});
    this.groups = sql.embedded
      ? local.groups
      : new TableGroups(this.database, groupTimes ?? GROUP_TIMES, this.onError);
  }

  async create(specs: readonly LogSpec[]): Promise<void> {
    await this.catalog.create(specs);
  }

  async check(specs: readonly LogSpec[]): Promise<readonly string[]> {
    return await this.catalog.check(specs);
  }

  async partitions(log: string): Promise<number> {
    return (await this.catalog.find(log)).partitions;
  }

  async endOffsets(log: string): Promise<readonly number[]> {
    const { id, partitions } = await this.catalog.find(log);
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    const ends = await readEnds(this.database, id, all);
    return all.map((partition) => ends.get(partition) ?? 0);
  }

  read(log: string, partition: number, from: number): AsyncIterable<LogBatch> {
    const end = this.endOf(log, partition);
    // Asked for now, awaited by the first `next`: until then a failure is nobody's yet.
    end.catch(() => {});
    return this.pages(log, partition, from, end);
  }

  writer(_name: string): LogWriter {
    return this.keep(new PostgresWriter(this.database, this.catalog, this.signal));
  }

  async publisher(_name: string): Promise<Publisher> {
    return this.keep(new PostgresPublisher(this.database, this.catalog, this.signal));
  }

  async subscribe(log: string, group: string, handlers: SubscriptionHandlers): Promise<Subscription> {
    const { database, signal, pollMs, onError } = this;
    const entry = await this.catalog.find(log);
    const subscription = new PostgresSubscription({ database, signal, pollMs, onError }, entry, handlers);
    await subscription.start(this.groups, group);
    return this.keep(subscription);
  }

  /** Closes what was opened here and is still open. The database is its owner's to close. */
  async close(): Promise<void> {
    const opened = [...this.opened];
    this.opened.clear();
    await Promise.all(opened.map((each) => each.close()));
  }

  private keep<T extends { close(): Promise<void> }>(opened: T): T {
    this.opened.add(opened);
    const close = opened.close.bind(opened);
    opened.close = async () => {
      this.opened.delete(opened);
      await close();
    };
    return opened;
  }

  private async endOf(log: string, partition: number): Promise<number> {
    const { id } = await this.catalog.findPartition(log, partition);
    return (await readEnds(this.database, id, [partition])).get(partition) ?? 0;
  }

  private async *pages(
    log: string,
    partition: number,
    from: number,
    ending: Promise<number>,
  ): AsyncGenerator<LogBatch> {
    const endOffset = await ending;
    const { id } = await this.catalog.findPartition(log, partition);
    refuseMissing(log, partition, from, endOffset);
    for (let offset = from; offset < endOffset;) {
      const { records, nextOffset } = await readPage(this.database, id, partition, offset, endOffset);
      offset = nextOffset;
      if (records.length > 0) yield { log, partition, records, nextOffset, endOffset };
    }
  }
}
