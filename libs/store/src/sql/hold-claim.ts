import type { Claim } from '../snapshot-store.ts';
import type { Sql } from '../sql.ts';

/**
 * True while `claim` is the head's. The row stays locked, shared, until the transaction ends: a take-over waits for
 * it, other saves and publications do not.
 */
export async function holdClaim(sql: Sql, { stage, partition, owner, takeover }: Claim): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from stage_head
      where stage = $1 and partition = $2 and owner = $3 and takeover = $4
        for share`,
    [stage, partition, owner, takeover],
  );
  return rowCount === 1;
}
