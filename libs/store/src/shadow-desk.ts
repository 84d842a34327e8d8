import type { Database } from './sql.ts';

/** Shadows that may read at the same time: each costs a core while it catches up, and memory for every merchant. */
export const SHADOWS_MAX = 2;
/** Shadows whose last report is kept, those that read included; of the others the longest unasked go first. */
const SHADOWS_KEPT = 20;

export type ShadowState = 'reading' | 'failed' | 'stopped';

export interface StoredShadow {
  readonly hash: string;
  readonly sinceMs: number;
  readonly askedBy: string;
  readonly askedAtMs: number;
  readonly state: ShadowState;
  readonly failure: string | null;
  /** JSON; null before the first report. */
  readonly summary: string | null;
  readonly reportedAtMs: number | null;
  /** JSON, by id of the programme. */
  readonly programmes: readonly { readonly programme: string; readonly body: string }[];
}

export interface WantedShadow {
  readonly hash: string;
  readonly bundleText: string;
  readonly sinceMs: number;
  /** Which asking it is: stopped and asked for again it begins anew. */
  readonly askedAtMs: number;
}

/** Where shadows are asked for, and where their host says how they stand. */
export interface ShadowDesk {
  /** `begun`; `reading`: it was asked for before and goes on; `full`: SHADOWS_MAX others read already. */
  ask(
    shadow: Omit<WantedShadow, 'askedAtMs'> & { readonly askedBy: string },
  ): Promise<'begun' | 'reading' | 'full'>;
  /** False: nobody had asked for it. Its last report stays. */
  stop(hash: string): Promise<boolean>;
  find(hash: string): Promise<StoredShadow | null>;
  /** Those that are to read, at most SHADOWS_MAX, longest asked for first. */
  wanted(): Promise<readonly WantedShadow[]>;
  /** In the place of the report before. A no-op when the shadow was stopped or asked for again meanwhile. */
  save(
    shadow: WantedShadow,
    summary: string,
    programmes: readonly { readonly programme: string; readonly body: string }[],
  ): Promise<void>;
  fail(shadow: WantedShadow, why: string): Promise<void>;
}

interface Row {
  readonly hash: string;
  readonly bundle_text: string;
  readonly since_ms: string;
  readonly asked_by: string;
  readonly asked_at_ms: string;
  readonly state: ShadowState;
  readonly failure: string | null;
  readonly summary: string | null;
  readonly reported_at_ms: string | null;
}

const ASKED_AT_MS = `floor(extract(epoch from asked_at) * 1000)::bigint`;
const COLUMNS = `hash, bundle_text, since_ms, asked_by, ${ASKED_AT_MS} as asked_at_ms, state, failure, summary,
  floor(extract(epoch from reported_at) * 1000)::bigint as reported_at_ms`;

export function createShadowDesk(database: Database): ShadowDesk {
  return {
    async ask({ hash, bundleText, sinceMs, askedBy }) {
      const { rowCount } = await database.query(
        `insert into shadow (hash, bundle_text, since_ms, asked_by, asked_at, state)
         select $1, $2, $3::bigint, $4, clock_timestamp(), 'reading'
          where (select count(*) from shadow where state = 'reading' and hash <> $1) < ${SHADOWS_MAX}
         on conflict (hash) do update set since_ms = excluded.since_ms, asked_by = excluded.asked_by,
            asked_at = excluded.asked_at, state = 'reading', failure = null, summary = null, reported_at = null
          where shadow.state <> 'reading'`,
        [hash, bundleText, sinceMs, askedBy],
      );
      if (rowCount === 1) {
        await forget(database, hash);
        return 'begun';
      }
      const { rows } = await database.query<Row>(`select ${COLUMNS} from shadow where hash = $1`, [hash]);
      return rows[0]?.state === 'reading' ? 'reading' : 'full';
    },
    async stop(hash) {
      const { rowCount } = await database.query(`update shadow set state = 'stopped' where hash = $1`, [
        hash,
      ]);
      return rowCount === 1;
    },
    find: (hash) =>
      database.transaction(async (sql) => {
        const { rows } = await sql.query<Row>(`select ${COLUMNS} from shadow where hash = $1`, [hash]);
        const row = rows[0];
        if (row === undefined) return null;
        const { rows: programmes } = await sql.query<{ programme: string; body: string }>(
          `select programme, body from shadow_report where hash = $1 order by programme collate "C"`,
          [hash],
        );
        return { ...storedOf(row), programmes };
      }),
    async wanted() {
      const { rows } = await database.query<Row>(
        `select ${COLUMNS} from shadow where state = 'reading' order by asked_at, hash limit ${SHADOWS_MAX}`,
      );
      return rows.map((row) => ({
        hash: row.hash,
        bundleText: row.bundle_text,
        sinceMs: Number(row.since_ms),
        askedAtMs: Number(row.asked_at_ms),
      }));
    },
    save: ({ hash, askedAtMs }, summary, programmes) =>
      database.transaction(async (sql) => {
        const { rowCount } = await sql.query(
          `update shadow set summary = $3, reported_at = clock_timestamp()
            where hash = $1 and ${ASKED_AT_MS} = $2::bigint and state = 'reading'`,
          [hash, askedAtMs, summary],
        );
        if (rowCount === 0) return;
        await sql.query(`delete from shadow_report where hash = $1`, [hash]);
        await sql.query(
          `insert into shadow_report (hash, programme, body)
           select $1, programme, body from unnest($2::text[], $3::text[]) as said (programme, body)`,
          [hash, programmes.map(({ programme }) => programme), programmes.map(({ body }) => body)],
        );
      }, 'last'),
    async fail({ hash, askedAtMs }, why) {
      await database.query(
        `update shadow set state = 'failed', failure = $3
          where hash = $1 and ${ASKED_AT_MS} = $2::bigint and state = 'reading'`,
        [hash, askedAtMs, why],
      );
    },
  };
}

/** The reports of the asking before, and shadows that nobody has asked about for long. */
async function forget(database: Database, hash: string): Promise<void> {
  await database.query(`delete from shadow_report where hash = $1`, [hash]);
  await database.query(
    `with gone as (
       delete from shadow where hash in (
         select hash from shadow where state <> 'reading' order by asked_at desc offset ${SHADOWS_KEPT - SHADOWS_MAX})
       returning hash)
     delete from shadow_report where hash in (select hash from gone)`,
  );
}

function storedOf(row: Row): Omit<StoredShadow, 'programmes'> {
  return {
    hash: row.hash,
    sinceMs: Number(row.since_ms),
    askedBy: row.asked_by,
    askedAtMs: Number(row.asked_at_ms),
    state: row.state,
    failure: row.failure,
    summary: row.summary,
    reportedAtMs: row.reported_at_ms === null ? null : Number(row.reported_at_ms),
  };
}
