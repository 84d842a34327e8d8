// Randomness of the simulator: xoshiro128** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number
// Generators", 2018), seeded through a 32-bit mixer. Only 32-bit integer steps and the four IEEE
// operations: the same seed gives the same bytes on every machine, which Math.exp and its relatives do not
// promise.

// A test runner's sandbox answers every look at a global slowly, and these two are looked at millions of
// times.
const { floor, imul } = Math;

const TWO_32 = 4_294_967_296;
const PPM = 1_000_000;
/** Means beyond this are drawn in halves, because exp(−mean) would lose its digits. */
const POISSON_MEAN_MAX = 16;

export interface Prng {
  /** An integer from 0 to n − 1; n up to 2^21 loses nothing to rounding. */
  below(n: number): number;
  /** An integer from low to high, both included. */
  between(low: number, high: number): number;
  /** True in `ppm` of a million draws. */
  chance(ppm: number): boolean;
  /** How many of a Poisson stream with this mean. */
  poisson(mean: number): number;
}

/** Streams of one seed are independent: what one merchant draws never moves another's numbers. */
export function createPrng(seed: number, ...stream: readonly number[]): Prng {
  const next = xoshiro(stream.reduce((mixed, part) => mix(mixed ^ mix(part + 1)), mix(seed)));
  const below = (n: number): number => floor((next() / TWO_32) * n);
  const poisson = (mean: number): number => {
    if (mean > POISSON_MEAN_MAX) return poisson(mean / 2) + poisson(mean / 2);
    let rest = next() / TWO_32;
    let probability = expOfMinus(mean);
    let count = 0;
    // The bound ends the walk where the sum of probabilities no longer reaches a draw just below 1.
    while (rest >= probability && count < 100) {
      rest -= probability;
      count += 1;
      probability = (probability * mean) / count;
    }
    return count;
  };
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (ppm) => below(PPM) < ppm,
    poisson,
  };
}

function xoshiro(seed: number): () => number {
  let a = mix(seed + 1);
  let b = mix(seed + 2);
  let c = mix(seed + 3);
  let d = mix(seed + 4) | 1;
  return () => {
    const result = imul(rotate(imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

/** A bijection of 32-bit integers that spreads neighbours far apart (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let mixed = imul((value >>> 0) + 0x9e3779b9, 0x85ebca6b);
  mixed = imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** exp(−x) for 0 ≤ x ≤ 16 by series and squaring: additions and products only. */
function expOfMinus(x: number): number {
  const y = x / 1_024;
  let power = 1 - y * (1 - (y / 2) * (1 - (y / 3) * (1 - y / 4)));
  for (let squaring = 0; squaring < 10; squaring += 1) power *= power;
  return power;
}
