import { compileSource } from '#policy-source/compile-source';
import type { PlacedFinding } from '#policy-source/place';
import type { WrittenSources } from '#store/policy/policy-versions';
import { sha256 } from '../sha256.ts';
import type { Submission } from './submit.ts';

/** What people wrote, compiled; or everything that is wrong with it, with file and line. */
export function compileSources(
  sources: WrittenSources,
): { readonly submission: Submission } | { readonly findings: readonly PlacedFinding[] } {
  const { entry, files } = sources;
  const compiled = compileSource(new Map(Object.entries(files)), entry, 'publication');
  if ('findings' in compiled) return compiled;
  const { bundle, text } = compiled;
  return { submission: { bundle, text, hash: sha256(text), sources } };
}
