// What scoring says to the census. What it answers is a control record, `Statistics` in controls.ts.

/**
 * `updraft.census.value.v1`: the value of a merchant in a group of a statistic, and the one that was said before.
 * `(writer, sequence)` is contiguous per census partition.
 */
export interface CensusValue {
  /** `scoring/3`. */
  readonly writer: string;
  readonly sequence: number;
  /** Position of the activity record that led to it, and ordinal. */
  readonly position: string;
  readonly bundle: string;
  /** Number of the bundle's activation: values of a higher one replace all of lower ones. */
  readonly activation: number;
  /** `<metric>~<grouping>`. */
  readonly statistic: string;
  /** The category or country, `all` of everybody. */
  readonly group: string;
  readonly merchant: string;
  /** What was said before of the merchant in this group under this activation; null: nothing, or that it has none. */
  readonly before: number | null;
  /** Null: it is not assessed any more, left the group or was closed. */
  readonly value: number | null;
}

/** `updraft.census.counted.v1`: a partition has said the values of all its merchants under a bundle. */
export interface CensusCounted {
  readonly writer: string;
  readonly sequence: number;
  readonly position: string;
  readonly bundle: string;
  readonly activation: number;
  /** What is to be published of each group: the mean, and the cuts at these shares. In order of id. */
  readonly statistics: readonly { readonly id: string; readonly cutsBps: readonly number[] }[];
}
