import type { DataSource } from 'typeorm';
import type { Sql } from './sql.ts';

const LOOK_MS = 5_000;
/** Bounds the write-ahead log that a start after a kill has to read again. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const CHECKPOINT_MS_MAX = 60_000;
const VACUUM_MS = 120_000;
/** Only ever inserted into: nothing to reclaim, and large. */
const INSERT_ONLY = new Set(['log_record', 'stage_chunk']);

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
      await this.vacuum();
    }
  }

  private async vacuum(): Promise<void> {
    for (const { tableName } of this.database.dataSource.entityMetadatas) {
      if (this.stopped) return;
      const table = `"${this.database.schema}"."${tableName}"`;
      await this.database.query(
        INSERT_ONLY.has(tableName) ? `analyze ${table}` : `vacuum (analyze) ${table}`,
      );
    }
  }
}
