import type { Sql } from '../sql.ts';

/** What a stage's last snapshot holds of one merchant. */
export interface StageRow {
  /** The partition's root, as text. */
  readonly root: string;
  /** Position of the last record that the snapshot covers. */
  readonly position: string;
  readonly body: string;
  readonly annex: string | null;
}

/** Null where no snapshot holds the merchant. A few seconds old: snapshots are written behind. */
export async function findStageRow(
  sql: Sql,
  stage: string,
  partition: number,
  merchant: string,
): Promise<StageRow | null> {
  const { rows } = await sql.query<StageRow>(
    `select s.root, s.mark ->> 'position' as position, r.body, a.body as annex
       from stage_snapshot s
       join stage_row r on r.stage = s.stage and r.partition = s.partition and r.key = $3
       left join stage_row a on a.stage = s.stage and a.partition = s.partition and a.key = $3 || '#'
      where s.stage = $1 and s.partition = $2`,
    [stage, partition, merchant],
  );
  return rows[0] ?? null;
}
