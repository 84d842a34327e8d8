import type { Head, SnapshotMark } from '../snapshot-store.ts';
import type { Sql } from '../sql.ts';

interface HeadRow {
  readonly stage: string;
  readonly partition: number;
  readonly takeover: string;
  readonly owner: string | null;
  readonly mark: SnapshotMark | null;
  readonly root: string | null;
  readonly saved_at: Date | null;
}

export type PartitionHead = Head & {
  readonly stage: string;
  readonly partition: number;
  /** Milliseconds UTC by the database's clock. */
  readonly savedAt: number | null;
};

const HEADS = `
  select h.stage, h.partition, h.takeover, h.owner, s.mark, s.root, s.saved_at
    from stage_head h left join stage_snapshot s on s.stage = h.stage and s.partition = h.partition`;

export async function readHead(sql: Sql, stage: string, partition: number): Promise<PartitionHead | null> {
  const { rows } = await sql.query<HeadRow>(`${HEADS} where h.stage = $1 and h.partition = $2`, [
    stage,
    partition,
  ]);
  return rows[0] === undefined ? null : toHead(rows[0]);
}

export async function readHeads(sql: Sql): Promise<PartitionHead[]> {
  const { rows } = await sql.query<HeadRow>(`${HEADS} order by h.stage, h.partition`);
  return rows.map(toHead);
}

/** Two that start at once both get here; the head is the same for both. */
export async function createHead(sql: Sql, stage: string, partition: number): Promise<void> {
  await sql.query(
    `insert into stage_head (stage, partition, takeover) values ($1, $2, 0) on conflict (stage, partition) do nothing`,
    [stage, partition],
  );
}

function toHead(row: HeadRow): PartitionHead {
  const { stage, partition, owner, mark, root } = row;
  const snapshot = mark === null || root === null ? null : { mark, root };
  return {
    stage,
    partition,
    owner,
    takeover: Number(row.takeover),
    snapshot,
    savedAt: row.saved_at?.getTime() ?? null,
  };
}
