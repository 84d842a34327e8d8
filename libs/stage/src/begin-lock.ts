import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreDatabase } from '#store/database';

const LOCK_CLASS = 0x75_70_67_65;
/** A transaction that is idle for long would be ended by the server, and its lock with it. */
const KEEP_ALIVE_MS = 5_000;

/**
 * One creator at a time. On PostgreSQL an advisory lock, held by a transaction of its own while the work goes on
 * beside it; embedded the data directory's lock has made sure that we are alone.
 */
export async function withBeginLock<T>(database: StoreDatabase | null, work: () => Promise<T>): Promise<T> {
  if (database === null || database.embedded) return work();
  const done = new AbortController();
  let held: () => void = () => undefined;
  const isHeld = new Promise<void>((resolve) => (held = resolve));
  const holding = database.transaction(async (sql) => {
    await sql.query(`select pg_advisory_xact_lock($1, hashtext($2))`, [LOCK_CLASS, database.schema]);
    held();
    while (!done.signal.aborted) {
      await sleep(KEEP_ALIVE_MS, undefined, { signal: done.signal }).catch(() => undefined);
      await sql.query(`select 1`);
    }
  });
  try {
    await Promise.race([isHeld, holding]);
    return await work();
  } finally {
    done.abort();
    await holding;
  }
}
