import type { Sql } from './sql.ts';

/** A workspace is one schema of the database; its name goes into statements and so is restricted to what is safe. */
const WORKSPACE = /^[a-z][a-z0-9_]{0,39}$/;
export const WORKSPACE_DEFAULT = 'updraft';

export function workspaceSchema(workspace: string): string {
  if (!WORKSPACE.test(workspace) || workspace.startsWith('pg_') || workspace === 'information_schema') {
    throw new Error(
      `workspace: ${JSON.stringify(workspace)} must match ${WORKSPACE} and must not be a system schema.`,
    );
  }
  return workspace;
}

/** The database belongs to another log: nothing in it can be used with this one. */
export class WrongLogError extends Error {
  override readonly name = 'WrongLogError';
}

/** Writes down once which log the workspace belongs to, and refuses every other one. */
export async function bindLogId(sql: Sql, logId: string): Promise<void> {
  await sql.query(`insert into workspace (id, log_id) values (1, $1) on conflict (id) do nothing`, [logId]);
  const bound = await boundLogId(sql);
  if (bound === logId) return;
  throw new WrongLogError(
    `log id: this workspace's database belongs to log ${bound}, not to log ${logId}. ` +
      'Use the database of that log, or another workspace for this one.',
  );
}

/** The log that the workspace belongs to; null while it is unbound. */
export async function boundLogId(sql: Sql): Promise<string | null> {
  const { rows } = await sql.query<{ log_id: string }>(`select log_id from workspace where id = $1`, [1]);
  return rows[0]?.log_id ?? null;
}
