import fc from 'fast-check';
import { addQuantity, addSafe, clamp, mulDivFloor, mulDivQuantity, QUANTITY_MAX } from './number.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const integer = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -9, max: 9 }));
const natural = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.nat({ max: 9 }));
const floorOf = (product: bigint, c: bigint): bigint =>
  product / c - (product % c !== 0n && product < 0n !== c < 0n ? 1n : 0n);

test('a times b over c is floored exactly, beyond 2^53 too, or refused', () => {
  const check = fc.property(integer, integer, integer, (a, b, c) => {
    fc.pre(c !== 0);
    const exact = floorOf(BigInt(a) * BigInt(b), BigInt(c));
    if (exact > BigInt(MAX) || exact < -BigInt(MAX))
      expect(() => mulDivFloor(a, b, c)).toThrow('out of range');
    else expect(BigInt(mulDivFloor(a, b, c))).toBe(exact);
  });
  fc.assert(check, { numRuns: 3_000 });
});

test.each([
  [1, 1, 0],
  [0, 0, 0],
  [MAX, MAX, 0],
])('%d times %d over nothing throws', (a, b, c) => {
  expect(() => mulDivFloor(a, b, c)).toThrow();
});

test('a sum that leaves the safe integers throws instead of lying', () => {
  expect(addSafe(MAX - 1, 1)).toBe(MAX);
  expect(() => addSafe(MAX, 1)).toThrow('out of range');
});

test('quantities stop growing at their maximum, in whatever order they are added', () => {
  expect(addQuantity(MAX, MAX)).toBe(QUANTITY_MAX);
  expect(addQuantity(QUANTITY_MAX - 1, 1)).toBe(QUANTITY_MAX);
  fc.assert(
    fc.property(natural, natural, natural, (a, b, c) => {
      expect(addQuantity(addQuantity(a, b), c)).toBe(addQuantity(addQuantity(c, a), b));
    }),
  );
});

test('a ratio of quantities is exact up to the maximum and never throws', () => {
  fc.assert(
    fc.property(natural, natural, natural, (a, b, c) => {
      fc.pre(c !== 0);
      const exact = (BigInt(a) * BigInt(b)) / BigInt(c);
      const bounded = exact > BigInt(QUANTITY_MAX) ? QUANTITY_MAX : Number(exact);
      expect(mulDivQuantity(a, b, c)).toBe(bounded);
    }),
    { numRuns: 2_000 },
  );
});

test('clamp keeps what is between its bounds', () => {
  expect([-1, 0, 3, 5, 6].map((n) => clamp(n, 0, 5))).toEqual([0, 0, 3, 5, 5]);
});
