import type { Bundle } from '#domain/policy/bundle';
import { compileBundle } from '#domain/policy/compile';
import { loadSource, type Pin, type Purpose } from './load-source.ts';
import { placedInMerge } from './merge.ts';
import { byPlace, type PlacedFinding } from './place.ts';
import type { SourceFiles } from './source-files.ts';

export interface CompiledSource {
  readonly bundle: Bundle;
  /** Canonical JSON: the value of its record in the policies log. */
  readonly text: string;
  readonly pins: readonly Pin[];
}

/** The bundle that files make, or everything that is wrong with them, in the order of files and lines. */
export function compileSource(
  files: SourceFiles,
  entry: string,
  purpose: Purpose,
): CompiledSource | { readonly findings: readonly PlacedFinding[] } {
  const loaded = loadSource(files, entry, purpose);
  const { source, head, merged, pins, isWhole } = loaded;
  // With a file unread, everything that names a thing in it would be found as well.
  if (!isWhole) return { findings: loaded.findings };
  const result = compileBundle(source);
  const found = 'findings' in result ? result.findings : [];
  const findings = [...loaded.findings, ...found.map((each) => placedInMerge(merged, head, each))];
  if (findings.length > 0 || 'findings' in result)
    return { findings: withoutRepeats(findings.sort(byPlace)) };
  return { bundle: result.compiled.bundle, text: result.compiled.text, pins };
}

/** A place that both the loader and the compiler found wrong is told once. */
function withoutRepeats(findings: readonly PlacedFinding[]): PlacedFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ file, field, rule }) => {
    const key = `${file}\n${field}\n${rule}`;
    return seen.size !== seen.add(key).size;
  });
}
