import { BPS } from '../number.ts';

// How often each value occurs in a group. Exact while there are at most EXACT_VALUES_MAX different ones, which a group
// of fewer merchants never exceeds, nor does a rate in basis points. Beyond that values are counted in buckets,
// log-linear integers: exact below 512, then 256 buckets for each power of two, so that a bucket is less wide than a
// 256th of the values in it. There are at most some 11,000 of them for values from 0 on, as many again below. The sum
// stays exact.

/** With more different values a group is counted in buckets, until it is counted anew. */
export const EXACT_VALUES_MAX = 10_000;
/** Buckets of each power of two. */
const FINENESS = 256;

export interface Distribution {
  isCoarse: boolean;
  /** Values that occur, or lower edges of buckets; ascending. */
  values: number[];
  /** By place in `values`: merchants. */
  counts: number[];
  merchants: number;
  /** Of all values, exact. */
  sum: bigint;
}

export function emptyDistribution(): Distribution {
  return { isCoarse: false, values: [], counts: [], merchants: 0, sum: 0n };
}

export function addValue(distribution: Distribution, value: number): void {
  distribution.merchants += 1;
  distribution.sum += BigInt(value);
  put(distribution, distribution.isCoarse ? bucketOf(value) : value, 1);
  if (!distribution.isCoarse && distribution.values.length > EXACT_VALUES_MAX) coarsen(distribution);
}

/** Throws where no merchant has the value: its writer said another one before. */
export function removeValue(distribution: Distribution, value: number): void {
  const { values, counts, isCoarse } = distribution;
  const wanted = isCoarse ? bucketOf(value) : value;
  const at = placeOf(values, wanted);
  if (values[at] !== wanted) throw new Error(`nobody has the value ${value} that is taken away`);
  distribution.merchants -= 1;
  distribution.sum -= BigInt(value);
  counts[at]! -= 1;
  if (counts[at] !== 0) return;
  values.splice(at, 1);
  counts.splice(at, 1);
}

/** Rounded down; null while there is nobody. */
export function meanOf({ sum, merchants }: Distribution): number | null {
  if (merchants === 0) return null;
  const divisor = BigInt(merchants);
  const quotient = sum / divisor;
  return Number(sum % divisor < 0n ? quotient - 1n : quotient);
}

/**
 * For each share the smallest integer below which at least that share of the merchants lie; null while there is nobody.
 * Who has the same value as others is not above them: ties all fall below their cut. Of buckets it is the first value
 * after the bucket in which the exact cut lies.
 */
export function cutsOf(
  { values, counts, merchants, isCoarse }: Distribution,
  sharesBps: readonly number[],
): (number | null)[] {
  return sharesBps.map((shareBps) => {
    if (merchants === 0) return null;
    const wanted = Math.max(1, Math.ceil((shareBps * merchants) / BPS));
    let below = 0;
    let at = 0;
    while (at < values.length - 1 && below + counts[at]! < wanted) below += counts[at++]!;
    const last = values[at]!;
    return isCoarse ? afterBucket(last) : last + 1;
  });
}

/** Lower edge of the bucket that holds the value. */
export function bucketOf(value: number): number {
  if (value >= 0) return floorTo(value, widthAt(value));
  const mirrored = -value - 1;
  const width = widthAt(mirrored);
  return -floorTo(mirrored, width) - width;
}

/** First value after the bucket with this lower edge. */
export function afterBucket(edge: number): number {
  return edge + widthAt(edge >= 0 ? edge : -edge - 1);
}

/** Of the bucket that holds a value from 0 on. Divisions by powers of two are exact. */
function widthAt(value: number): number {
  let width = 1;
  while (value / width >= 2 * FINENESS) width *= 2;
  return width;
}

function floorTo(value: number, width: number): number {
  return Math.floor(value / width) * width;
}

function coarsen(distribution: Distribution): void {
  const { values, counts } = distribution;
  distribution.isCoarse = true;
  distribution.values = [];
  distribution.counts = [];
  values.forEach((value, at) => put(distribution, bucketOf(value), counts[at]!));
}

function put({ values, counts }: Distribution, value: number, merchants: number): void {
  const at = placeOf(values, value);
  if (values[at] === value) counts[at]! += merchants;
  else {
    values.splice(at, 0, value);
    counts.splice(at, 0, merchants);
  }
}

/** Place of the first value that is not below `wanted`. */
function placeOf(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
