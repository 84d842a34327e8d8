import { posix } from 'node:path';
import { uncoveredBy, type Uncovered } from '#domain/vectors/coverage';
import { playVector, type VectorOutcome } from '#domain/vectors/play-vector';
import { compileSource } from '#policy-source/compile-source';
import { gatherFiles } from '#policy-source/gather-files';
import type { PlacedFinding } from '#policy-source/place';
import { sha256 } from '#policy-source/sha256';
import { gatherVectors } from './gather-vectors.ts';

export interface Tried {
  readonly bundle: string;
  /** By file, in order. */
  readonly files: readonly { readonly path: string; readonly outcomes: readonly VectorOutcome[] }[];
  readonly uncovered: readonly Uncovered[];
}

/** Plays all vectors that stand beside a bundle and its packs, or says what is wrong with the files. */
export async function tryVectors(
  path: string,
): Promise<Tried | { readonly findings: readonly PlacedFinding[] }> {
  const gathered = await gatherFiles(path);
  if (gathered.findings.length > 0) return { findings: gathered.findings };
  const compiled = compileSource(gathered.files, gathered.entry, 'trial');
  if ('findings' in compiled) return compiled;
  const { bundle, text } = compiled;
  const folders = [...new Set([gathered.entry, ...gathered.files.keys()].map((file) => posix.dirname(file)))];
  const { files, findings } = await gatherVectors(folders);
  if (findings.length > 0) return { findings };
  const played = files.map(({ path: file, vectors }) => ({
    path: file,
    outcomes: vectors.map((vector) => playVector(bundle, text, vector, sha256)),
  }));
  const all = played.flatMap(({ outcomes }) => outcomes);
  return { bundle: bundle.id, files: played, uncovered: uncoveredBy(bundle, all) };
}
