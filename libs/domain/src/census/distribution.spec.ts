import fc from 'fast-check';
import {
  addValue,
  afterBucket,
  bucketOf,
  cutsOf,
  emptyDistribution,
  EXACT_VALUES_MAX,
  meanOf,
  removeValue,
  type Distribution,
} from './distribution.ts';

const SEED = 20_261_128;

function of(values: readonly number[]): Distribution {
  const distribution = emptyDistribution();
  for (const value of values) addValue(distribution, value);
  return distribution;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

/** How many of the merchants are at their cut: who has at least the share below them. */
function reached(values: readonly number[], shareBps: number): number {
  const [cut] = cutsOf(of(values), [shareBps]);
  return values.filter((value) => value >= cut!).length;
}

/** The rule itself: at least the share of the group lies strictly below. */
function above(values: readonly number[], shareBps: number): number {
  const isAbove = (value: number): boolean =>
    values.filter((other) => other < value).length * 10_000 >= shareBps * values.length;
  return values.filter(isAbove).length;
}

describe('a cut', () => {
  test.each([
    [1, 3_999, 0],
    [1, 4_000, 0],
    [2, 3_999, 1],
    [2, 5_000, 1],
    [2, 5_001, 0],
    [5, 3_999, 3],
    [5, 4_000, 3],
    [5, 4_001, 2],
    [10_000, 3_999, 6_001],
    [10_000, 4_000, 6_000],
    [10_000, 9_999, 1],
    [10_000, 10_000, 0],
  ])('of %i merchants with different values, share %i, is reached by %i', (merchants, shareBps, expected) => {
    expect(reached(upTo(merchants), shareBps)).toBe(expected);
  });

  test('lets ties fall below it together', () => {
    expect(reached([1, 1, 1, 1, 5], 8_000)).toBe(1);
    expect(reached([1, 5, 5, 5, 5], 4_000)).toBe(0);
    expect(reached([5, 5, 5], 1)).toBe(0);
  });

  test('is none where nobody is', () => {
    expect(cutsOf(emptyDistribution(), [4_000])).toEqual([null]);
    expect(meanOf(emptyDistribution())).toBeNull();
  });

  test('is reached by exactly those who have at least the share below them', () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 40 });
    const check = fc.property(values, fc.integer({ min: 1, max: 10_000 }), (group, shareBps) => {
      expect(reached(group, shareBps)).toBe(above(group, shareBps));
    });
    fc.assert(check, { seed: SEED });
  });
});

test('a value that is taken away leaves no trace, and one that nobody has is refused', () => {
  const check = fc.property(fc.array(fc.nat(20)), fc.array(fc.nat(20)), (stay, leave) => {
    const distribution = of([...stay, ...leave]);
    for (const value of leave) removeValue(distribution, value);
    expect(distribution).toEqual(of(stay));
  });
  fc.assert(check, { seed: SEED });
  expect(() => removeValue(of([1, 3]), 2)).toThrow('nobody has the value 2');
});

test('the mean is rounded down, of quantities whose sum no number holds as well', () => {
  expect(meanOf(of([1, 2]))).toBe(1);
  expect(meanOf(of([-1, -2]))).toBe(-2);
  expect(meanOf(of(Array.from({ length: 20 }, () => 1_000_000_000_000_000)))).toBe(1_000_000_000_000_000);
});

describe('buckets', () => {
  const values = fc.oneof(
    fc.integer({ min: -2_000, max: 2_000 }),
    fc.integer({ min: -1_000_000_000_000_000, max: 1_000_000_000_000_000 }),
  );

  test('hold the value, are narrower than a 256th of it, and are exact below 512', () => {
    const check = fc.property(values, (value) => {
      const edge = bucketOf(value);
      const after = afterBucket(edge);
      expect(edge <= value && value < after).toBe(true);
      expect(bucketOf(after - 1)).toBe(edge);
      expect(bucketOf(after)).toBe(after);
      if (Math.abs(value) < 512) expect([edge, after]).toEqual([value, value + 1]);
      else expect((after - edge) * 256).toBeLessThanOrEqual(Math.abs(value));
    });
    fc.assert(check, { seed: SEED, numRuns: 1_000 });
  });

  test('are taken when there are more different values than are kept, and cuts move up by less than a 256th', () => {
    const values = upTo(EXACT_VALUES_MAX).map((value) => value * 37);
    const shares = [1, 3_999, 4_000, 5_000, 9_999];
    const exact = of(values);
    const coarse = of([...values, 1]);
    expect([exact.isCoarse, coarse.isCoarse]).toEqual([false, true]);
    expect(coarse.values.length).toBeLessThan(4_000);
    expect(coarse.merchants).toBe(EXACT_VALUES_MAX + 1);
    expect(coarse.sum).toBe(exact.sum + 1n);
    removeValue(coarse, 1);
    const cuts = cutsOf(exact, shares);
    for (const [at, cut] of cutsOf(coarse, shares).entries()) {
      expect(cut! - cuts[at]!).toBeGreaterThanOrEqual(0);
      expect((cut! - cuts[at]!) * 256).toBeLessThanOrEqual(cuts[at]!);
    }
  });

  test('are not needed by many merchants of few different values', () => {
    const distribution = emptyDistribution();
    for (let merchant = 0; merchant < 3 * EXACT_VALUES_MAX; merchant++)
      addValue(distribution, merchant % 9_999);
    expect(distribution.isCoarse).toBe(false);
  });
});
