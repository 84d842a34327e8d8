import type { Sql } from '../sql.ts';
import type { GrantRow } from './project.ts';

export interface GrantFilter {
  readonly merchant?: string;
  readonly statuses?: readonly string[];
}

interface StoredGrant extends Omit<GrantRow, 'grantId'> {
  readonly grant_id: string;
}

/** A page of grants in byte order of their ids. */
export async function findGrants(
  sql: Sql,
  filter: GrantFilter,
  after: string | null,
  limit: number,
): Promise<GrantRow[]> {
  const values: unknown[] = [after ?? '', limit];
  let also = '';
  if (filter.merchant !== undefined) also += ` and merchant = $${values.push(filter.merchant)}`;
  if (filter.statuses !== undefined) also += ` and status = any ($${values.push(filter.statuses)}::text[])`;
  const { rows } = await sql.query<StoredGrant>(
    `select grant_id, partition, array_to_string(g.position, '/') as position, merchant, status, record
       from read_grant g
      where grant_id > $1${also}
      order by grant_id
      limit $2`,
    values,
  );
  return rows.map(({ grant_id: grantId, ...row }) => ({ grantId, ...row }));
}
