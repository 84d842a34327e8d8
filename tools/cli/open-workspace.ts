import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase, type StoreDatabase } from '#store/database';
import { migrate } from '#store/migrate';
import { DataDirectoryInUseError } from '#store/pglite/data-lock';
import { CACHE_MB_BRIEF, startPglite } from '#store/pglite/pglite';
import { workspaceSchema } from '#store/workspace';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import type { Logs } from '#stream/log';
import { createPostgresLogs } from '#stream/postgres/postgres-logs';
import { CommandError } from './command-error.ts';
import type { WorkspaceOptions } from './workspace-options.ts';

export interface OpenOptions extends WorkspaceOptions {
  /** `create`: make what is missing. `existing`: refuse where no workspace is, and change nothing. */
  readonly for: 'create' | 'existing';
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface Workspace {
  /** In words, for messages. */
  readonly name: string;
  readonly logs: Logs;
  /** Null on Kafka alone, which is enough to read. */
  readonly database: StoreDatabase | null;
  close(): Promise<void>;
}

/** Opens the workspace where the environment says it is. */
export async function openWorkspace(options: OpenOptions): Promise<Workspace> {
  const env = options.env ?? process.env;
  try {
    workspaceSchema(options.workspace);
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
  const brokers = env['KAFKA_BROKERS'];
  if (brokers !== undefined && brokers !== '') return openOnKafka(brokers, env['DATABASE_URL'], options);
  const url = env['DATABASE_URL'];
  if (url !== undefined && url !== '') return openOnPostgres(url, options);
  return openEmbedded(options);
}

async function openOnKafka(
  brokers: string,
  url: string | undefined,
  options: OpenOptions,
): Promise<Workspace> {
  const { workspace } = options;
  const database = url === undefined || url === '' ? null : await openSchema(url, false, options);
  const logs = createKafkaLogs({
    brokers: brokers.split(',').map((broker) => broker.trim()),
    prefix: `${workspace}.`,
    clientId: 'updraft-cli',
  });
  return {
    name: `workspace ${workspace} on Kafka`,
    logs,
    database,
    async close() {
      await logs.close();
      await database?.close();
    },
  };
}

async function openOnPostgres(url: string, options: OpenOptions): Promise<Workspace> {
  const database = await openSchema(url, false, options);
  const logs = createPostgresLogs({ sql: database });
  return {
    name: `workspace ${options.workspace} on PostgreSQL`,
    logs,
    database,
    async close() {
      await logs.close();
      await database.close();
    },
  };
}

async function openEmbedded(options: OpenOptions): Promise<Workspace> {
  const { data, workspace } = options;
  if (options.for === 'existing' && !existsSync(join(data, 'pgdata'))) {
    throw new CommandError(`--data ${data}: no workspace is there. ${HOW_TO_CREATE}`);
  }
  const opening = startPglite({ dataDir: data, cacheMb: CACHE_MB_BRIEF });
  const pglite = await opening.catch((error: unknown) => {
    if (!(error instanceof DataDirectoryInUseError)) throw error;
    throw new CommandError(
      `${error.message} If that is a running Updraft: the embedded database has room for one process, so ` +
        'stop it (Ctrl-C) and try again; it goes on later where it stood.',
    );
  });
  try {
    const database = await openSchema(pglite.url, true, options);
    const logs = createPostgresLogs({ sql: database });
    return {
      name: `workspace ${workspace} in ${data}`,
      logs,
      database,
      async close() {
        await logs.close();
        await database.close();
        await pglite.stop();
      },
    };
  } catch (error) {
    await pglite.stop();
    throw error;
  }
}

const HOW_TO_CREATE =
  'Create one with `updraft topics create`, or choose another with --data and --workspace.';

async function openSchema(url: string, embedded: boolean, options: OpenOptions): Promise<StoreDatabase> {
  const { workspace } = options;
  const database = await openDatabase({ url, embedded, workspace });
  try {
    if (options.for === 'create') await migrate(database);
    else if (!(await hasSchema(database))) {
      throw new CommandError(
        `--workspace ${workspace}: the database has no such workspace. ${HOW_TO_CREATE}`,
      );
    }
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function hasSchema(database: StoreDatabase): Promise<boolean> {
  const { rows } = await database.query(`select 1 from pg_namespace where nspname = $1`, [database.schema]);
  return rows.length > 0;
}
