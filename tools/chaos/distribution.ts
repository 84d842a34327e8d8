import type { Disturbed } from './disturb.ts';

export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

const P50 = 0.5;
const P90 = 0.9;

/** Nearest rank: each figure is one that was measured. Of nothing: zeros. */
export function distributionOf(values: readonly number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: rank(P50), p90: rank(P90), max: sorted.at(-1) ?? 0 };
}

/** What was done, without whom and to which partitions: what is counted together. */
export function kindOf({ what }: Disturbed): string {
  return what
    .replace(/, which answered again.*$/, '')
    .replace(/, owner of.*$/, '')
    .replace(/ stood still for .*$/, ' stood still for longer than its session')
    .replaceAll(/(\w)-\d+/g, '$1');
}

/** One row per kind, in the order in which kinds came first. */
export function recoveryTable(disturbed: readonly Disturbed[]): readonly (readonly [string, Distribution])[] {
  const byKind = new Map<string, number[]>();
  for (const each of disturbed) {
    const kind = kindOf(each);
    byKind.set(kind, [...(byKind.get(kind) ?? []), each.recoveryMs]);
  }
  return [...byKind].map(([kind, times]) => [kind, distributionOf(times)]);
}
