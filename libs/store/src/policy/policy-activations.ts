import { textArray } from '../sql/array-literal.ts';
import type { Sql } from '../sql.ts';

export interface PolicyActivation {
  readonly id: number;
  readonly hash: string;
  /** Of its control records. */
  readonly sequence: number;
  readonly state: 'pending' | 'confirmed' | 'superseded';
  readonly approvedBy: readonly string[];
  readonly askedAtMs: number;
}

interface Row {
  readonly id: string | number;
  readonly hash: string;
  readonly sequence: string | number;
  readonly state: PolicyActivation['state'];
  readonly approved_by: string[];
  readonly asked_at_ms: string | number;
}

const COLUMNS = `id, hash, sequence, state, approved_by,
  floor(extract(epoch from asked_at) * 1000)::bigint as asked_at_ms`;

/** One after the other until the transaction is over: numbers are given and places taken under this lock. */
export async function lockPolicyActivations(sql: Sql): Promise<void> {
  await sql.query(`lock table policy_activation in exclusive mode`);
}

/** The highest number that was given; 0 where none was. */
export async function lastPolicySequence(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ last: string | number | null }>(
    `select max(sequence) as last from policy_activation`,
  );
  return Number(rows[0]!.last ?? 0);
}

export async function insertPolicyActivation(
  sql: Sql,
  { hash, sequence, state, approvedBy }: Omit<PolicyActivation, 'id' | 'askedAtMs'>,
): Promise<PolicyActivation> {
  const { rows } = await sql.query<Row>(
    `insert into policy_activation (hash, sequence, state, approved_by, asked_at)
     values ($1, $2, $3, $4, clock_timestamp()) returning ${COLUMNS}`,
    [hash, sequence, state, textArray(approvedBy)],
  );
  return activationOf(rows[0]!);
}

export async function pendingPolicyActivation(sql: Sql): Promise<PolicyActivation | null> {
  const { rows } = await sql.query<Row>(`select ${COLUMNS} from policy_activation where state = 'pending'`);
  return rows.map(activationOf)[0] ?? null;
}

/** The newest activation of a bundle; null where none was asked for. */
export async function lastPolicyActivation(sql: Sql, hash: string): Promise<PolicyActivation | null> {
  const { rows } = await sql.query<Row>(
    `select ${COLUMNS} from policy_activation where hash = $1 order by id desc limit 1`,
    [hash],
  );
  return rows.map(activationOf)[0] ?? null;
}

/** Ends a pending one. False: it was pending no longer. */
export async function endPolicyActivation(
  sql: Sql,
  id: number,
  state: 'confirmed' | 'superseded',
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update policy_activation set state = $2 where id = $1 and state = 'pending'`,
    [id, state],
  );
  return rowCount === 1;
}

/** Its number turned out to stand for something else. */
export async function renumberPolicyActivation(sql: Sql, id: number, sequence: number): Promise<void> {
  await sql.query(`update policy_activation set sequence = $2 where id = $1 and state = 'pending'`, [
    id,
    sequence,
  ]);
}

function activationOf(row: Row): PolicyActivation {
  return {
    id: Number(row.id),
    hash: row.hash,
    sequence: Number(row.sequence),
    state: row.state,
    approvedBy: row.approved_by,
    askedAtMs: Number(row.asked_at_ms),
  };
}
