import type { AccountBalance } from '#domain/outputs';
import { booleanArray, numberArray, textArray } from '../sql/array-literal.ts';
import type { Sql } from '../sql.ts';

// Set-based writes of what the read side shows of money. Idempotent by position, and where two logs write the same row
// (balances come from decisions and from the treasury's) the last position wins, whichever is read first.

/** Whose purse of an account; `holder` is '' for the partition's own. */
export interface PurseKey {
  readonly account: string;
  readonly partition: number;
  readonly holder: string;
}

export interface BalanceRow extends PurseKey {
  readonly position: string;
  readonly atMs: number;
  readonly balance: AccountBalance;
}

export interface PostingRow extends PurseKey {
  readonly position: string;
  readonly unit: string;
  readonly merchant: string | null;
  readonly programme: string;
  readonly outcome: string;
  readonly grantId: string | null;
  readonly atMs: number;
  /** Part of the balance to what it changed by. */
  readonly moved: { readonly [part in keyof AccountBalance]?: number };
}

/** Where a merchant stands in the queue for money after a decision; null: nowhere. */
export interface PendingRow {
  readonly merchant: string;
  readonly programme: string;
  readonly partition: number;
  readonly position: string;
  readonly atMs: number;
  readonly waits: {
    readonly account: string;
    readonly why: string;
    readonly untilMs: number | null;
    readonly refillsAtMs: number | null;
  } | null;
}

export interface LeaseRow extends PurseKey {
  readonly position: string;
  readonly writer: string;
  readonly sequence: number;
  readonly amount: number;
  readonly answers: number | null;
  readonly isScarce: boolean;
  readonly atMs: number;
}

export interface UsageRow {
  readonly grantId: string;
  readonly merchant: string;
  readonly used: number;
  readonly clicks: number;
  readonly orders: number;
}

/** Decisions about grants that ended: they say nothing of whether the merchant waits for another. */
export const OF_ENDED_GRANTS = `('settle', 'claw-back', 'refuse-usage')`;
const HOUR_MS = 3_600_000;

export function hourOf(atMs: number): number {
  return Math.floor(atMs / HOUR_MS);
}

/** Keeps the newest balance per purse, and per purse and hour. */
export async function upsertBalances(sql: Sql, rows: readonly BalanceRow[]): Promise<void> {
  const newest = lastOf(rows, purseName);
  if (newest.length === 0) return;
  await sql.query(
    `insert into read_account as kept (account, partition, holder, position, at_ms, leased_in, free, held, settling,
            spent, returned, overrun, clawed_back)
     select account, partition, holder, string_to_array(p, '/')::bigint[], at_ms, leased_in, free, held, settling,
            spent, returned, overrun, clawed_back
       from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                   $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
         as r (account, partition, holder, p, at_ms, leased_in, free, held, settling, spent, returned, overrun,
               clawed_back)
         on conflict (account, partition, holder) do update
        set position = excluded.position, at_ms = excluded.at_ms, leased_in = excluded.leased_in,
            free = excluded.free, held = excluded.held, settling = excluded.settling, spent = excluded.spent,
            returned = excluded.returned, overrun = excluded.overrun, clawed_back = excluded.clawed_back
      where kept.position < excluded.position`,
    [
      ...purseArrays(newest),
      textArray(newest.map((row) => row.position)),
      numberArray(newest.map((row) => row.atMs)),
      ...PARTS.map((part) => numberArray(newest.map((row) => row.balance[part]))),
    ],
  );
  await upsertHours(sql, rows);
}

const PARTS: readonly (keyof AccountBalance)[] = [
  'leasedIn',
  'free',
  'held',
  'settling',
  'spent',
  'returned',
  'overrun',
  'clawedBack',
];

async function upsertHours(sql: Sql, rows: readonly BalanceRow[]): Promise<void> {
  const newest = lastOf(rows, (row) => `${purseName(row)} ${hourOf(row.atMs)}`);
  await sql.query(
    `insert into read_account_hour as kept (account, partition, holder, hour, position, free, held, settling, spent)
     select account, partition, holder, hour, string_to_array(p, '/')::bigint[], free, held, settling, spent
       from unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::text[], $6::bigint[], $7::bigint[],
                   $8::bigint[], $9::bigint[])
         as r (account, partition, holder, hour, p, free, held, settling, spent)
         on conflict (account, partition, holder, hour) do update
        set position = excluded.position, free = excluded.free, held = excluded.held,
            settling = excluded.settling, spent = excluded.spent
      where kept.position < excluded.position`,
    [
      ...purseArrays(newest),
      numberArray(newest.map((row) => hourOf(row.atMs))),
      textArray(newest.map((row) => row.position)),
      numberArray(newest.map((row) => row.balance.free)),
      numberArray(newest.map((row) => row.balance.held)),
      numberArray(newest.map((row) => row.balance.settling)),
      numberArray(newest.map((row) => row.balance.spent)),
    ],
  );
}

