import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { startMaintenance } from './maintenance.ts';
import { ENTITIES, MIGRATIONS } from './schema.ts';
import type { Database, Sql } from './sql.ts';
import {
  CommitUnknownError,
  OutsideTransactionError,
  isConnectionLost,
  mapStoreError,
  unavailable,
} from './store-error.ts';
import { insideTransaction, refuseInsideTransaction } from './transaction-scope.ts';
import { TurnQueue } from './turn-queue.ts';
import type { Order } from './turn-queue.ts';
import { WORKSPACE_DEFAULT, workspaceSchema } from './workspace.ts';

const POOL_DEFAULT = 10;
/** Migrating takes one connection for the lock and one for the work. */
const POOL_MIN = 2;
const CONNECT_MS_MAX = 30_000;
/** An answer that takes longer is treated as a lost connection: the peer may be gone without a word. */
const QUERY_MS_MAX = 60_000;
/**
 * A server ends the transaction of a process that froze, so that its row locks hold up the next owner no longer.
 * Between two statements of ours there are milliseconds, and seconds where a machine is very busy.
 */
const IDLE_TRANSACTION_MS_MAX = 10_000;
/** Statements with values are prepared once per connection; texts beyond this many are sent unprepared. */
const PREPARED_MAX = 200;

export interface DatabaseOptions {
  readonly url: string;
  /** Connections; embedded always one. */
  readonly poolMax?: number;
  /** PGlite: one session, a fair queue in front of it, maintenance on a schedule. */
  readonly embedded: boolean;
  /** The schema that holds everything of this workspace. Default `updraft`; created by `migrate`. */
  readonly workspace?: string;
  /** Told about a failed maintenance statement; it is tried again at its next turn. */
  readonly onMaintenanceError?: (error: unknown) => void;
}

export interface StoreDatabase extends Database {
  /** TypeORM on the same pool. Its queries are refused inside an open transaction like any other. */
  readonly dataSource: DataSource;
  readonly embedded: boolean;
  readonly schema: string;
}

/** Connects, or rejects with StoreUnavailableError. Creates nothing: that is `migrate`. */
export async function openDatabase(options: DatabaseOptions): Promise<StoreDatabase> {
  const schema = workspaceSchema(options.workspace ?? WORKSPACE_DEFAULT);
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema,
    driver: { Pool: GuardedPool, defaults: pg.defaults },
    entities: [...ENTITIES],
    migrations: [...MIGRATIONS],
    migrationsTableName: 'migration',
    installExtensions: false,
    logging: false,
    poolErrorHandler: () => {}, // An idle connection broke. The pool has dropped it; the next statement tells.
    extra: poolOptions(options, schema),
  });
  try {
    await dataSource.initialize();
  } catch (error) {
    throw mapStoreError(error);
  }
  const pool = (dataSource.driver as PostgresDriver).master as pg.Pool;
  const database = new PooledDatabase(dataSource, pool, schema, options.embedded);
  if (options.embedded) database.whenClosing(startMaintenance(database, options.onMaintenanceError));
  return database;
}

function poolOptions(options: DatabaseOptions, schema: string): object {
  return {
    max: options.embedded ? 1 : Math.max(POOL_MIN, options.poolMax ?? POOL_DEFAULT),
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    application_name: 'updraft',
    ...(options.embedded
      ? { idleTimeoutMillis: 0 }
      : { idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS_MAX }),
    onConnect: async (client: pg.ClientBase): Promise<void> => {
      // PGlite's one session outlives its connections, and so would prepared statements and settings.
      if (options.embedded) {
        // Where a connection broke in the middle of a transaction, the session still has it open.
        await client.query('rollback');
        await client.query('discard all');
      }
      await client.query(`set search_path to "${schema}"`);
    },
  };
}

/** Everything that takes a connection passes here, TypeORM included. */
class GuardedPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void;
  override connect(callback?: (...args: never[]) => void): Promise<pg.PoolClient> | void {
    try {
      refuseInsideTransaction('A statement was sent to the database');
    } catch (error) {
      if (callback === undefined) return Promise.reject(error as Error);
      (callback as (error: Error, client: undefined, done: () => void) => void)(
        error as Error,
        undefined,
        () => {},
      );
      return;
    }
    return callback === undefined ? super.connect() : super.connect(callback as never);
  }
}

