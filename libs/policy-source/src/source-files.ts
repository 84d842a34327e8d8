import { posix } from 'node:path';
import { byCodeUnit } from '#domain/canonical';

/** Texts by path. Paths are written with `/` and are normal: `packs/one/pack.yaml`, `../one/pack.yaml`. */
export type SourceFiles = ReadonlyMap<string, string>;

export const BUNDLE_FILE = 'bundle.yaml';
export const PACK_FILE = 'pack.yaml';
const VECTORS = '.vectors.yaml';

export function isSourceFile(path: string): boolean {
  return path.endsWith('.yaml') && !path.endsWith(VECTORS);
}

/** The files of a pack's content, `pack.yaml` first and the others by path, so that no file system has a say. */
export function packFiles(files: SourceFiles, folder: string): string[] {
  const head = posix.join(folder, PACK_FILE);
  const others = [...files.keys()].filter(
    (path) =>
      isWithin(path, folder) &&
      isSourceFile(path) &&
      path !== head &&
      path !== posix.join(folder, BUNDLE_FILE),
  );
  return [...(files.has(head) ? [head] : []), ...others.sort(byCodeUnit)];
}

function isWithin(path: string, folder: string): boolean {
  return folder === '.' ? !path.startsWith('../') && !posix.isAbsolute(path) : path.startsWith(`${folder}/`);
}

/** The folder that a bundle file means by `pack: ../one`. */
export function packFolder(bundleFile: string, pack: string): string {
  return posix.join(posix.dirname(bundleFile), pack).replace(/(.)\/$/, '$1');
}
