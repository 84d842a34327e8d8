import { openDatabase } from '#store/database';

/** SQLSTATE invalid_catalog_name. */
const NO_SUCH_DATABASE = '3D000';
/** Every server has it, and one connects to it to make others. */
const MAINTENANCE_DATABASE = 'postgres';

/** Makes the database that the URL names where the server has none of that name. True: it was made. */
export async function ensureDatabase(url: string): Promise<boolean> {
  try {
    await (await openDatabase({ url, embedded: false })).close();
    return false;
  } catch (error) {
    if ((error as { code?: unknown }).code !== NO_SUCH_DATABASE) throw error;
  }
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await administrate(withDatabase(url, MAINTENANCE_DATABASE), `create database ${quoted}`);
  return true;
}

/** One statement over a connection of its own. */
export async function administrate(serverUrl: string, statement: string): Promise<void> {
  const database = await openDatabase({ url: serverUrl, embedded: false });
  try {
    await database.query(statement);
  } finally {
    await database.close();
  }
}

/** The same server, another database. */
export function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