/** A checked-out connection. A broken one is destroyed instead of given back. */
interface Lease {
  readonly client: pg.PoolClient;
  broken: Error | undefined;
}

class PooledDatabase implements StoreDatabase {
  readonly dataSource: DataSource;
  readonly schema: string;
  readonly embedded: boolean;
  private readonly pool: pg.Pool;
  private readonly turns: TurnQueue | null;
  private readonly prepared = new Map<string, string>();
  private readonly closing: (() => Promise<void>)[] = [];

  constructor(dataSource: DataSource, pool: pg.Pool, schema: string, embedded: boolean) {
    this.dataSource = dataSource;
    this.pool = pool;
    this.schema = schema;
    this.embedded = embedded;
    this.turns = embedded ? new TurnQueue() : null;
  }

  async query<Row>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[]; rowCount: number }> {
    refuseInsideTransaction('A statement was sent to the database');
    return await this.withClient('fair', (lease) => this.run<Row>(lease, text, values));
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>, order: Order = 'fair'): Promise<T> {
    refuseInsideTransaction('A transaction was begun');
    return await this.withClient(order, async (lease) => {
      let open = true;
      const sql: Sql = {
        query: async (text, values) => {
          if (!open) throw new OutsideTransactionError('The transaction of this handle has ended.');
          return await this.run(lease, text, values);
        },
      };
      await this.run(lease, 'begin');
      let result: T;
      try {
        result = await insideTransaction(() => work(sql));
      } catch (error) {
        open = false;
        await this.rollback(lease);
        throw error;
      }
      open = false;
      await this.commit(lease);
      return result;
    });
  }

  whenClosing(stop: () => Promise<void>): void {
    this.closing.push(stop);
  }

  async close(): Promise<void> {
    for (const stop of this.closing.splice(0)) await stop();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async withClient<T>(order: Order, use: (lease: Lease) => Promise<T>): Promise<T> {
    const endTurn = await this.turns?.take(order);
    try {
      const lease: Lease = { client: await this.connect(), broken: undefined };
      const onError = (error: Error): void => {
        lease.broken = error;
      };
      lease.client.on('error', onError);
      try {
        return await use(lease);
      } finally {
        lease.client.off('error', onError);
        lease.client.release(lease.broken);
      }
    } catch (error) {
      throw mapStoreError(error);
    } finally {
      endTurn?.();
    }
  }

  /**
   * It let us in once, when this database was opened: whatever it says now at the door, a server that restarts, a
   * database that is being moved, a password that was changed, is a matter of time and not of the statement.
   */
  private async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw unavailable(error);
    }
  }

  private async run<Row>(
    lease: Lease,
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number; command: string }> {
    const name = values === undefined ? undefined : this.preparedName(text);
    try {
      const { rows, rowCount, command } = await lease.client.query({
        text,
        query_timeout: QUERY_MS_MAX,
        ...(values === undefined ? {} : { values: values as unknown[] }),
        ...(name === undefined ? {} : { name }),
      } as pg.QueryConfig);
      return { rows: rows as Row[], rowCount: rowCount ?? 0, command };
    } catch (error) {
      if (isConnectionLost(error)) lease.broken = error as Error;
      throw error;
    }
  }

  private async commit(lease: Lease): Promise<void> {
    let command: string;
    try {
      command = (await this.run(lease, 'commit')).command;
    } catch (error) {
      if (lease.broken === undefined) throw error;
      throw new CommitUnknownError('The connection broke during commit: the outcome is unknown.', {
        cause: error,
      });
    }
    // A statement failed and its error was swallowed: the server answers by rolling back, without an error.
    if (command === 'ROLLBACK')
      throw new Error('The transaction was rolled back: one of its statements had failed.');
  }

  private async rollback(lease: Lease): Promise<void> {
    try {
      await this.run(lease, 'rollback');
    } catch (error) {
      // What made us roll back matters more. The server rolls back when this connection goes.
      lease.broken = error as Error;
    }
  }

  /** Planning costs more than running for our small statements, on PGlite more than half of the time. */
  private preparedName(text: string): string | undefined {
    let name = this.prepared.get(text);
    if (name === undefined && this.prepared.size < PREPARED_MAX) {
      name = `updraft_${this.prepared.size}`;
      this.prepared.set(text, name);
    }
    return name;
  }
}
