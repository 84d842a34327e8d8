import type { Genesis } from '#domain/controls';
import { openDatabase, type StoreDatabase } from '#store/database';
import { migrate } from '#store/migrate';
import { startPglite } from '#store/pglite/pglite';
import { createSnapshotStore } from '#store/postgres-snapshot-store';
import type { SnapshotStore } from '#store/snapshot-store';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import { bindLogId } from '#store/workspace';
import type { Logs } from '#stream/log';
import { createPostgresLogs } from '#stream/postgres/postgres-logs';
import type { Log } from '#telemetry/log';
import { BeginLogError, findTopicFaults, readGenesis } from './begin-log.ts';
import { workspaceOf } from './stage.config.ts';

/** What every process that runs stages stands on: a database, the logs, the snapshots. */
export interface Backbone {
  readonly database: StoreDatabase;
  readonly logs: Logs;
  readonly store: SnapshotStore;
  /** PGlite, one session, everything in this process. */
  readonly isEmbedded: boolean;
  close(): Promise<void>;
}

export interface BackboneOptions {
  readonly databaseUrl: string;
  /** Null: the logs are tables of the same database. */
  readonly brokers: readonly string[] | null;
  readonly prefix: string;
  readonly clientId: string;
  readonly log: Log;
}

/** PostgreSQL, and Kafka where there are brokers. Brings the schema up to date. */
export async function openBackbone(options: BackboneOptions): Promise<Backbone> {
  const { databaseUrl, brokers, prefix, clientId, log } = options;
  const database = await openDatabase({ url: databaseUrl, embedded: false, workspace: workspaceOf(prefix) });
  try {
    await migrate(database);
    const logs =
      brokers === null
        ? tableLogs(database, log)
        : createKafkaLogs({
            brokers: [...brokers],
            prefix,
            clientId,
            notice: (level, message, detail) => log[level](detail, message),
          });
    return backboneOf(database, logs, false, () => Promise.resolve());
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * What must be true before a stage touches anything: the logs are there, keep what they must keep, and were begun; and
 * the database belongs to the same log. Throws with everything that is wrong.
 */
export async function checkBackbone({ logs, database }: Backbone): Promise<Genesis> {
  const faults = await findTopicFaults(logs);
  const genesis = faults.length === 0 ? await readGenesis(logs) : null;
  if (genesis === null) throw new BeginLogError(`the logs are not ready: ${faults.join('; ')}`);
  await bindLogId(database, genesis.logId);
  return genesis;
}

/** Everything in this process: PGlite in `dataDir`, the logs as its tables. */
export async function openEmbedded(dataDir: string, workspace: string, log: Log): Promise<Backbone> {
  const pglite = await startPglite({
    dataDir,
    onStuck: (reason) => {
      // Nothing can be saved any more; what was acknowledged is on disk, and the next start goes on from there.
      log.fatal({ reason }, 'the embedded database is stuck');
      process.exit(1);
    },
  });
  try {
    const database = await openDatabase({ url: pglite.url, embedded: true, workspace });
    await migrate(database);
    return backboneOf(database, tableLogs(database, log), true, () => pglite.stop());
  } catch (error) {
    await pglite.stop();
    throw error;
  }
}

function tableLogs(database: StoreDatabase, log: Log): Logs {
  return createPostgresLogs({
    sql: database,
    onError: (error) => log.warn({ error }, 'reading a log failed'),
  });
}

function backboneOf(
  database: StoreDatabase,
  logs: Logs,
  isEmbedded: boolean,
  stopDatabase: () => Promise<void>,
): Backbone {
  return {
    database,
    logs,
    store: createSnapshotStore(database),
    isEmbedded,
    async close() {
      await logs.close();
      await database.close();
      await stopDatabase();
    },
  };
}
