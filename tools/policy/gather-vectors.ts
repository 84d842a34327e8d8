import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { byCodeUnit } from '#domain/canonical';
import { readVectors } from '#domain/vectors/read-vector';
import type { Vector } from '#domain/vectors/vector';
import { placed } from '#policy-source/merge';
import { byPlace, type PlacedFinding } from '#policy-source/place';
import { readDocument } from '#policy-source/read-document';

const VECTORS = '.vectors.yaml';
/** A folder with one of these begins a bundle or a pack of its own, whose vectors are not those of what is above it. */
const BEGINNINGS = ['bundle.yaml', 'pack.yaml'];

export interface VectorFile {
  readonly path: string;
  readonly vectors: readonly Vector[];
}

/** The vectors of the bundle and packs that begin in these folders, by path; and everything that is wrong with them. */
export async function gatherVectors(
  folders: readonly string[],
): Promise<{ readonly files: readonly VectorFile[]; readonly findings: readonly PlacedFinding[] }> {
  const paths = new Set<string>();
  for (const folder of folders) {
    for (const path of await vectorPaths(folder)) paths.add(path);
  }
  const files: VectorFile[] = [];
  const findings: PlacedFinding[] = [];
  for (const path of [...paths].sort(byCodeUnit)) {
    const document = readDocument(path, await readFile(path, 'utf8'));
    findings.push(...document.findings);
    if (document.findings.length > 0) continue;
    const read = readVectors(document.value);
    if ('findings' in read) findings.push(...read.findings.map((each) => placed(document, each)));
    else files.push({ path, vectors: read.vectors });
  }
  return { files, findings: findings.sort(byPlace) };
}

/** In a folder and below, as far down as nothing else begins. */
async function vectorPaths(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (!entry.isDirectory()) found.push(...(path.endsWith(VECTORS) ? [path] : []));
    else if (!(await beginsAnother(path))) found.push(...(await vectorPaths(path)));
  }
  return found;
}

async function beginsAnother(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  return BEGINNINGS.some((each) => names.includes(each));
}