export async function insertPostings(sql: Sql, rows: readonly PostingRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(
    `insert into read_posting (account, partition, holder, position, unit, merchant, programme, outcome, grant_id,
            at_ms, moved)
     select account, partition, holder, string_to_array(p, '/')::bigint[], unit, merchant, programme, outcome,
            grant_id, at_ms, moved
       from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                   $9::text[], $10::bigint[], $11::text[])
         as r (account, partition, holder, p, unit, merchant, programme, outcome, grant_id, at_ms, moved)
         on conflict (position) do nothing`,
    [
      ...purseArrays(rows),
      textArray(rows.map((row) => row.position)),
      textArray(rows.map((row) => row.unit)),
      textArray(rows.map((row) => row.merchant)),
      textArray(rows.map((row) => row.programme)),
      textArray(rows.map((row) => row.outcome)),
      textArray(rows.map((row) => row.grantId)),
      numberArray(rows.map((row) => row.atMs)),
      textArray(rows.map((row) => JSON.stringify(row.moved))),
    ],
  );
}

/**
 * Who waits after these decisions, which are in `read_decision` already: of a merchant and programme the newest one
 * counts, also when an older one arrives later.
 */
export async function movePending(sql: Sql, rows: readonly PendingRow[]): Promise<void> {
  const newest = lastOf(rows, (row) => JSON.stringify([row.merchant, row.programme]));
  if (newest.length === 0) return;
  const keys = [
    textArray(newest.map((row) => row.merchant)),
    textArray(newest.map((row) => row.programme)),
    textArray(newest.map((row) => row.position)),
  ];
  await sql.query(
    `delete from read_pending p
      using unnest($1::text[], $2::text[], $3::text[]) as r (merchant, programme, p)
      where p.merchant = r.merchant and p.programme = r.programme
        and p.position < string_to_array(r.p, '/')::bigint[]`,
    keys,
  );
  await sql.query(
    `insert into read_pending (merchant, programme, partition, position, at_ms, account, why, until_ms, refills_at_ms)
     select merchant, programme, partition, string_to_array(p, '/')::bigint[], at_ms, account, why, until_ms,
            refills_at_ms
       from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::bigint[],
                   $9::bigint[])
         as r (merchant, programme, p, partition, at_ms, account, why, until_ms, refills_at_ms)
      where account is not null
        and not exists (select from read_decision d
                         where d.merchant = r.merchant and d.programme = r.programme
                           and d.at_ms >= r.at_ms and d.position > string_to_array(r.p, '/')::bigint[]
                           and d.outcome not in ${OF_ENDED_GRANTS})
         on conflict (merchant, programme) do nothing`,
    [
      ...keys,
      numberArray(newest.map((row) => row.partition)),
      numberArray(newest.map((row) => row.atMs)),
      textArray(newest.map((row) => row.waits?.account ?? null)),
      textArray(newest.map((row) => row.waits?.why ?? null)),
      numberArray(newest.map((row) => row.waits?.untilMs ?? null)),
      numberArray(newest.map((row) => row.waits?.refillsAtMs ?? null)),
    ],
  );
}

export async function insertLeases(sql: Sql, rows: readonly LeaseRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(
    `insert into read_lease (account, partition, holder, position, writer, sequence, amount, answers, is_scarce, at_ms)
     select account, partition, holder, string_to_array(p, '/')::bigint[], writer, sequence, amount, answers,
            is_scarce, at_ms
       from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
                   $8::bigint[], $9::boolean[], $10::bigint[])
         as r (account, partition, holder, p, writer, sequence, amount, answers, is_scarce, at_ms)
         on conflict (position) do nothing`,
    [
      ...purseArrays(rows),
      textArray(rows.map((row) => row.position)),
      textArray(rows.map((row) => row.writer)),
      numberArray(rows.map((row) => row.sequence)),
      numberArray(rows.map((row) => row.amount)),
      numberArray(rows.map((row) => row.answers)),
      booleanArray(rows.map((row) => row.isScarce)),
      numberArray(rows.map((row) => row.atMs)),
    ],
  );
}

/** Reports are cumulative: the largest counts, whatever the order in which they are read. */
export async function raiseUsage(sql: Sql, rows: readonly UsageRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(
    `insert into read_usage as kept (grant_id, merchant, used, clicks, orders)
     select grant_id, merchant, max(used), max(clicks), max(orders)
       from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
         as r (grant_id, merchant, used, clicks, orders)
      group by grant_id, merchant
         on conflict (grant_id, merchant) do update
        set used = greatest(kept.used, excluded.used), clicks = greatest(kept.clicks, excluded.clicks),
            orders = greatest(kept.orders, excluded.orders)`,
    [
      textArray(rows.map((row) => row.grantId)),
      textArray(rows.map((row) => row.merchant)),
      numberArray(rows.map((row) => row.used)),
      numberArray(rows.map((row) => row.clicks)),
      numberArray(rows.map((row) => row.orders)),
    ],
  );
}

function purseArrays(rows: readonly PurseKey[]): string[] {
  return [
    textArray(rows.map((row) => row.account)),
    numberArray(rows.map((row) => row.partition)),
    textArray(rows.map((row) => row.holder)),
  ];
}

function purseName({ account, partition, holder }: PurseKey): string {
  return `${account} ${partition} ${holder}`;
}

/** The last row of each key; rows of one partition stand in order of position. */
function lastOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}
