import { textArray } from '../sql/array-literal.ts';
import type { Sql } from '../sql.ts';

export type PolicyStepName =
  | 'submitted'
  | 'resubmitted'
  | 'checked'
  | 'check-failed'
  | 'shadow-started'
  | 'shadow-ended'
  | 'approved'
  | 'activation-asked'
  | 'rollback-asked'
  | 'activation-superseded'
  | 'live'
  | 'superseded'
  | 'retired';

export interface PolicyStep {
  readonly hash: string;
  readonly step: PolicyStepName;
  /** Who did it or stands for it. Empty: nobody did, it followed. */
  readonly people: readonly string[];
  readonly why: string;
  /** Findings of a check, the sequence of an activation. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface TakenStep extends PolicyStep {
  readonly atMs: number;
}

interface Row {
  readonly hash: string;
  readonly step: PolicyStepName;
  readonly people: string[];
  readonly at_ms: string | number;
  readonly why: string;
  readonly details: string;
}

export async function addPolicyStep(
  sql: Sql,
  { hash, step, people, why, details }: PolicyStep,
): Promise<void> {
  await sql.query(
    `insert into policy_step (hash, step, people, at, why, details)
     values ($1, $2, $3, clock_timestamp(), $4, $5)`,
    [hash, step, textArray(people), why, JSON.stringify(details)],
  );
}

/** The last `limit` steps of a bundle, oldest first. */
export async function findPolicySteps(sql: Sql, hash: string, limit: number): Promise<TakenStep[]> {
  const { rows } = await sql.query<Row>(
    `select hash, step, people, why, details, floor(extract(epoch from at) * 1000)::bigint as at_ms
       from policy_step where hash = $1 order by id desc limit $2`,
    [hash, limit],
  );
  return rows
    .map((row) => ({
      hash: row.hash,
      step: row.step,
      people: row.people,
      why: row.why,
      details: JSON.parse(row.details) as Record<string, unknown>,
      atMs: Number(row.at_ms),
    }))
    .reverse();
}
