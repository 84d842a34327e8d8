import type { LogDatabase } from './log-database.ts';

const COMPACT_OFFSETS = 5_000;

/**
 * Removes the records of a compacted log's partition whose key has a later record, up to its present end. A step at a
 * time, behind everybody else; interrupted, it goes on where it stopped.
 */
export async function compactPartition(
  database: LogDatabase,
  logId: number,
  partition: number,
): Promise<void> {
  for (;;) {
    const { rows } = await database.transaction(
      (sql) => sql.query<{ done: boolean }>(COMPACT, [logId, partition, COMPACT_OFFSETS]),
      'last',
    );
    if (rows[0]?.done !== false) return;
  }
}

// Written so that the plan does not depend on statistics, which a young table has none of: one look into the index
// over the keys for each key among the new records (`offset 0` keeps the planner from turning it inside out).
const COMPACT = `
  with part as materialized (
    select compacted_offset as low, least(next_offset, compacted_offset + $3::int) as high, next_offset
      from log_head where log = $1 and partition = $2),
  newest as materialized (
    select key, max("offset") as "offset" from log_record
     where log = $1 and partition = $2 and key is not null
       and "offset" >= (select low from part) and "offset" < (select high from part)
     group by key),
  superseded as (
    delete from log_record
     where log = $1 and partition = $2 and "offset" = any (array(
       select older."offset" from newest cross join lateral (
         select "offset" from log_record
          where log = $1 and log < 0 and partition = $2 and key = newest.key and "offset" < newest."offset"
         offset 0) older)))
  update log_head set compacted_offset = part.high from part where log = $1 and partition = $2
  returning part.high >= part.next_offset as done`;
