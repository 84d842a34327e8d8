import { numberArray, textArray } from '../sql/array-literal.ts';
import { packBytes } from '../sql/packed-bytes.ts';
import type { Sql } from '../sql.ts';

// Set-based writes of the projections: one statement a batch, idempotent by position. `record` is the exact text.

export interface DecisionRow {
  readonly position: string;
  readonly partition: number;
  readonly sequence: number;
  readonly merchant: string | null;
  readonly programme: string;
  readonly outcome: string;
  readonly atMs: number;
  readonly hash: string;
  readonly previousHash: string;
  /** Grant that it issues or changes. */
  readonly grantId: string | null;
  readonly record: string;
}

export interface GrantRow {
  readonly grantId: string;
  readonly partition: number;
  readonly position: string;
  readonly merchant: string | null;
  readonly programme: string;
  readonly kind: string;
  /** Instance of its account; null where nothing is counted. */
  readonly account: string | null;
  readonly status: string;
  readonly record: string;
}

export interface MerchantRow {
  readonly merchant: string;
  readonly partition: number;
  readonly position: string;
  readonly tier: string | null;
  readonly record: string;
}

export interface DeadLetterRow {
  readonly partition: number;
  readonly writer: string;
  readonly sequence: number;
  readonly position: string;
  readonly merchant: string | null;
  readonly reason: string;
  readonly atMs: number;
  readonly record: string;
}

export async function insertDecisions(sql: Sql, rows: readonly DecisionRow[]): Promise<void> {
  if (rows.length === 0) return;
  const packed = packBytes(rows.map((row) => Buffer.from(row.record)));
  await sql.query(
    `insert into read_decision
            (position, partition, sequence, merchant, programme, outcome, at_ms, hash, previous_hash, grant_id,
            record)
     select string_to_array(p, '/')::bigint[], partition, sequence, merchant, programme, outcome, at_ms, hash,
            previous_hash, grant_id, convert_from(substr($13::bytea, start, length), 'UTF8')
       from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                   $8::text[], $9::text[], $10::text[], $11::int[], $12::int[])
         as r (p, partition, sequence, merchant, programme, outcome, at_ms, hash, previous_hash, grant_id, start,
               length)
         on conflict (position) do nothing`,
    [
      textArray(rows.map((row) => row.position)),
      numberArray(rows.map((row) => row.partition)),
      numberArray(rows.map((row) => row.sequence)),
      textArray(rows.map((row) => row.merchant)),
      textArray(rows.map((row) => row.programme)),
      textArray(rows.map((row) => row.outcome)),
      numberArray(rows.map((row) => row.atMs)),
      textArray(rows.map((row) => row.hash)),
      textArray(rows.map((row) => row.previousHash)),
      textArray(rows.map((row) => row.grantId)),
      packed.starts,
      packed.lengths,
      packed.bytes,
    ],
  );
}

/** Keeps the newest per grant, by position. Of several rows of one grant the last one counts. */
export async function upsertGrants(sql: Sql, rows: readonly GrantRow[]): Promise<void> {
  const newest = [...new Map(rows.map((row) => [row.grantId, row])).values()];
  if (newest.length === 0) return;
  const packed = packBytes(newest.map((row) => Buffer.from(row.record)));
  await sql.query(
    `insert into read_grant as kept (grant_id, partition, position, merchant, programme, kind, account, status, record)
     select grant_id, partition, string_to_array(p, '/')::bigint[], merchant, programme, kind, account, status,
            convert_from(substr($11::bytea, start, length), 'UTF8')
       from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::int[], $10::int[])
         as r (grant_id, partition, p, merchant, programme, kind, account, status, start, length)
         on conflict (grant_id) do update
        set partition = excluded.partition, position = excluded.position, merchant = excluded.merchant,
            programme = excluded.programme, kind = excluded.kind, account = excluded.account,
            status = excluded.status, record = excluded.record
      where kept.position < excluded.position`,
    [
      textArray(newest.map((row) => row.grantId)),
      numberArray(newest.map((row) => row.partition)),
      textArray(newest.map((row) => row.position)),
      textArray(newest.map((row) => row.merchant)),
      textArray(newest.map((row) => row.programme)),
      textArray(newest.map((row) => row.kind)),
      textArray(newest.map((row) => row.account)),
      textArray(newest.map((row) => row.status)),
      packed.starts,
      packed.lengths,
      packed.bytes,
    ],
  );
}

/** Keeps the newest per merchant, by position. Of several rows of one merchant the last one counts. */
export async function upsertMerchants(sql: Sql, rows: readonly MerchantRow[]): Promise<void> {
  const newest = [...new Map(rows.map((row) => [row.merchant, row])).values()];
  if (newest.length === 0) return;
  const packed = packBytes(newest.map((row) => Buffer.from(row.record)));
  await sql.query(
    `insert into read_merchant as kept (merchant, partition, position, tier, record)
     select merchant, partition, string_to_array(p, '/')::bigint[], tier,
            convert_from(substr($7::bytea, start, length), 'UTF8')
       from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[])
         as r (merchant, partition, p, tier, start, length)
         on conflict (merchant) do update
        set partition = excluded.partition, position = excluded.position, tier = excluded.tier,
            record = excluded.record
      where kept.position < excluded.position`,
    [
      textArray(newest.map((row) => row.merchant)),
      numberArray(newest.map((row) => row.partition)),
      textArray(newest.map((row) => row.position)),
      textArray(newest.map((row) => row.tier)),
      packed.starts,
      packed.lengths,
      packed.bytes,
    ],
  );
}

export async function insertDeadLetters(sql: Sql, rows: readonly DeadLetterRow[]): Promise<void> {
  if (rows.length === 0) return;
  const packed = packBytes(rows.map((row) => Buffer.from(row.record)));
  await sql.query(
    `insert into read_dead_letter (partition, writer, sequence, position, merchant, reason, at_ms, record)
     select partition, writer, sequence, string_to_array(p, '/')::bigint[], merchant, reason, at_ms,
            convert_from(substr($10::bytea, start, length), 'UTF8')
       from unnest($1::int[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                   $8::int[], $9::int[])
         as r (partition, writer, sequence, p, merchant, reason, at_ms, start, length)
         on conflict (partition, writer, sequence) do nothing`,
    [
      numberArray(rows.map((row) => row.partition)),
      textArray(rows.map((row) => row.writer)),
      numberArray(rows.map((row) => row.sequence)),
      textArray(rows.map((row) => row.position)),
      textArray(rows.map((row) => row.merchant)),
      textArray(rows.map((row) => row.reason)),
      numberArray(rows.map((row) => row.atMs)),
      packed.starts,
      packed.lengths,
      packed.bytes,
    ],
  );
}
