import type { Grouping } from '../policy/formula.ts';
import { murmur2 } from '../stage/murmur2.ts';

// Whom a statistic is of: the merchants of a category, of a country, or all. A group is counted in one place.

/** The one group of all merchants. */
export const EVERYBODY = 'all';

/** Null where the merchant has none: it is counted nowhere. */
export function groupOf(
  by: Grouping,
  of: { readonly category: string | null; readonly country: string | null },
): string | null {
  return by === 'all' ? EVERYBODY : of[by];
}

/** Neither holds `~` but the statistic, whose own comes later. */
export function groupKey(statistic: string, group: string): string {
  return `${group}~${statistic}`;
}

export function parseGroupKey(key: string): { readonly group: string; readonly statistic: string } {
  const at = key.indexOf('~');
  return { group: key.slice(0, at), statistic: key.slice(at + 1) };
}

/** The census partition that counts the group. */
export function censusOf(statistic: string, group: string, partitions: number): number {
  const bytes = Uint8Array.from(groupKey(statistic, group), (character) => character.charCodeAt(0));
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
