import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openWorkspace } from '#tools/cli/open-workspace';

// What each part of the data directory takes on disk, from outside: the one session of the database is not asked.

/** Where the bytes are: what a table and its indexes take, by the table's name, and what is no table of ours. */
export type Sizes = ReadonlyMap<string, number>;

export const WRITE_AHEAD_LOG = 'write-ahead log';
export const OTHERS = 'everything else';
/** What the kernel counts blocks in, whatever the file system's own are. */
const BLOCK_BYTES = 512;
/** A relation's file, its further gigabytes, and its two maps. */
const FORK = /(\.\d+|_fsm|_vm|_init)$/;

/** The tables by the path of their files in `pgdata`; the database must be at rest. */
export async function relationFiles(
  directory: string,
  workspace: string,
): Promise<ReadonlyMap<string, string>> {
  const opened = await openWorkspace({ data: directory, workspace, for: 'existing', env: {} });
  try {
    const { rows } = await opened.database!.query<{ name: string; path: string }>(RELATION_FILES, [
      opened.database!.schema,
    ]);
    return new Map(rows.map(({ name, path }) => [path, name]));
  } finally {
    await opened.close();
  }
}

const RELATION_FILES = `
  select owner.relname as name, pg_relation_filepath(part.oid) as path
    from pg_class owner
    join pg_namespace on pg_namespace.oid = owner.relnamespace
    cross join lateral (
      select owner.oid
      union all select indexrelid from pg_index where indrelid in (owner.oid, owner.reltoastrelid)
      union all select owner.reltoastrelid::oid where owner.reltoastrelid <> 0) as part (oid)
   where nspname = $1 and owner.relkind = 'r'`;

export function sizesOf(directory: string, files: ReadonlyMap<string, string>): Sizes {
  const sizes = new Map<string, number>();
  const root = join(directory, 'pgdata');
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = bytesOnDisk(path);
    const part = partOf(relative(root, path), files);
    sizes.set(part, (sizes.get(part) ?? 0) + bytes);
  }
  return sizes;
}

function partOf(path: string, files: ReadonlyMap<string, string>): string {
  if (path.startsWith('pg_wal')) return WRITE_AHEAD_LOG;
  return files.get(path.replace(FORK, '')) ?? OTHERS;
}

/** A file that went away between listing and looking takes nothing. */
function bytesOnDisk(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK_BYTES;
}
