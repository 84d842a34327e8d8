import type { Names } from './bundle.ts';
import type { Condition } from './condition.ts';

/** A tier is entered where `enter` is true, and kept while `keep` is. Null: always. */
export interface Tier {
  readonly id: string;
  readonly names: Names;
  readonly enter: Condition | null;
  readonly keep: Condition | null;
}

/**
 * Tiers by conditions, lowest first. The projected tier is the highest whose `enter` is true, or the published one
 * where that is higher and its `keep` is true; the published tier follows it by the ladder's calendar, dwell, grace,
 * protection and step.
 */
export interface Ladder {
  readonly id: string;
  readonly names: Names;
  readonly tiers: readonly Tier[];
  /** Metric that the lines are on, for people; null where tiers are by conditions of their own. */
  readonly by: string | null;
  /** Not true: no tier, the third value ("no score"). Null: there is always one. */
  readonly assessed: Condition | null;
  /** The published tier is looked at only at the instants of this calendar. Null: at every look. */
  readonly calendar: string | null;
  /** Tiers that it moves at a time; null: any number. From and to "no tier" it moves at once. */
  readonly stepMax: number | null;
  /** How long it stays after each change. */
  readonly dwellMs: number;
  /** It falls only after it was missed for so long, or at so many evaluations running. */
  readonly grace: { readonly forMs: number } | { readonly evaluations: number } | null;
  readonly protect: Protection;
  /** While the condition is true the tier is at most this one; null: none. In order. */
  readonly vetoes: readonly { readonly when: Condition; readonly atMost: string | null }[];
}

/** When a tier doesn't fall. */
export interface Protection {
  /** So long after it rose, or was first given. */
  readonly riseMs: number;
  /** So long after the bundle went live (Baijiahao's 保级期). */
  readonly rulesMs: number;
  /** Before this local day, counted from 1970-01-01; null: no such day. */
  readonly untilDay: number | null;
}

/** Every condition of a ladder, in order. */
export function conditionsOfLadder({ tiers, assessed, vetoes }: Ladder): readonly Condition[] {
  const all = [
    assessed,
    ...tiers.flatMap(({ enter, keep }) => [enter, keep]),
    ...vetoes.map(({ when }) => when),
  ];
  return all.filter((condition) => condition !== null);
}
