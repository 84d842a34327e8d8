import type { Claim } from '../snapshot-store.ts';
import type { Sql } from '../sql.ts';

/** Take-over step 2: takes the next number, unless somebody else did first. */
export async function takeClaim(sql: Sql, { stage, partition, owner, takeover }: Claim): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update stage_head set owner = $3, takeover = $4, claimed_at = now()
      where stage = $1 and partition = $2 and takeover = $4::bigint - 1`,
    [stage, partition, owner, takeover],
  );
  return rowCount === 1;
}
