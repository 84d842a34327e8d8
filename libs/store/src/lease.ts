import type { Sql } from './sql.ts';

/** The holder of a lease as of now, and the database's clock. */
export interface Lease {
  readonly isHeld: boolean;
  readonly state: string;
  /** Milliseconds UTC by the database's clock. */
  readonly databaseNowMs: number;
}

/**
 * Takes or keeps a lease: a row rather than an advisory lock, because a lock belongs to a session and a pooled
 * session is nobody's, and because embedded a lock would always succeed (ADR 0007). What a lease guards must do no
 * harm when two do it for a moment.
 */
export async function keepLease(sql: Sql, name: string, holder: string, forMs: number): Promise<Lease> {
  const { rows } = await sql.query<{ holder: string; state: string; now_ms: string }>(
    `with kept as (
       insert into lease as l (name, holder, held_until)
       values ($1, $2, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
       on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
        where l.holder = excluded.holder or l.held_until < clock_timestamp()
       returning holder, state)
     select holder, state, floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text as now_ms from kept
     union all
     select '', '{}', floor(extract(epoch from clock_timestamp()) * 1000)::bigint::text
      where not exists (select 1 from kept)`,
    [name, holder, forMs],
  );
  const row = rows[0]!;
  return { isHeld: row.holder === holder, state: row.state, databaseNowMs: Number(row.now_ms) };
}

/** Leaves word for the next holder. False: the lease is no longer ours. */
export async function saveLeaseState(
  sql: Sql,
  name: string,
  holder: string,
  state: string,
): Promise<boolean> {
  const { rowCount } = await sql.query(`update lease set state = $3 where name = $1 and holder = $2`, [
    name,
    holder,
    state,
  ]);
  return rowCount === 1;
}

export async function dropLease(sql: Sql, name: string, holder: string): Promise<void> {
  await sql.query(`update lease set held_until = '-infinity' where name = $1 and holder = $2`, [
    name,
    holder,
  ]);
}
