import type { Sql } from '../sql.ts';
import type { MerchantRow } from './project.ts';

/** Null asks for merchants with "no score". */
export type TierFilter = string | null | undefined;

export async function findMerchant(sql: Sql, merchant: string): Promise<MerchantRow | null> {
  const { rows } = await sql.query<MerchantRow>(
    `select merchant, partition, array_to_string(m.position, '/') as position, tier, record
       from read_merchant m where merchant = $1`,
    [merchant],
  );
  return rows[0] ?? null;
}

/** A page of merchants in byte order of their ids. */
export async function findMerchants(
  sql: Sql,
  tier: TierFilter,
  after: string | null,
  limit: number,
): Promise<MerchantRow[]> {
  const values: unknown[] = [after ?? '', limit];
  if (typeof tier === 'string') values.push(tier);
  const inTier = tier === undefined ? '' : tier === null ? 'and tier is null' : 'and tier = $3';
  const { rows } = await sql.query<MerchantRow>(
    `select merchant, partition, array_to_string(m.position, '/') as position, tier, record
       from read_merchant m
      where merchant > $1 ${inTier}
      order by merchant
      limit $2`,
    values,
  );
  return rows;
}
