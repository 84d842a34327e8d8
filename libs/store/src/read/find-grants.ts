import type { Sql } from '../sql.ts';
import type { GrantRow } from './project.ts';

export interface GrantFilter {
  readonly merchant?: string;
  readonly programme?: string;
  readonly kind?: string;
  /** Instance, or an account with all its instances. */
  readonly account?: string;
  readonly statuses?: readonly string[];
}

/** A grant with what is known of its use. */
export interface FoundGrant extends GrantRow {
  /** Unit of its account, as its decisions say; null where nothing is counted or none was seen yet. */
  readonly unit: string | null;
  /** The most that its merchant reported; null where nothing was. */
  readonly reported: { readonly used: number; readonly clicks: number; readonly orders: number } | null;
  /** What settling gave back; null while it is not settled, or where nothing is counted. */
  readonly givenBack: number | null;
}

interface StoredGrant extends Omit<GrantRow, 'grantId'> {
  readonly grant_id: string;
  readonly unit: string | null;
  readonly used: string | number | null;
  readonly clicks: string | number | null;
  readonly orders: string | number | null;
  readonly settling: string | number | null;
}

const SELECT = `
  select g.grant_id, g.partition, array_to_string(g.position, '/') as position, g.merchant, g.programme, g.kind,
         g.account, g.status, g.record, issued.unit, u.used, u.clicks, u.orders,
         (settled.moved::json ->> 'settling') as settling
    from read_grant g
    left join read_usage u on u.grant_id = g.grant_id and u.merchant = g.merchant
    left join read_posting issued on issued.position = case when g.grant_id ~ '^[0-9]+(/[0-9]+)*$'
                                     then string_to_array(g.grant_id, '/')::bigint[] end
    left join read_posting settled on settled.position = g.position and settled.outcome = 'settle'`;

/** A page of grants in byte order of their ids. */
export async function findGrants(
  sql: Sql,
  filter: GrantFilter,
  after: string | null,
  limit: number,
): Promise<FoundGrant[]> {
  const values: unknown[] = [after ?? '', limit];
  let also = '';
  for (const column of ['merchant', 'programme', 'kind'] as const) {
    if (filter[column] !== undefined) also += ` and g.${column} = $${values.push(filter[column])}`;
  }
  if (filter.account !== undefined) also += ` and ${ofAccount('g.account', values.push(filter.account))}`;
  if (filter.statuses !== undefined) also += ` and g.status = any ($${values.push(filter.statuses)}::text[])`;
  const { rows } = await sql.query<StoredGrant>(
    `${SELECT}
      where g.grant_id > $1${also}
      order by g.grant_id
      limit $2`,
    values,
  );
  return rows.map(fromStored);
}

export async function findGrant(sql: Sql, grantId: string): Promise<FoundGrant | null> {
  const { rows } = await sql.query<StoredGrant>(`${SELECT} where g.grant_id = $1`, [grantId]);
  return rows.map(fromStored)[0] ?? null;
}

/**
 * An instance itself, or all instances of an account: names of accounts have neither `~` nor `@`, and those of their
 * instances go on with one of them. The bounds are there for the index; `@` comes before, `~` after everything else.
 */
export function ofAccount(column: string, parameter: number): string {
  const name = `$${parameter}::text`;
  return (
    `(${column} = ${name} or (${name} !~ '[~@]' and ${column} > ${name} and ${column} < ${name} || '~~'` +
    ` and substr(${column}, length(${name}) + 1, 1) in ('~', '@')))`
  );
}

function fromStored(row: StoredGrant): FoundGrant {
  const { grant_id: grantId, used, clicks, orders, settling, ...rest } = row;
  return {
    grantId,
    ...rest,
    reported: used === null ? null : { used: Number(used), clicks: Number(clicks), orders: Number(orders) },
    givenBack: settling === null ? null : -Number(settling),
  };
}
