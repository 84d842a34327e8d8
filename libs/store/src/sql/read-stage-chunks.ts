import type { FrozenChunk } from '#domain/stage/stage';
import type { Claim } from '../snapshot-store.ts';
import type { Sql } from '../sql.ts';

/** A page of dedupe chunks after (hour, sequence); null when the claim is lost. */
export async function readChunkPage(
  sql: Sql,
  { stage, partition, owner, takeover }: Claim,
  after: { readonly hour: number; readonly sequence: number },
  limit: number,
): Promise<FrozenChunk[] | null> {
  const { rows } = await sql.query<{ hour: number | null; sequence: number; body: Buffer }>(
    `select c.hour, c.sequence, c.body
       from (select 1 from stage_head where stage = $1 and partition = $2 and owner = $3 and takeover = $4) head
       left join lateral (
         select hour, sequence, body from stage_chunk
          where stage = $1 and partition = $2 and (hour, sequence) > ($5::int, $6::int)
          order by hour, sequence limit $7) c on true
      order by c.hour, c.sequence`,
    [stage, partition, owner, takeover, after.hour, after.sequence, limit],
  );
  if (rows.length === 0) return null;
  const chunks: FrozenChunk[] = [];
  for (const { hour, sequence, body } of rows) if (hour !== null) chunks.push({ hour, sequence, body });
  return chunks;
}
