import { pointerInto, type Advice } from '#domain/policy/analysis/advice';
import { analyse } from '#domain/policy/analysis/analyse';
import type { Bundle } from '#domain/policy/bundle';
import { compileSource } from './compile-source.ts';
import { loadSource } from './load-source.ts';
import { placedInMerge } from './merge.ts';
import { byPlace, type Place, type PlacedFinding } from './place.ts';
import type { SourceFiles } from './source-files.ts';

/** What is to be said of a policy, with where it was written. */
export interface PlacedAdvice extends Advice, Place {}

export interface LookedOver {
  readonly bundle: Bundle;
  /** Canonical JSON of the bundle. */
  readonly text: string;
  /** In the order of files and lines. */
  readonly advice: readonly PlacedAdvice[];
}

/** What files say is looked over; where they make no bundle, everything that is wrong with them is told instead. */
export function lookOver(
  files: SourceFiles,
  entry: string,
): LookedOver | { readonly findings: readonly PlacedFinding[] } {
  const compiled = compileSource(files, entry, 'trial');
  if ('findings' in compiled) return compiled;
  const { source, merged, head } = loadSource(files, entry, 'trial');
  const { bundle, text } = compiled;
  const advice = analyse(bundle, { source }).map((each) => {
    const { field, value, rule } = each;
    const { file, line, column } = placedInMerge(merged, head, {
      field: pointerInto(source, field),
      value,
      rule,
    });
    return { ...each, file, line, column };
  });
  return { bundle, text, advice: advice.sort(byPlace) };
}
