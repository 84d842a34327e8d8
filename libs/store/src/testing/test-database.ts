import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../database.ts';
import type { StoreDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { packageRoot } from '../pglite/package-root.ts';
import { CACHE_MB_BRIEF, startPglite } from '../pglite/pglite.ts';

/** The server that the PostgreSQL halves of the specs run on, e.g. postgres://postgres@127.0.0.1:5432/postgres */
export const POSTGRES_VARIABLE = 'UPDRAFT_TEST_POSTGRES';

const IMAGE_AGE_MS_MAX = 24 * 60 * 60 * 1000;

export interface TestDatabase {
  readonly database: StoreDatabase;
  readonly url: string;
  /** Another database object on the same tables: another process, as far as the server can tell. Not embedded. */
  openAnother(): Promise<StoreDatabase>;
  close(): Promise<void>;
}

/** A migrated PGlite of its own, in memory, restored from an image that is made once per state of the migrations. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const pglite = await startPglite({ image: MIGRATED_IMAGE, cacheMb: CACHE_MB_BRIEF });
  const database = await openDatabase({ url: pglite.url, embedded: true });
  return {
    database,
    url: pglite.url,
    openAnother: () =>
      Promise.reject(new Error('The embedded database has one session: there is no other connection.')),
    async close() {
      await database.close();
      await pglite.stop();
    },
  };
}

/** A migrated schema of its own on the server named by UPDRAFT_TEST_POSTGRES; dropped at `close`. */
export async function openPostgresTestDatabase(): Promise<TestDatabase> {
  const url = process.env[POSTGRES_VARIABLE];
  if (url === undefined) throw new Error(`${POSTGRES_VARIABLE} is not set.`);
  const workspace = `test_${randomBytes(6).toString('hex')}`;
  const open = (): Promise<StoreDatabase> => openDatabase({ url, embedded: false, workspace, poolMax: 6 });
  const database = await open();
  await migrate(database);
  const others: StoreDatabase[] = [];
  return {
    database,
    url,
    async openAnother() {
      const other = await open();
      others.push(other);
      return other;
    },
    async close() {
      for (const other of others) await other.close();
      await database.query(`drop schema "${workspace}" cascade`);
      await database.close();
    },
  };
}

/**
 * A suite on real PostgreSQL: skipped visibly where there is none, an error where one was promised (CI=true).
 */
export function describeWithPostgres(name: string, suite: (open: () => Promise<TestDatabase>) => void): void {
  const title = `${name} (PostgreSQL)`;
  if (process.env[POSTGRES_VARIABLE] !== undefined) {
    describe(title, () => suite(openPostgresTestDatabase));
  } else if (process.env['CI'] === 'true') {
    test(title, () => {
      throw new Error(`${POSTGRES_VARIABLE} must be set where CI=true.`);
    });
  } else {
    describe.skip(`${title}: set ${POSTGRES_VARIABLE} to run`, () => suite(openPostgresTestDatabase));
  }
}

/** The same suite on PGlite and on PostgreSQL. */
export function describeOnBoth(name: string, suite: (open: () => Promise<TestDatabase>) => void): void {
  describe(`${name} (PGlite)`, () => suite(openTestDatabase));
  describeWithPostgres(name, suite);
}

/** Made once and kept; two test processes that start at once both make it, and the renaming lets either win. */
async function makeImage(): Promise<string> {
  const folder = join(packageRoot(import.meta.url), 'node_modules/.cache/updraft');
  const file = join(folder, `database-${migrationsHash()}.tar`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  removeOldImages(folder);
  const pglite = await startPglite();
  const database = await openDatabase({ url: pglite.url, embedded: true });
  await migrate(database);
  await database.query('checkpoint');
  await database.close();
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, await pglite.dump());
  renameSync(draft, file);
  await pglite.stop();
  return file;
}

/** 40 MB each, and every change of a migration makes another. */
function removeOldImages(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const madeAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - madeAt > IMAGE_AGE_MS_MAX) rmSync(file, { force: true });
  }
}

function migrationsHash(): string {
  const root = packageRoot(import.meta.url);
  const hash = createHash('sha256');
  for (const folder of ['libs/store/src/migration', 'libs/store/src/read/migration']) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder)).sort()) {
      hash.update(name).update(readFileSync(join(root, folder, name)));
    }
  }
  hash.update(readFileSync(join(root, 'libs/store/src/schema.ts')));
  hash.update(readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json')));
  return hash.digest('hex').slice(0, 16);
}

/**
 * A migrated data directory, for `startPglite({ image })`. Made while this module is imported and not in a hook: cold
 * it takes longer than a hook may.
 */
export const MIGRATED_IMAGE = await makeImage();
