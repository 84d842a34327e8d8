import { AmbiguousError, UnavailableError } from '../log.ts';

/** What runs a statement: the database, or the open transaction's handle. Satisfied by libs/store's `Sql`. */
export interface LogSql {
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>;
}

/**
 * A database that holds the tables `log*` and `stage_head` on its search path. Declared here by shape, because this
 * library imports nothing of ours; libs/store's `StoreDatabase` satisfies it. It is expected to name its errors:
 * `StoreUnavailableError` when it is away, with `outcome: 'unknown'` when the connection broke during commit.
 */
export interface LogDatabase extends LogSql {
  readonly embedded: boolean;
  transaction<T>(work: (sql: LogSql) => Promise<T>, order?: 'fair' | 'last'): Promise<T>;
}

/** The same database, failing with the log port's errors. */
export function speakingLog(database: LogDatabase): LogDatabase {
  return {
    embedded: database.embedded,
    query: (text, values) => database.query<never>(text, values).catch(rethrow),
    transaction: (work, order) => database.transaction(work, order).catch(rethrow),
  };
}

function rethrow(error: unknown): never {
  const { name, outcome, message } = error as { name?: unknown; outcome?: unknown; message?: string };
  if (name !== 'StoreUnavailableError') throw error;
  if (outcome === 'unknown') throw new AmbiguousError(message, { cause: error });
  throw new UnavailableError(message, { cause: error });
}
