import type { LogRecord } from '../log.ts';
import type { LogSql } from './log-database.ts';
import { numberArray } from './statement-arrays.ts';

/** Offsets are contiguous, so a page is a range of them, cut where its values exceed the bytes. */
const PAGE_OFFSETS = 2_000;
const PAGE_BYTES_MAX = 1024 * 1024;

/** A partition was asked for an offset beyond its end: the log has lost records, or it is another log. */
export class OffsetMissingError extends Error {
  override readonly name = 'OffsetMissingError';
}

/** Nothing is skipped: an offset that the partition never had must not quietly become its end. */
export function refuseMissing(log: string, partition: number, offset: number, end: number): void {
  if (offset >= 0 && offset <= end) return;
  throw new OffsetMissingError(`offset: ${log}/${partition} has offsets 0 to ${end}, not ${offset}.`);
}

export interface LogPage {
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
}

/** The ends of those partitions; a partition without a head is missing. */
export async function readEnds(
  sql: LogSql,
  logId: number,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql.query<{ partition: number; next_offset: string }>(
    `select partition, next_offset from log_head where log = $1 and partition = any ($2::int[])`,
    [logId, numberArray(partitions)],
  );
  return new Map(rows.map((row) => [row.partition, Number(row.next_offset)]));
}

/** A page of records from `from` on and before `end`, which must not lie beyond the partition's end. */
export async function readPage(
  sql: LogSql,
  logId: number,
  partition: number,
  from: number,
  end: number,
): Promise<LogPage> {
  const stop = Math.min(end, from + PAGE_OFFSETS);
  const { rows } = await sql.query<{ offset: string; key: string | null; value: Buffer }>(READ_PAGE, [
    logId,
    partition,
    from,
    stop,
    PAGE_BYTES_MAX,
  ]);
  const records = rows.map(({ offset, key, value }) => ({ offset: Number(offset), key, value }));
  // The page ends at its last record because of the bytes, or because compaction left nothing behind it.
  const last = records.at(-1);
  return { records, nextOffset: last === undefined ? stop : last.offset + 1 };
}

// The inner query adds up sizes only, which does not touch the values themselves. A single value is smaller than a
// page (SEND_BYTES_MAX), so the first record is never cut off.
const READ_PAGE = `
  select "offset", key, value from log_record
   where log = $1 and partition = $2 and "offset" >= $3 and "offset" < coalesce((
     select min("offset") from (
       select "offset", sum(octet_length(value)) over (order by "offset" rows unbounded preceding) as bytes
         from log_record where log = $1 and partition = $2 and "offset" >= $3 and "offset" < $4) page
      where bytes > $5), $4)
   order by "offset"`;
