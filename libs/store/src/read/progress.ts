import type { Sql } from '../sql.ts';

/** How far one projection has read one partition. */
export interface Progress {
  readonly projection: string;
  readonly partition: number;
  readonly nextOffset: number;
  /** Position of the last record projected, `3/18842/0/1`; null before the first. */
  readonly position: string | null;
  /** JSON text; its meaning is the projection's own. */
  readonly marks: string;
}

export interface Advance extends Progress {
  /** The offset that this advance starts from: what the table must still say. 0 where it says nothing. */
  readonly expectedOffset: number;
}

/** Somebody else projected this partition meanwhile: roll back, read the progress again, go on from there. */
export class LostProgressError extends Error {
  override readonly name = 'LostProgressError';
}

interface ProgressRow {
  readonly projection: string;
  readonly partition: number;
  readonly next_offset: string | number;
  readonly position: string | null;
  readonly marks: string;
}

/** Progress of one projection, or of all of them, in order of partition. */
export async function readProgress(sql: Sql, projection?: string): Promise<Progress[]> {
  const { rows } = await sql.query<ProgressRow>(
    `select projection, partition, next_offset, array_to_string(position, '/') as position, marks
       from read_progress
      where $1::text is null or projection = $1
      order by projection, partition`,
    [projection ?? null],
  );
  return rows.map((row) => ({
    projection: row.projection,
    partition: Number(row.partition),
    nextOffset: Number(row.next_offset),
    position: row.position,
    marks: row.marks,
  }));
}

/**
 * Moves partitions forward, in the transaction that writes their rows. The update is a compare-and-set on the offset,
 * so that of two readers of a partition (a rebalance is never sharp) one commits a stretch and the other rolls back.
 * A table emptied under a running reader is the same case: it finds nothing to move and begins again.
 */
export async function advanceProgress(sql: Sql, advances: readonly Advance[]): Promise<void> {
  const { rowCount } = await sql.query(
    `insert into read_progress as stored (projection, partition, next_offset, position, marks)
     select projection, partition, next_offset, string_to_array(position, '/')::bigint[], marks
       from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
              as moved (projection, partition, next_offset, position, marks, expected)
      where expected = 0
         or exists (select from read_progress r
                     where r.projection = moved.projection and r.partition = moved.partition)
         on conflict (projection, partition) do update
        set next_offset = excluded.next_offset, position = excluded.position, marks = excluded.marks
      where stored.next_offset = (
              select expected
                from unnest($1::text[], $2::int[], $6::bigint[]) as e (projection, partition, expected)
               where e.projection = excluded.projection and e.partition = excluded.partition)`,
    [
      advances.map((advance) => advance.projection),
      advances.map((advance) => advance.partition),
      advances.map((advance) => advance.nextOffset),
      advances.map((advance) => advance.position),
      advances.map((advance) => advance.marks),
      advances.map((advance) => advance.expectedOffset),
    ],
  );
  if (rowCount !== advances.length) {
    throw new LostProgressError(`${rowCount} of ${advances.length} partitions stood where they were left`);
  }
}

/** Every table of the read side. */
export const READ_TABLES = [
  'read_decision',
  'read_grant',
  'read_merchant',
  'read_dead_letter',
  'read_account',
  'read_account_hour',
  'read_posting',
  'read_pending',
  'read_lease',
  'read_usage',
  'read_progress',
] as const;

/** Empties the read side; projecting the logs from their beginning fills it with the same content again. */
export async function clearReadSide(sql: Sql): Promise<void> {
  await sql.query(`truncate ${READ_TABLES.join(', ')}`);
}
