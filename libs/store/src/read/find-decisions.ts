import type { Sql } from '../sql.ts';
import type { DecisionRow } from './project.ts';

export interface DecisionFilter {
  readonly merchant?: string;
  readonly programme?: string;
  readonly outcome?: string;
}

/** Where a page ended: the next one begins with what is older. */
export interface DecisionCursor {
  readonly atMs: number;
  readonly position: string;
}

interface StoredDecision {
  readonly position: string;
  readonly partition: number;
  readonly sequence: string | number;
  readonly merchant: string | null;
  readonly programme: string;
  readonly outcome: string;
  readonly at_ms: string | number;
  readonly hash: string;
  readonly previous_hash: string;
  readonly grant_id: string | null;
  readonly record: string;
}

const COLUMNS = `array_to_string(d.position, '/') as position, partition, sequence, merchant, programme, outcome, at_ms,
       hash, previous_hash, grant_id, record`;

/** A page of decisions, newest first by (log time, position). */
export async function findDecisions(
  sql: Sql,
  filter: DecisionFilter,
  after: DecisionCursor | null,
  limit: number,
): Promise<DecisionRow[]> {
  const { clauses, values } = where(filter);
  if (after !== null) {
    values.push(after.atMs, after.position);
    const [at, position] = [values.length - 1, values.length];
    clauses.push(
      `(d.at_ms, d.position) < ($${at}::bigint, string_to_array($${position}::text, '/')::bigint[])`,
    );
  }
  values.push(limit);
  const { rows } = await sql.query<StoredDecision>(
    `select ${COLUMNS}
       from read_decision d
      ${clauses.length === 0 ? '' : `where ${clauses.join(' and ')}`}
      order by d.at_ms desc, d.position desc
      limit $${values.length}`,
    values,
  );
  return rows.map(fromStored);
}

export async function findDecision(sql: Sql, position: string): Promise<DecisionRow | null> {
  const { rows } = await sql.query<StoredDecision>(
    `select ${COLUMNS} from read_decision d where d.position = string_to_array($1::text, '/')::bigint[]`,
    [position],
  );
  return rows[0] === undefined ? null : fromStored(rows[0]);
}

/** Decisions of one partition with low < sequence <= high, in chain order. */
export async function readChain(
  sql: Sql,
  partition: number,
  low: number,
  high: number,
  filter: DecisionFilter,
  limit: number,
): Promise<DecisionRow[]> {
  const { clauses, values } = where(filter);
  values.push(partition, low, high, limit);
  const n = values.length;
  clauses.push(`partition = $${n - 3} and sequence > $${n - 2} and sequence <= $${n - 1}`);
  const { rows } = await sql.query<StoredDecision>(
    `select ${COLUMNS} from read_decision d where ${clauses.join(' and ')} order by d.sequence limit $${n}`,
    values,
  );
  return rows.map(fromStored);
}

/** The newest decision of each programme about one merchant; that an ended grant was settled says nothing of it. */
export async function findStanding(sql: Sql, merchant: string): Promise<DecisionRow[]> {
  const { rows } = await sql.query<StoredDecision>(
    `select distinct on (programme) ${COLUMNS}
       from read_decision d
      where merchant = $1 and outcome not in ('settle', 'refuse-usage')
      order by d.programme, d.at_ms desc, d.position desc`,
    [merchant],
  );
  return rows.map(fromStored);
}

/** The decisions about one grant in their order, the newest `limit` of them. */
export async function findDecisionsOfGrant(sql: Sql, grantId: string, limit: number): Promise<DecisionRow[]> {
  const { rows } = await sql.query<StoredDecision>(
    `select ${COLUMNS} from read_decision d where grant_id = $1 order by d.position desc limit $2`,
    [grantId, limit],
  );
  return rows.map(fromStored).toReversed();
}

/** A merchant's decisions in the order in which they were made, from after a cursor on. */
export async function findLife(
  sql: Sql,
  merchant: string,
  after: DecisionCursor | null,
  limit: number,
): Promise<DecisionRow[]> {
  const { rows } = await sql.query<StoredDecision>(
    `select ${COLUMNS}
       from read_decision d
      where merchant = $1 and (d.at_ms, d.position) > ($2::bigint, string_to_array($3::text, '/')::bigint[])
      order by d.at_ms, d.position
      limit $4`,
    [merchant, after?.atMs ?? -1, after?.position ?? '0', limit],
  );
  return rows.map(fromStored);
}

/** What a merchant's life had come to at a cursor: the newest decision of each grant, and of each programme alone. */
export async function findLifeBefore(
  sql: Sql,
  merchant: string,
  { atMs, position }: DecisionCursor,
): Promise<DecisionRow[]> {
  const { rows } = await sql.query<StoredDecision>(
    `select * from (
       select distinct on (programme, grant_id) ${COLUMNS}, d.position as place
         from read_decision d
        where merchant = $1 and (d.at_ms, d.position) <= ($2::bigint, string_to_array($3::text, '/')::bigint[])
        order by programme, grant_id, d.at_ms desc, d.position desc) as newest
      order by at_ms, place`,
    [merchant, atMs, position],
  );
  return rows.map(fromStored);
}

function where(filter: DecisionFilter): { clauses: string[]; values: unknown[] } {
  const clauses: string[] = [];
  const values: unknown[] = [];
  for (const column of ['merchant', 'programme', 'outcome'] as const) {
    if (filter[column] === undefined) continue;
    values.push(filter[column]);
    clauses.push(`${column} = $${values.length}`);
  }
  return { clauses, values };
}

function fromStored(row: StoredDecision): DecisionRow {
  return {
    position: row.position,
    partition: Number(row.partition),
    sequence: Number(row.sequence),
    merchant: row.merchant,
    programme: row.programme,
    outcome: row.outcome,
    atMs: Number(row.at_ms),
    hash: row.hash,
    previousHash: row.previous_hash,
    grantId: row.grant_id,
    record: row.record,
  };
}
