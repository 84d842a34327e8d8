import type { RowIndexEntry } from '#domain/stage/stage';
import type { Claim } from '../snapshot-store.ts';
import type { Sql } from '../sql.ts';
import { textArray } from './array-literal.ts';

// Every statement here begins at the head's row under the caller's claim and joins the wanted rows to it: no row in
// the answer means that the claim is lost, a row of nulls that there is nothing to read. Null is the former.

const CLAIMED = `
  (select 1 from stage_head where stage = $1 and partition = $2 and owner = $3 and takeover = $4) head`;

export async function readStageRows(
  sql: Sql,
  { stage, partition, owner, takeover }: Claim,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string> | null> {
  const { rows } = await sql.query<{ key: string | null; body: string }>(
    `select r.key, r.body
       from ${CLAIMED}
       left join stage_row r on r.stage = $1 and r.partition = $2 and r.key = any ($5::text[])`,
    [stage, partition, owner, takeover, textArray(keys)],
  );
  if (rows.length === 0) return null;
  const found = new Map<string, string>();
  for (const { key, body } of rows) if (key !== null) found.set(key, body);
  return found;
}

/** A page of the index after `after`, by key in byte order. */
export async function readIndexPage(
  sql: Sql,
  { stage, partition, owner, takeover }: Claim,
  after: string,
  limit: number,
): Promise<RowIndexEntry[] | null> {
  const { rows } = await sql.query<{
    key: string | null;
    due: string | null;
    held: boolean;
    waiting: string | null;
  }>(
    `select r.key, r.due, r.held, r.waiting
       from ${CLAIMED}
       left join lateral (
         select key, due, held, waiting from stage_row
          where stage = $1 and partition = $2 and key > $5
          order by key limit $6) r on true
      order by r.key`,
    [stage, partition, owner, takeover, after, limit],
  );
  if (rows.length === 0) return null;
  const entries: RowIndexEntry[] = [];
  for (const { key, due, held, waiting } of rows) {
    if (key !== null) entries.push({ key, due: msOf(due), held, waiting: msOf(waiting) });
  }
  return entries;
}

function msOf(value: string | null): number | null {
  return value === null ? null : Number(value);
}
