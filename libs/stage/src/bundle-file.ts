import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { compileBundle } from '#domain/policy/compile';
import type { Bundle } from '#domain/policy/bundle';
import { sha256 } from './sha256.ts';

/** A policy file that can't be published, with every finding. */
export class BundleFileError extends Error {
  override readonly name = 'BundleFileError';
}

export interface BundleFile {
  readonly bundle: Bundle;
  /** Canonical JSON: the value of its record in the policies log. */
  readonly text: string;
  readonly hash: string;
}

export async function readBundleFile(path: string): Promise<BundleFile> {
  const source: unknown = parse(await readFile(path, 'utf8'), { schema: 'core', maxAliasCount: 0 });
  const result = compileBundle(source);
  if ('findings' in result) {
    const lines = result.findings.map(({ field, value, rule }) => `  ${field}: ${value}: ${rule}`);
    throw new BundleFileError(`${path} cannot be published:\n${lines.join('\n')}`);
  }
  const { bundle, text } = result.compiled;
  return { bundle, text, hash: sha256(text) };
}
