import { readProgress } from '#store/read/progress';
import type { Database, Sql } from '#store/sql';
import { refusalOf } from './http/refusal.ts';

export type ProjectedLog = 'capability' | 'decisions' | 'grants' | 'dead-letters';

/** Per log and partition the position up to which an answer knows everything; null before the first record. */
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
  for (const log of logs) asOf[log] = new Array<string | null>(partitions).fill(null);
  for (const { projection, partition, position } of stored) {
    const vector = asOf[projection as ProjectedLog];
    if (vector !== undefined && partition < partitions) vector[partition] = position;
  }
  return asOf;
}
