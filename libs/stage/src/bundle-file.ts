import type { Bundle } from '#domain/policy/bundle';
import { compileSource } from '#policy-source/compile-source';
import { gatherFiles } from '#policy-source/gather-files';
import type { Pin, Purpose } from '#policy-source/load-source';
import { findingsText, type PlacedFinding } from '#policy-source/place';
import { sha256 } from './sha256.ts';

/** Policy files that can't be published, or tried, with every finding. */
export class BundleFileError extends Error {
  override readonly name = 'BundleFileError';

  constructor(
    path: string,
    readonly findings: readonly PlacedFinding[],
  ) {
    super(`${path} cannot be used:\n${findingsText(findings)}`);
  }
}

export interface BundleFile {
  readonly bundle: Bundle;
  /** Canonical JSON: the value of its record in the policies log. */
  readonly text: string;
  readonly hash: string;
  /** The file of the bundle itself, and all files with their texts. */
  readonly entry: string;
  readonly files: ReadonlyMap<string, string>;
  readonly pins: readonly Pin[];
}

/** `path`: a bundle file, a folder with one, or the folder of a pack. @throws BundleFileError */
export async function readBundleFile(path: string, purpose: Purpose = 'publication'): Promise<BundleFile> {
  const { files, entry, findings } = await gatherFiles(path);
  if (findings.length > 0) throw new BundleFileError(path, findings);
  const compiled = compileSource(files, entry, purpose);
  if ('findings' in compiled) throw new BundleFileError(path, compiled.findings);
  const { bundle, text, pins } = compiled;
  return { bundle, text, hash: sha256(text), entry, files, pins };
}
