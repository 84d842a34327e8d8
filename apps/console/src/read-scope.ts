import { readProgress } from '#store/read/progress';
import type { Database, Sql } from '#store/sql';
import { refusalOf } from './http/refusal.ts';

export type ProjectedLog = 'capability' | 'decisions' | 'grants' | 'treasury' | 'dead-letters';

/**
 * Per log and partition the position up to which an answer knows everything; null before the first record. Of the
 * treasury's log, which all holders write, it is the position of the last record of each of its partitions.
 */
export type AsOf = { readonly [log in ProjectedLog]?: readonly (string | null)[] };

/**
 * Reads of one answer see one state of the tables, and the answer says which: rows and progress are written together,
 * so a position read here vouches for every row read beside it.
 */
export async function readTogether<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  try {
    return await database.transaction(async (sql) => {
      await sql.query('set transaction isolation level repeatable read read only');
      return work(sql);
    });
  } catch (error) {
    throw refusalOf(error);
  }
}

export async function readAsOf(sql: Sql, logs: readonly ProjectedLog[], partitions: number): Promise<AsOf> {
  const stored = await readProgress(sql);
  const asOf: { [log in ProjectedLog]?: (string | null)[] } = {};
  for (const log of logs) {
    const those = stored.filter(({ projection }) => projection === log);
    // How many partitions the treasury has is another number; as many as were read are told.
    const length =
      log === 'treasury' ? Math.max(0, ...those.map(({ partition }) => partition + 1)) : partitions;
    const vector = new Array<string | null>(length).fill(null);
    for (const { partition, position } of those) if (partition < length) vector[partition] = position;
    asOf[log] = vector;
  }
  return asOf;
}
