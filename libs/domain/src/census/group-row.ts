import type { RowFormat } from '../stage/merchant-rows.ts';
import { emptyDistribution, type Distribution } from './distribution.ts';

/** What the census keeps of one group of one statistic. */
export interface GroupRow {
  /** `<group>~<statistic>`. */
  readonly key: string;
  /** Number of the activation that its values are of; 0 before the first. */
  activation: number;
  distribution: Distribution;
  /** Local day on which it first changed since it was published; null while it did not. */
  changedOn: number | null;
  /** What was last published under this activation, as text to compare with; '' where nothing was. */
  published: string;
}

export const groupRowFormat: RowFormat<GroupRow> = {
  create: (key) => ({
    key,
    activation: 0,
    distribution: emptyDistribution(),
    changedOn: null,
    published: '',
  }),
  encode: ({ key: _key, distribution, ...plain }) =>
    JSON.stringify({ ...plain, ...distribution, sum: String(distribution.sum) }),
  decode(key, body) {
    const { activation, changedOn, published, ...packed } = JSON.parse(body) as Omit<GroupRow, 'key'> &
      Omit<Distribution, 'sum'> & { sum: string };
    const { isCoarse, values, counts, merchants, sum } = packed;
    const distribution = { isCoarse, values, counts, merchants, sum: BigInt(sum) };
    return { key, activation, distribution, changedOn, published };
  },
};

/** Empties the group for the values of a newer bundle. */
export function countAnew(row: GroupRow, activation: number): void {
  row.activation = activation;
  row.distribution = emptyDistribution();
  row.changedOn = null;
  row.published = '';
}
