import type { FrozenChunk, FrozenRow } from '#domain/stage/stage';
import type { SnapshotMark } from '../snapshot-store.ts';
import type { Sql } from '../sql.ts';
import { booleanArray, numberArray, textArray } from './array-literal.ts';
import { packBytes } from './packed-bytes.ts';

// The statements of one snapshot. The caller runs them in one transaction that holds the claim; each can be repeated.

export async function upsertRows(
  sql: Sql,
  stage: string,
  partition: number,
  rows: readonly FrozenRow[],
): Promise<void> {
  const packed = packBytes(rows.map((row) => Buffer.from(row.body)));
  await sql.query(
    `insert into stage_row (stage, partition, key, due, held, waiting, body)
     select $1, $2, key, due, held, waiting, convert_from(substr($9::bytea, start, length), 'UTF8')
       from unnest($3::text[], $4::bigint[], $5::bool[], $6::bigint[], $7::int[], $8::int[])
         as row (key, due, held, waiting, start, length)
     on conflict (stage, partition, key)
     do update set due = excluded.due, held = excluded.held, waiting = excluded.waiting, body = excluded.body`,
    [
      stage,
      partition,
      textArray(rows.map((row) => row.key)),
      numberArray(rows.map((row) => row.due)),
      booleanArray(rows.map((row) => row.held)),
      numberArray(rows.map((row) => row.waiting)),
      packed.starts,
      packed.lengths,
      packed.bytes,
    ],
  );
}

export async function upsertChunks(
  sql: Sql,
  stage: string,
  partition: number,
  chunks: readonly FrozenChunk[],
): Promise<void> {
  const packed = packBytes(chunks.map((chunk) => chunk.body));
  await sql.query(
    `insert into stage_chunk (stage, partition, hour, sequence, body)
     select $1, $2, hour, sequence, substr($7::bytea, start, length)
       from unnest($3::int[], $4::int[], $5::int[], $6::int[]) as chunk (hour, sequence, start, length)
     on conflict (stage, partition, hour, sequence) do update set body = excluded.body`,
    [
      stage,
      partition,
      numberArray(chunks.map((chunk) => chunk.hour)),
      numberArray(chunks.map((chunk) => chunk.sequence)),
      packed.starts,
      packed.lengths,
      packed.bytes,
    ],
  );
}

export async function deleteHours(
  sql: Sql,
  stage: string,
  partition: number,
  hours: readonly number[],
): Promise<void> {
  await sql.query(`delete from stage_chunk where stage = $1 and partition = $2 and hour = any ($3::int[])`, [
    stage,
    partition,
    numberArray(hours),
  ]);
}

export async function upsertMark(
  sql: Sql,
  stage: string,
  partition: number,
  mark: SnapshotMark,
  root: string,
): Promise<void> {
  await sql.query(
    `insert into stage_snapshot (stage, partition, mark, root) values ($1, $2, $3, $4)
     on conflict (stage, partition) do update set mark = excluded.mark, root = excluded.root, saved_at = now()`,
    [stage, partition, JSON.stringify(mark), root],
  );
}

export async function deleteSnapshot(sql: Sql, stage: string, partition: number): Promise<void> {
  for (const table of ['stage_snapshot', 'stage_row', 'stage_chunk']) {
    await sql.query(`delete from ${table} where stage = $1 and partition = $2`, [stage, partition]);
  }
}
