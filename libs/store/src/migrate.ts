import type { StoreDatabase } from './database.ts';
import { mapStoreError } from './store-error.ts';

/** Any number will do, as long as every version of ours uses the same; the second half is the schema's own. */
const LOCK_CLASS = 0x75_70_64_72;

/**
 * Creates the workspace's schema and brings its tables up to date. Of several processes that start at once one
 * migrates and the others wait (advisory lock). Embedded the data directory's lock has made sure that we are alone.
 */
export async function migrate(database: StoreDatabase): Promise<void> {
  const { dataSource, schema, embedded } = database;
  const runner = dataSource.createQueryRunner();
  try {
    if (!embedded) await runner.query(`select pg_advisory_lock($1, hashtext($2))`, [LOCK_CLASS, schema]);
    await runner.query(`create schema if not exists "${schema}"`);
    // Embedded there is one connection: it must be free before the migrations take it.
    if (embedded) await runner.release();
    await dataSource.runMigrations({ transaction: 'each' });
  } catch (error) {
    throw mapStoreError(error);
  } finally {
    if (!runner.isReleased) {
      // The lock belongs to the session, which goes back to the pool. If this fails the session is gone as well.
      await runner.query(`select pg_advisory_unlock($1, hashtext($2))`, [LOCK_CLASS, schema]).catch(() => {});
      await runner.release();
    }
  }
}
