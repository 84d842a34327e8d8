// Integer arithmetic for what is compared or hashed. A product beyond 2^53 goes through BigInt.

export const BPS = 10_000;

/** floor(a × b ÷ c) for integers, exact. Throws when the result is not a safe integer or c is 0. */
export function mulDivFloor(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) return safe(Math.floor(product / c));
  const exact = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  const quotient = exact / divisor;
  const isBelow = exact % divisor !== 0n && exact < 0n !== divisor < 0n;
  return safe(Number(isBelow ? quotient - 1n : quotient));
}

/** floor(a × b ÷ c) for non-negative quantities, at most QUANTITY_MAX. */
export function mulDivQuantity(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) return Math.min(mulDivFloor(a, b, c), QUANTITY_MAX);
  const exact = (BigInt(a) * BigInt(b)) / BigInt(c);
  return exact > BigInt(QUANTITY_MAX) ? QUANTITY_MAX : Number(exact);
}

/** floor(a × b ÷ c), between −QUANTITY_MAX and QUANTITY_MAX; c is positive. */
export function mulDivClamped(a: number, b: number, c: number): number {
  const product = a * b;
  if (Number.isSafeInteger(product)) return clamp(Math.floor(product / c), -QUANTITY_MAX, QUANTITY_MAX);
  const exact = BigInt(a) * BigInt(b);
  const divisor = BigInt(c);
  const quotient = exact / divisor;
  const floor = exact < 0n && exact % divisor !== 0n ? quotient - 1n : quotient;
  return clamp(Number(floor), -QUANTITY_MAX, QUANTITY_MAX);
}

/** a + b, refusing to leave the safe integers: a total that wrapped would be a silent lie. */
export function addSafe(a: number, b: number): number {
  return safe(a + b);
}

/**
 * Where measured quantities stop growing. What producers report is summed without end, and a step must not throw for
 * it; far above every marketplace, and far enough below 2^53 that differences of two such quantities stay exact.
 */
export const QUANTITY_MAX = 1_000_000_000_000_000;

/** a + b for non-negative quantities, at most QUANTITY_MAX. Order of adding makes no difference. */
export function addQuantity(a: number, b: number): number {
  return Math.min(a + b, QUANTITY_MAX);
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Error(`integer out of range: ${value}`);
  return value;
}
