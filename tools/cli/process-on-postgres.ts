import { writeGenesis } from '#stage/begin-log';
import { createSnapshotStore } from '#store/postgres-snapshot-store';
import type { TestDatabase } from '#store/testing/test-database';
import { createPostgresLogs } from '#stream/postgres/postgres-logs';
import { ProcessUnderTest } from '#tools/e2e/process-under-test';

/** For specs: a live Updraft on a database, for commands to be given to. */
export async function startOnPostgres(
  { database }: TestDatabase,
  logId: string,
  partitions: number,
): Promise<ProcessUnderTest> {
  const logs = createPostgresLogs({ sql: database });
  const wish = { logId, partitions };
  const { genesis } = await writeGenesis(logs, database, wish, { clockMs: Date.now(), isLive: true });
  const store = createSnapshotStore(database);
  const backbone = { database, logs, store, isEmbedded: false, close: () => logs.close() };
  const running = await ProcessUnderTest.start(backbone, genesis);
  await running.goLive();
  return running;
}
