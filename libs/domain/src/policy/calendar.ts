import type { Names } from './bundle.ts';

/** Instants of evaluation, or a period, in the local time of the market zone. Days count from 1970-01-01. */
export type Rhythm =
  /** Days of each month, ascending; one that a month hasn't is its last day. */
  | { readonly monthDays: readonly number[] }
  /** 1 is Monday (ISO 8601). `fromDay` is the first such day; every so many weeks from then on. */
  | { readonly weekday: number; readonly everyWeeks: number; readonly fromDay: number }
  | { readonly everyDays: number; readonly fromDay: number }
  /** A period, both days inclusive. */
  | { readonly fromDay: number; readonly toDay: number };

export interface Calendar {
  readonly id: string;
  readonly names: Names;
  readonly rhythm: Rhythm;
  /** Minutes after local midnight at which it is evaluated; 0 in a period. */
  readonly atMinute: number;
}

export function isPeriod({ rhythm }: Calendar): boolean {
  return 'toDay' in rhythm;
}
