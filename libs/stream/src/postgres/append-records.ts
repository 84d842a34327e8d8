import type { Appended, Claim } from '../log.ts';
import { FencedError, OversizeError, SEND_BYTES_MAX } from '../log.ts';
import type { LogDatabase, LogSql } from './log-database.ts';
import { numberArray, packBytes, textArray } from './statement-arrays.ts';

/** Largest statement. Embedded everybody waits for the one session while it runs: some 50 ms at most. */
export const STATEMENT_RECORDS_MAX = 5_000;
export const STATEMENT_BYTES_MAX = 4 * 1024 * 1024;

/** Records for one partition, in the order in which they are to stand there. */
export interface PartitionAppend {
  readonly logId: number;
  readonly partition: number;
  readonly records: readonly Appended[];
}

/** A record on its way: which of the appends it belongs to, and its place among that append's records. */
interface Placed {
  readonly slot: number;
  readonly ordinal: number;
  readonly record: Appended;
}

interface FirstOffset {
  readonly slot: number;
  readonly first: number;
}

export function refuseOversize(log: string, record: Appended): void {
  if (record.value.byteLength <= SEND_BYTES_MAX) return;
  throw new OversizeError(
    `value: ${record.value.byteLength} bytes for ${log} (key ${record.key}), at most ${SEND_BYTES_MAX}.`,
  );
}

/**
 * Appends to several partitions, all or nothing, and returns the first offset of each append in their order. With a
 * claim: only while it is the head's, else FencedError.
 *
 * The rows of the partitions' heads are locked in (log, partition) order, so that no two appends wait for each other
 * crosswise, and stay locked until commit, so that a later offset is never committed before an earlier one: a reader
 * sees no gap that is filled afterwards. Each partition may occur once.
 */
export async function appendRecords(
  database: LogDatabase,
  appends: readonly PartitionAppend[],
  claim: Claim | null,
): Promise<readonly number[]> {
  const statements = splitRecords(appends);
  const [first, ...rest] = statements;
  if (first === undefined) return [];
  if (rest.length === 0) return bySlot(await openAppend(database, appends, first, claim), appends, claim);
  return await database.transaction(async (sql) => {
    const firsts = bySlot(await openAppend(sql, appends, first, claim), appends, claim);
    for (const records of rest) await insertRecords(sql, appends, firsts, records);
    return firsts;
  });
}

function bySlot(
  offsets: readonly FirstOffset[],
  appends: readonly PartitionAppend[],
  claim: Claim | null,
): readonly number[] {
  if (offsets.length === appends.length) return offsets.map(({ first }) => first);
  if (claim === null)
    throw new Error(`${appends.length - offsets.length} partitions have no row in log_head.`);
  const { stage, partition, owner, takeover } = claim;
  throw new FencedError(`${stage}/${partition}: take-over ${takeover} of ${owner} is no longer the head's.`);
}

/** Runs of records, each within the limits of a statement. */
function splitRecords(appends: readonly PartitionAppend[]): Placed[][] {
  const statements: Placed[][] = [];
  let current: Placed[] = [];
  let bytes = 0;
  for (const [slot, { records }] of appends.entries()) {
    for (const [ordinal, record] of records.entries()) {
      const size = record.value.byteLength;
      if (
        current.length >= STATEMENT_RECORDS_MAX ||
        (current.length > 0 && bytes + size > STATEMENT_BYTES_MAX)
      ) {
        statements.push(current);
        current = [];
        bytes = 0;
      }
      current.push({ slot, ordinal, record });
      bytes += size;
    }
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

/** Checks the claim, reserves the offsets of all records and writes the first of them, in one statement. */
async function openAppend(
  sql: LogSql,
  appends: readonly PartitionAppend[],
  placed: readonly Placed[],
  claim: Claim | null,
): Promise<FirstOffset[]> {
  const values = [
    numberArray(appends.map((append) => append.logId)),
    numberArray(appends.map((append) => append.partition)),
    numberArray(appends.map((append) => append.records.length)),
    ...recordArrays(placed),
  ];
  const { rows } = await sql.query<{ slot: string; first: string }>(
    claim === null ? OPEN_APPEND : OPEN_APPEND_CLAIMED,
    claim === null ? values : [...values, claim.stage, claim.partition, claim.owner, claim.takeover],
  );
  return rows
    .map((row) => ({ slot: Number(row.slot) - 1, first: Number(row.first) }))
    .sort((a, b) => a.slot - b.slot);
}

const OPEN_APPEND = openAppendText('', '');
/** The claim's row stays locked, shared, until commit: a take-over waits for what is being published under it. */
const OPEN_APPEND_CLAIMED = openAppendText(
  `claim as (
     select 1 from stage_head where stage = $10 and partition = $11 and owner = $12 and takeover = $13 for share),`,
  `where exists (select 1 from claim)`,
);

function openAppendText(claim: string, claimed: string): string {
  return `
    with ${claim}
    wanted as (
      select * from unnest($1::int[], $2::int[], $3::int[]) with ordinality as wanted (log, partition, total, slot)),
    locked as (
      select wanted.* from wanted join log_head on log_head.log = wanted.log and log_head.partition = wanted.partition
       ${claimed}
       order by wanted.log, wanted.partition for update of log_head),
    head as (
      update log_head set next_offset = next_offset + locked.total from locked
       where log_head.log = locked.log and log_head.partition = locked.partition
      returning locked.slot, locked.log, locked.partition, next_offset - locked.total as first),
    written as (
      insert into log_record (log, partition, "offset", key, value)
      select head.log, head.partition, head.first + record.ordinal, record.key,
             substr($9::bytea, record.start, record.length)
        from unnest($4::int[], $5::int[], $6::text[], $7::int[], $8::int[])
               as record (slot, ordinal, key, start, length)
        join head on head.slot = record.slot)
    select slot, first from head`;
}

/** Writes further records at offsets that are already reserved. */
async function insertRecords(
  sql: LogSql,
  appends: readonly PartitionAppend[],
  firsts: readonly number[],
  placed: readonly Placed[],
): Promise<void> {
  await sql.query(
    `insert into log_record (log, partition, "offset", key, value)
     select head.log, head.partition, head.first + record.ordinal, record.key,
            substr($9::bytea, record.start, record.length)
       from unnest($4::int[], $5::int[], $6::text[], $7::int[], $8::int[])
              as record (slot, ordinal, key, start, length)
       join unnest($1::int[], $2::int[], $3::bigint[]) with ordinality as head (log, partition, first, slot)
         on head.slot = record.slot`,
    [
      numberArray(appends.map((append) => append.logId)),
      numberArray(appends.map((append) => append.partition)),
      numberArray(firsts),
      ...recordArrays(placed),
    ],
  );
}

function recordArrays(placed: readonly Placed[]): unknown[] {
  const packed = packBytes(placed.map(({ record }) => record.value));
  return [
    numberArray(placed.map(({ slot }) => slot + 1)),
    numberArray(placed.map(({ ordinal }) => ordinal)),
    textArray(placed.map(({ record }) => record.key)),
    packed.starts,
    packed.lengths,
    packed.bytes,
  ];
}
