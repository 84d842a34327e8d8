import type { DataSource } from 'typeorm';
import type { Sql } from './sql.ts';

const LOOK_MS = 5_000;
/** Bounds the write-ahead log that a start after a kill has to read again. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const CHECKPOINT_MS_MAX = 60_000;
const VACUUM_MS = 120_000;
/**
 * Next to nothing to reclaim, and too large to be looked through: only superseded grants are ever deleted there. The
 * ids of `stage_chunk` are not like that: the hour that leaves the horizon goes as a whole, and its pages must be used
 * again.
 */
const HARDLY_DELETED = new Set(['log_record']);

/** What `startMaintenance` asks of a database. */
interface Maintained extends Sql {
  readonly dataSource: DataSource;
  readonly schema: string;
}

/**
 * PGlite has neither checkpointer nor autovacuum, so this does their work, one short statement at a time, each
 * waiting in the queue like everybody else. Returns how to stop it, which waits for the statement that runs.
 */
export function startMaintenance(
  database: Maintained,
  onError: (error: unknown) => void = () => {},
): () => Promise<void> {
  const work = new Maintenance(database);
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = work
      .look()
      .catch(onError)
      .finally(() => {
        busy = false;
      });
  }, LOOK_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    work.stopped = true;
    await running;
  };
}

class Maintenance {
  stopped = false;
  private readonly database: Maintained;
  private walBytes = 0;
  private checkpointedAt = performance.now();
  private vacuumedAt = performance.now();

  constructor(database: Maintained) {
    this.database = database;
  }

  async look(): Promise<void> {
    const now = performance.now();
    const { rows } = await this.database.query<{ bytes: string }>(
      `select (pg_current_wal_insert_lsn() - '0/0')::text as bytes`,
    );
    const written = Number(rows[0]?.bytes ?? 0) - this.walBytes;
    const due = now - this.checkpointedAt > CHECKPOINT_MS_MAX && written > 0;
    if (written > CHECKPOINT_BYTES || due) {
      if (this.walBytes > 0) await this.database.query('checkpoint');
      this.walBytes += written;
      this.checkpointedAt = now;
    }
    if (now - this.vacuumedAt > VACUUM_MS) {
      this.vacuumedAt = now;
      await vacuumTables(this.database, () => !this.stopped);
    }
  }
}

/** One statement a table; none is begun once it is no longer wanted. */
export async function vacuumTables(database: Maintained, isWanted = (): boolean => true): Promise<void> {
  for (const { tableName } of database.dataSource.entityMetadatas) {
    if (!isWanted()) return;
    const table = `"${database.schema}"."${tableName}"`;
    await database.query(HARDLY_DELETED.has(tableName) ? `analyze ${table}` : `vacuum (analyze) ${table}`);
  }
}
