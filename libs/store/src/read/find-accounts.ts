import type { AccountBalance } from '#domain/outputs';
import type { Sql } from '../sql.ts';
import { ofAccount } from './find-grants.ts';
import type { PurseKey } from './project-accounts.ts';

/** An account's instance over all its purses, as they were last told. */
export interface AccountTotals {
  readonly account: string;
  readonly unit: string | null;
  readonly holders: number;
  readonly balance: AccountBalance;
  /** Units that partitions heard of as leased, over all time. */
  readonly leased: number;
  /** Log time of the last balance. */
  readonly atMs: number;
}

export interface PurseBalance extends PurseKey {
  readonly position: string;
  readonly atMs: number;
  readonly balance: AccountBalance;
}

/** What an instance came to at the end of an hour. */
export interface Burn {
  readonly account: string;
  /** Hours since 1970 UTC. */
  readonly hour: number;
  readonly free: number;
  readonly held: number;
  readonly settling: number;
  readonly spent: number;
}

type StoredBalance = {
  readonly [
    column in 'leased_in' | 'free' | 'held' | 'settling' | 'spent' | 'returned' | 'overrun' | 'clawed_back'
  ]: string | number;
};

interface StoredTotals extends StoredBalance {
  readonly account: string;
  readonly unit: string | null;
  readonly holders: string | number;
  readonly leased: string | number;
  readonly at_ms: string | number;
}

/** A page of instances in byte order of their names; of one account or instance where `of` says so. */
export async function findAccounts(
  sql: Sql,
  of: string | undefined,
  after: string | null,
  limit: number,
): Promise<AccountTotals[]> {
  const values: unknown[] = [after ?? '', limit];
  const also = of === undefined ? '' : ` and ${ofAccount('account', values.push(of))}`;
  const { rows } = await sql.query<StoredTotals>(
    `select t.*,
            coalesce((select sum(amount) from read_lease l where l.account = t.account), 0) as leased,
            (select unit from read_posting p where p.account = t.account order by at_ms desc, position desc limit 1)
              as unit
       from (select account, count(*) as holders, sum(leased_in) as leased_in, sum(free) as free, sum(held) as held,
                    sum(settling) as settling, sum(spent) as spent, sum(returned) as returned,
                    sum(overrun) as overrun, sum(clawed_back) as clawed_back, max(at_ms) as at_ms
               from read_account
              where account > $1${also}
              group by account
              order by account
              limit $2) as t
      order by t.account`,
    values,
  );
  return rows.map((row) => ({
    account: row.account,
    unit: row.unit,
    holders: Number(row.holders),
    balance: balanceOf(row),
    leased: Number(row.leased),
    atMs: Number(row.at_ms),
  }));
}

/** The purses of an instance, a page in order of partition and merchant. */
export async function findPurses(
  sql: Sql,
  account: string,
  after: Pick<PurseKey, 'partition' | 'holder'> | null,
  limit: number,
): Promise<PurseBalance[]> {
  const { rows } = await sql.query<
    StoredBalance & Omit<PurseBalance, 'atMs' | 'balance'> & { readonly at_ms: string | number }
  >(
    `select account, partition, holder, array_to_string(a.position, '/') as position, at_ms, leased_in, free, held,
            settling, spent, returned, overrun, clawed_back
       from read_account a
      where account = $1 and (partition, holder) > ($2::int, $3::text collate "C")
      order by partition, holder
      limit $4`,
    [account, after?.partition ?? -1, after?.holder ?? '', limit],
  );
  return rows.map((row) => ({
    account: row.account,
    partition: Number(row.partition),
    holder: row.holder,
    position: row.position,
    atMs: Number(row.at_ms),
    balance: balanceOf(row),
  }));
}

/**
 * How instances burnt: at the end of each hour from `sinceHour` to before `untilHour` in which a balance was told, the
 * sum over all purses. A purse that says nothing in an hour stands where it stood, so changes are summed, not balances.
 */
export async function findBurn(
  sql: Sql,
  accounts: readonly string[],
  sinceHour: number,
  untilHour: number,
): Promise<Burn[]> {
  const { rows } = await sql.query<{ [column in keyof Burn]: string | number }>(
    `select account, hour, free, held, settling, spent
       from (select account, hour, sum(sum(free)) over sofar as free, sum(sum(held)) over sofar as held,
                    sum(sum(settling)) over sofar as settling, sum(sum(spent)) over sofar as spent
               from (select account, hour, free - lag(free, 1, 0::bigint) over purse as free,
                            held - lag(held, 1, 0::bigint) over purse as held,
                            settling - lag(settling, 1, 0::bigint) over purse as settling,
                            spent - lag(spent, 1, 0::bigint) over purse as spent
                       from read_account_hour
                      where account = any ($1::text[]) and hour < $3
                     window purse as (partition by account, partition, holder order by hour)) as changes
              group by account, hour
             window sofar as (partition by account order by hour)) as burnt
      where hour >= $2
      order by account, hour`,
    [accounts, sinceHour, untilHour],
  );
  return rows.map((row) => ({
    account: String(row.account),
    hour: Number(row.hour),
    free: Number(row.free),
    held: Number(row.held),
    settling: Number(row.settling),
    spent: Number(row.spent),
  }));
}

function balanceOf(row: StoredBalance): AccountBalance {
  return {
    leasedIn: Number(row.leased_in),
    free: Number(row.free),
    held: Number(row.held),
    settling: Number(row.settling),
    spent: Number(row.spent),
    returned: Number(row.returned),
    overrun: Number(row.overrun),
    clawedBack: Number(row.clawed_back),
  };
}
