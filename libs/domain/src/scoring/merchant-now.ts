import type { InstantId, StateId } from '../policy/formula.ts';
import type { Breach } from './breach.ts';
import type { Buckets } from './bucket.ts';
import type { RecentBuyers } from './buyers.ts';
import type { MarkedOrder } from './marked-orders.ts';

/** What the census says of a group: cuts by place of the statistic's shares, null where nobody lies above. */
export interface GroupStatistic {
  readonly merchants: number;
  readonly mean: number;
  readonly cuts: readonly (number | null)[];
}

/** What formulas look at. */
export interface MerchantNow {
  /** Local day of log time. */
  readonly today: number;
  readonly buckets: Buckets;
  /** What the windows of the live bundle come to as of today, by place of the slot. */
  readonly sums: readonly number[];
  readonly states: Readonly<Record<StateId, number | null>>;
  /** Full days since; null before it happened. */
  readonly ages: Readonly<Record<InstantId, number | null>>;
  readonly breaches: readonly Breach[];
  readonly survey: { readonly [question: string]: string };
  readonly buyers: RecentBuyers;
  readonly markedOrders: ReadonlyMap<string, MarkedOrder>;
  /** Values of the metrics before this one, by place. */
  readonly values: readonly (number | null)[];
  /** What the census says of the merchant's group, by place of the statistic; null while it has said nothing. */
  readonly statistics: readonly (GroupStatistic | null)[];
  /** What held metrics were at their calendars' last instants. */
  readonly held: { readonly [metric: string]: { readonly value: number | null } };
}
