import type { Sql } from '../sql.ts';
import type { DeadLetterRow } from './project.ts';

export interface DeadLetterCursor {
  readonly atMs: number;
  readonly position: string;
}

interface StoredDeadLetter extends Omit<DeadLetterRow, 'atMs' | 'sequence'> {
  readonly at_ms: string | number;
  readonly sequence: string | number;
}

/** A page of dead letters, newest first by (log time, position). */
export async function findDeadLetters(
  sql: Sql,
  reason: string | undefined,
  after: DeadLetterCursor | null,
  limit: number,
): Promise<DeadLetterRow[]> {
  const values: unknown[] = [limit];
  const clauses: string[] = [];
  if (reason !== undefined) clauses.push(`reason = $${values.push(reason)}`);
  if (after !== null) {
    const [at, position] = [values.push(after.atMs), values.push(after.position)];
    clauses.push(
      `(d.at_ms, d.position) < ($${at}::bigint, string_to_array($${position}::text, '/')::bigint[])`,
    );
  }
  const { rows } = await sql.query<StoredDeadLetter>(
    `select partition, writer, sequence, array_to_string(d.position, '/') as position, merchant, reason, at_ms, record
       from read_dead_letter d
      ${clauses.length === 0 ? '' : `where ${clauses.join(' and ')}`}
      order by d.at_ms desc, d.position desc
      limit $1`,
    values,
  );
  return rows.map(rowOf);
}

function rowOf({ at_ms: atMs, sequence, ...row }: StoredDeadLetter): DeadLetterRow {
  return { ...row, sequence: Number(sequence), atMs: Number(atMs) };
}

/** One dead letter; null where there is none of this writer and sequence. */
export async function findDeadLetter(
  sql: Sql,
  writer: string,
  sequence: number,
): Promise<DeadLetterRow | null> {
  const { rows } = await sql.query<StoredDeadLetter>(
    `select partition, writer, sequence, array_to_string(position, '/') as position, merchant, reason, at_ms, record
       from read_dead_letter where writer = $1 and sequence = $2`,
    [writer, sequence],
  );
  return rows.map(rowOf)[0] ?? null;
}

/** How many there are of each reason, in order of reason. */
export async function countDeadLetters(sql: Sql): Promise<Record<string, number>> {
  const { rows } = await sql.query<{ readonly reason: string; readonly count: string | number }>(
    `select reason, count(*) as count from read_dead_letter group by reason order by reason collate "C"`,
  );
  return Object.fromEntries(rows.map(({ reason, count }) => [reason, Number(count)]));
}
