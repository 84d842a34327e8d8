import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { posix, resolve, sep } from 'node:path';
import { byCodeUnit } from '#domain/canonical';
import { FILE_BYTES_MAX, FILES_MAX, FOLDERS_DEEP_MAX } from './limit.ts';
import type { PlacedFinding } from './place.ts';
import { readDocument } from './read-document.ts';
import { BUNDLE_FILE, isSourceFile, PACK_FILE, packFolder } from './source-files.ts';

// The only part that knows directories. What it gathers is by path and text, as it comes over HTTP as well.

export interface GatheredFiles {
  readonly files: ReadonlyMap<string, string>;
  /** The file of the bundle, or of the pack that is tried by itself. */
  readonly entry: string;
  readonly findings: readonly PlacedFinding[];
}

interface Gathering {
  readonly files: Map<string, string>;
  readonly findings: PlacedFinding[];
}

/** The files of the bundle at `path`: a bundle file, a folder with one, or the folder of a pack. */
export async function gatherFiles(path: string): Promise<GatheredFiles> {
  const gathering: Gathering = { files: new Map(), findings: [] };
  const entry = await entryOf(path, gathering);
  if (entry === null) return { ...gathering, entry: path };
  const folder = posix.dirname(entry);
  if (posix.basename(entry) === PACK_FILE) await gatherFolder(gathering, folder);
  else {
    await gatherFile(gathering, entry, null);
    const packs = packsNamedBy(entry, gathering.files.get(entry) ?? '');
    for (const pack of packs) await gatherFolder(gathering, pack);
    if (entry !== path && !packs.includes(folder)) await findUnreadBeside(gathering, entry);
  }
  return { ...gathering, entry };
}

async function entryOf(path: string, gathering: Gathering): Promise<string | null> {
  const normal = posix.normalize(path).replace(/(.)\/$/, '$1');
  try {
    if (!(await stat(normal)).isDirectory()) return normal;
    const names = await readdir(normal);
    const name = [BUNDLE_FILE, PACK_FILE].find((each) => names.includes(each));
    if (name !== undefined) return posix.join(normal, name);
    find(
      gathering,
      path,
      `must have a ${BUNDLE_FILE} or a ${PACK_FILE}`,
      path,
      'name the file itself, or add one',
    );
  } catch (error) {
    find(
      gathering,
      path,
      `cannot be read: ${reasonOf(error)}`,
      undefined,
      'correct the path, or let it be read',
    );
  }
  return null;
}

function packsNamedBy(entry: string, text: string): string[] {
  const { value } = readDocument(entry, text);
  const { packs } = (value ?? {}) as { readonly packs?: unknown };
  if (!Array.isArray(packs)) return [];
  const paths = packs.map((each: unknown) => ((each ?? {}) as { readonly pack?: unknown }).pack);
  const folders = paths.filter((pack) => typeof pack === 'string' && pack !== '');
  return [...new Set(folders.map((pack) => packFolder(entry, pack as string)))];
}

async function gatherFolder(gathering: Gathering, folder: string): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory()) return;
    await gatherWithin(gathering, folder, await realpath(folder), 0);
  } catch (error) {
    // Not there: the loader says so at the line that names it.
    if (codeOf(error) !== 'ENOENT')
      find(
        gathering,
        folder,
        `cannot be read: ${reasonOf(error)}`,
        undefined,
        'correct the path, or let it be read',
      );
  }
}

async function gatherWithin(gathering: Gathering, folder: string, root: string, deep: number): Promise<void> {
  const names = (await readdir(folder)).sort(byCodeUnit);
  for (const name of names) {
    // One more than may be: the loader then says that there are too many.
    if (gathering.files.size > FILES_MAX) return;
    const path = posix.join(folder, name);
    if (name.endsWith('.yml'))
      find(gathering, path, 'must be called .yaml, or it is not read', path, 'rename it');
    if (isSourceFile(name)) await gatherFile(gathering, path, root);
    else if (!name.startsWith('.') && (await lstat(path)).isDirectory()) {
      if (deep === FOLDERS_DEEP_MAX)
        find(gathering, path, `must not lie more than ${FOLDERS_DEEP_MAX} folders deep`, path, 'move it up');
      else await gatherWithin(gathering, path, root, deep + 1);
    }
  }
}

/** `root`: the real path of the folder that the file must lie in; null for the file that was named itself. */
async function gatherFile(gathering: Gathering, path: string, root: string | null): Promise<void> {
  if (gathering.files.has(path)) return;
  try {
    if (root !== null && !(await realpath(path)).startsWith(`${resolve(root)}${sep}`)) {
      find(gathering, path, 'must not be a link that leads out of its folder', path, 'copy the file');
      return;
    }
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) {
      find(gathering, path, `must not have more than ${FILE_BYTES_MAX} bytes`, String(size), 'split it');
      return;
    }
    gathering.files.set(path, textOf(gathering, path, await readFile(path)));
  } catch (error) {
    find(
      gathering,
      path,
      `cannot be read: ${reasonOf(error)}`,
      undefined,
      'correct the path, or let it be read',
    );
  }
}

function textOf({ findings }: Gathering, file: string, bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const before = text.slice(0, text.indexOf('\ufffd')).split('\n');
    const place = { file, line: before.length, column: before.at(-1)!.length + 1 };
    const right = 'save the file as UTF-8';
    findings.push({ ...place, field: '/', value: '\ufffd', rule: 'must be UTF-8 text', right });
    return text;
  }
}

/** What somebody put beside a bundle file and believes to be part of it. */
async function findUnreadBeside(gathering: Gathering, entry: string): Promise<void> {
  const folder = posix.dirname(entry);
  for (const name of (await readdir(folder)).sort(byCodeUnit)) {
    if (!isSourceFile(name) || posix.join(folder, name) === entry) continue;
    const rule = `is not read: a bundle is its ${BUNDLE_FILE} and the packs that this names`;
    find(
      gathering,
      posix.join(folder, name),
      rule,
      name,
      'move it into a pack, or name this folder: `pack: .`',
    );
  }
}

function find({ findings }: Gathering, file: string, rule: string, value = file, right?: string): void {
  findings.push({ file, line: 1, column: 1, field: '/', value, rule, right: right ?? null });
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
};

/** Of what the file system says; anything else is a bug and thrown on. */
function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (typeof code !== 'string') throw error;
  return REASONS[code] ?? code;
}
