import type { Sql } from '../sql.ts';
import type { DecisionCursor } from './find-decisions.ts';
import { ofAccount } from './find-grants.ts';
import { OF_ENDED_GRANTS, type LeaseRow, type PendingRow, type PostingRow } from './project-accounts.ts';

// Lists of what moves money, and of who waits for it.

/** Who waits; `sinceMs` is when the wait began, before it was in vain. */
export interface FoundPending extends Omit<PendingRow, 'waits'>, NonNullable<PendingRow['waits']> {
  readonly sinceMs: number;
}

export interface PendingFilter {
  readonly merchant?: string;
  readonly programme?: string;
  readonly account?: string;
}

export interface LeaseFilter {
  readonly account?: string;
  /** Merchant whose purse it is. */
  readonly holder?: string;
}

/** What a driver makes of a bigint. */
type Big = string | number;

interface StoredPosting extends Omit<PostingRow, 'grantId' | 'atMs' | 'moved'> {
  readonly grant_id: string | null;
  readonly at_ms: Big;
  readonly moved: string;
}

interface StoredPending extends Omit<FoundPending, 'atMs' | 'sinceMs' | 'untilMs' | 'refillsAtMs'> {
  readonly at_ms: Big;
  readonly since_ms: Big;
  readonly until_ms: Big | null;
  readonly refills_at_ms: Big | null;
}

interface StoredLease extends Omit<LeaseRow, 'atMs' | 'sequence' | 'amount' | 'answers' | 'isScarce'> {
  readonly sequence: Big;
  readonly amount: Big;
  readonly answers: Big | null;
  readonly is_scarce: boolean;
  readonly at_ms: Big;
}

/** What was posted to one account's instance, newest first by (log time, position). */
export async function findPostings(
  sql: Sql,
  account: string,
  after: DecisionCursor | null,
  limit: number,
): Promise<PostingRow[]> {
  const values: unknown[] = [account, limit];
  const { rows } = await sql.query<StoredPosting>(
    `select partition, account, holder, array_to_string(p.position, '/') as position, unit, merchant, programme,
            outcome, grant_id, at_ms, moved
       from read_posting p
      where account = $1${before('p', after, values)}
      order by p.at_ms desc, p.position desc
      limit $2`,
    values,
  );
  return rows.map(({ grant_id: grantId, at_ms: atMs, moved, ...row }) => ({
    ...row,
    grantId,
    atMs: Number(atMs),
    moved: JSON.parse(moved) as PostingRow['moved'],
  }));
}

/** Who waits for money, in the order of the decisions that say so, oldest first. */
export async function findPending(
  sql: Sql,
  filter: PendingFilter,
  after: DecisionCursor | null,
  limit: number,
): Promise<FoundPending[]> {
  const values: unknown[] = [limit];
  let also = '';
  if (filter.merchant !== undefined) also += ` and p.merchant = $${values.push(filter.merchant)}`;
  if (filter.programme !== undefined) also += ` and p.programme = $${values.push(filter.programme)}`;
  if (filter.account !== undefined) also += ` and ${ofAccount('p.account', values.push(filter.account))}`;
  if (after !== null) {
    const [at, position] = [values.push(after.atMs), values.push(after.position)];
    also += ` and (p.at_ms, p.position) > ($${at}::bigint, string_to_array($${position}::text, '/')::bigint[])`;
  }
  // Who waited in vain waits since the decision before.
  const { rows } = await sql.query<StoredPending>(
    `select p.merchant, p.programme, p.partition, array_to_string(p.position, '/') as position, p.at_ms, p.account,
            p.why, p.until_ms, p.refills_at_ms,
            case when earlier.outcome = 'wait' then earlier.at_ms else p.at_ms end as since_ms
       from read_pending p
       left join lateral (
            select d.outcome, d.at_ms from read_decision d
             where d.merchant = p.merchant and d.programme = p.programme and d.at_ms <= p.at_ms
               and d.position < p.position and d.outcome not in ${OF_ENDED_GRANTS}
             order by d.at_ms desc, d.position desc limit 1) as earlier on true
      where true${also}
      order by p.at_ms, p.position
      limit $1`,
    values,
  );
  return rows.map(({ at_ms: atMs, since_ms: since, until_ms: until, refills_at_ms: refills, ...row }) => ({
    ...row,
    atMs: Number(atMs),
    sinceMs: Number(since),
    untilMs: numberOrNull(until),
    refillsAtMs: numberOrNull(refills),
  }));
}

/** Leases as partitions heard of them, newest first. */
export async function findLeases(
  sql: Sql,
  filter: LeaseFilter,
  after: DecisionCursor | null,
  limit: number,
): Promise<LeaseRow[]> {
  const values: unknown[] = [limit];
  let also = '';
  if (filter.account !== undefined) also += ` and ${ofAccount('account', values.push(filter.account))}`;
  if (filter.holder !== undefined) also += ` and holder = $${values.push(filter.holder)}`;
  const { rows } = await sql.query<StoredLease>(
    `select partition, account, holder, array_to_string(l.position, '/') as position, writer, sequence, amount,
            answers, is_scarce, at_ms
       from read_lease l
      where true${also}${before('l', after, values)}
      order by l.at_ms desc, l.position desc
      limit $1`,
    values,
  );
  return rows.map(({ at_ms: atMs, is_scarce: isScarce, sequence, amount, answers, ...row }) => ({
    ...row,
    sequence: Number(sequence),
    amount: Number(amount),
    answers: numberOrNull(answers),
    isScarce,
    atMs: Number(atMs),
  }));
}

/** What is older than a cursor. */
function before(table: string, after: DecisionCursor | null, values: unknown[]): string {
  if (after === null) return '';
  const [at, position] = [values.push(after.atMs), values.push(after.position)];
  const cursor = `($${at}::bigint, string_to_array($${position}::text, '/')::bigint[])`;
  return ` and (${table}.at_ms, ${table}.position) < ${cursor}`;
}

function numberOrNull(value: Big | null): number | null {
  return value === null ? null : Number(value);
}
