import type { Sql } from '../sql.ts';

/** Where a bundle stands in its life. */
export type PolicyState = 'draft' | 'checked' | 'shadow' | 'live' | 'superseded' | 'retired';

export const POLICY_STATES: readonly PolicyState[] = [
  'draft',
  'checked',
  'shadow',
  'live',
  'superseded',
  'retired',
];

export interface PolicyVersion {
  /** SHA-256 of the content, hex. */
  readonly hash: string;
  /** Id of the bundle. */
  readonly bundle: string;
  readonly state: PolicyState;
  readonly submittedBy: string;
  readonly submittedAtMs: number;
  readonly why: string;
  /** Null until a second person stands for it. */
  readonly approvedBy: string | null;
}

/** What people wrote, by path, and which of the files is the bundle. */
export interface WrittenSources {
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
}

export interface Submitted {
  readonly hash: string;
  readonly bundle: string;
  /** Canonical JSON of the compiled bundle. */
  readonly content: string;
  readonly sources: WrittenSources;
  readonly submittedBy: string;
  readonly why: string;
}

interface Row {
  readonly hash: string;
  readonly bundle: string;
  readonly state: PolicyState;
  readonly submitted_by: string;
  readonly submitted_at_ms: string | number;
  readonly why: string;
  readonly approved_by: string | null;
}

const COLUMNS = `hash, bundle, state, submitted_by, why, approved_by,
  floor(extract(epoch from submitted_at) * 1000)::bigint as submitted_at_ms`;

/** A draft. False: a bundle with this hash is known already, and is left as it is. */
export async function insertPolicyVersion(sql: Sql, submitted: Submitted): Promise<boolean> {
  const { hash, bundle, content, sources, submittedBy, why } = submitted;
  const { rowCount } = await sql.query(
    `insert into policy_version (hash, bundle, content, sources, state, submitted_by, submitted_at, why)
     values ($1, $2, $3, $4, 'draft', $5, clock_timestamp(), $6) on conflict do nothing`,
    [hash, bundle, content, JSON.stringify(sources), submittedBy, why],
  );
  return rowCount === 1;
}

/** What was retired is a draft again, of whoever submits it now; its approval is gone. */
export async function reopenPolicyVersion(sql: Sql, hash: string, by: string, why: string): Promise<void> {
  await sql.query(
    `update policy_version set state = 'draft', submitted_by = $2, submitted_at = clock_timestamp(), why = $3,
            approved_by = null
      where hash = $1`,
    [hash, by, why],
  );
}

export async function setPolicyState(sql: Sql, hash: string, state: PolicyState): Promise<void> {
  await sql.query(`update policy_version set state = $2 where hash = $1`, [hash, state]);
}

/** The bundles that stood in the live state, at most one; they no longer do. */
export async function supersedeLivePolicy(sql: Sql): Promise<readonly string[]> {
  const { rows } = await sql.query<{ hash: string }>(
    `update policy_version set state = 'superseded' where state = 'live' returning hash`,
  );
  return rows.map(({ hash }) => hash);
}

export async function approvePolicyVersion(sql: Sql, hash: string, by: string): Promise<void> {
  await sql.query(`update policy_version set approved_by = $2 where hash = $1`, [hash, by]);
}

/** Nobody else changes it until the transaction is over. Null: it is not known. */
export async function lockPolicyVersion(sql: Sql, hash: string): Promise<PolicyVersion | null> {
  const { rows } = await sql.query<Row>(`select ${COLUMNS} from policy_version where hash = $1 for update`, [
    hash,
  ]);
  return rows.map(versionOf)[0] ?? null;
}

/** By the first digits of the hash; at most `limit`. */
export async function findPolicyVersionsFrom(
  sql: Sql,
  prefix: string,
  limit: number,
): Promise<PolicyVersion[]> {
  // By range and not by pattern: the digits of a hash sort as they are written, in any collation.
  const { rows } = await sql.query<Row>(
    `select ${COLUMNS} from policy_version where hash >= $1 and hash <= $2 order by hash limit $3`,
    [prefix, prefix.padEnd(64, 'f'), limit],
  );
  return rows.map(versionOf);
}

/** Newest first; before the version that the page before ended with. */
export async function findPolicyVersions(
  sql: Sql,
  state: PolicyState | null,
  after: string | null,
  limit: number,
): Promise<PolicyVersion[]> {
  const { rows } = await sql.query<Row>(
    `select ${COLUMNS} from policy_version
      where ($1::text is null or state = $1)
        and ($2::text is null
             or (submitted_at, hash) < (select v.submitted_at, v.hash from policy_version v where v.hash = $2))
      order by submitted_at desc, hash desc limit $3`,
    [state, after, limit],
  );
  return rows.map(versionOf);
}

/** Its compiled text and what people wrote. Null: it is not known. */
export async function readPolicyContent(
  sql: Sql,
  hash: string,
): Promise<{ readonly content: string; readonly sources: WrittenSources } | null> {
  const { rows } = await sql.query<{ content: string; sources: string }>(
    `select content, sources from policy_version where hash = $1`,
    [hash],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { content: row.content, sources: JSON.parse(row.sources) as WrittenSources };
}

function versionOf(row: Row): PolicyVersion {
  return {
    hash: row.hash,
    bundle: row.bundle,
    state: row.state,
    submittedBy: row.submitted_by,
    submittedAtMs: Number(row.submitted_at_ms),
    why: row.why,
    approvedBy: row.approved_by,
  };
}
