import { BPS } from '../../number.ts';

// What can be promised of a budget that is given out to whoever comes, before it is known who comes later. One that
// pays for k grants can be promised 1 − kᵏ ÷ (eᵏ × k!) of the best in hindsight where nothing is known of those who
// come but that they are alike from day to day, and no way of giving it out can promise more.

const ONE = 10n ** 40n;
const E = 27_182_818_284_590_452_353_602_874_713_526_624_977_572n;

/** Above so many grants less than half a per cent is at stake. */
export const PROMISE_GRANTS_MAX = 10_000;

/**
 * The share that can be promised, to the nearest basis point, of 1 to `PROMISE_GRANTS_MAX` grants. In whole numbers: of
 * the factors k ÷ (i × e), i from 1 to k, a large one follows where the product is below 1 and a small one where it is
 * not, so that it stays about 1 and keeps its digits.
 */
export function promiseBps(grants: number): number {
  const k = BigInt(grants);
  let [low, high, lost] = [1n, k, ONE];
  while (low <= high) {
    const next = lost < ONE ? low++ : high--;
    lost = (lost * k * ONE) / (next * E);
  }
  return BPS - Number((lost * BigInt(BPS) + ONE / 2n) / ONE);
}
