import { addQuantity } from '../number.ts';
import { FACTS } from './fact.ts';

// Day buckets of one merchant, in order of days. What windows sum over them is in window.ts.

/** Longest window a formula may ask for, and how long buckets are kept, days. */
export const DAYS_KEPT = 400;

export interface Buckets {
  /** Local days, ascending. */
  readonly days: number[];
  /** Of each day the amounts, in the order of FACTS. */
  readonly amounts: number[][];
  /** Raised when a day is put before others or taken away: places in the lists that were kept are void then. */
  shape: number;
}

export function emptyBuckets(): Buckets {
  return { days: [], amounts: [], shape: 0 };
}

/** Place of the day in the lists; a new one is put where it belongs, which is nearly always the end. */
export function placeOfDay(buckets: Buckets, day: number): number {
  const { days, amounts } = buckets;
  let place = days.length;
  while (place > 0 && days[place - 1]! > day) place -= 1;
  if (place > 0 && days[place - 1] === day) return place - 1;
  if (place < days.length) buckets.shape += 1;
  days.splice(place, 0, day);
  amounts.splice(place, 0, new Array<number>(FACTS.length).fill(0));
  return place;
}

/** Adds to a fact of a day. Returns how much there is now; quantities stop at their maximum. */
export function addFact(buckets: Buckets, day: number, fact: number, amount: number): number {
  const amounts = buckets.amounts[placeOfDay(buckets, day)]!;
  return (amounts[fact] = addQuantity(amounts[fact]!, amount));
}

/** Forgets the days up to and including `day`. */
export function dropThrough(buckets: Buckets, day: number): void {
  const kept = buckets.days.findIndex((each) => each > day);
  const dropped = kept < 0 ? buckets.days.length : kept;
  if (dropped === 0) return;
  buckets.days.splice(0, dropped);
  buckets.amounts.splice(0, dropped);
  buckets.shape += 1;
}

/**
 * Days as a snapshot holds them: numbers in digits of five bits, the sixth says that more follow (base 64, as source
 * maps have it). For each day how many days it is after the one before, which facts it has, as bits, and their
 * amounts. About sixteen characters a day: nine in ten of what a merchant's row holds are days.
 */
export function packDays({ days, amounts }: Buckets, isWanted: (day: number) => boolean): string {
  let packed = '';
  let before = 0;
  for (const [place, day] of days.entries()) {
    if (!isWanted(day)) continue;
    const facts = amounts[place]!;
    let present = 0;
    for (let fact = 0; fact < facts.length; fact++) if (facts[fact] !== 0) present |= 1 << fact;
    packed += digitsOf(day - before) + digitsOf(present);
    for (const amount of facts) if (amount !== 0) packed += digitsOf(amount);
    before = day;
  }
  return packed;
}

export function unpackDays(buckets: Buckets, packed: string): void {
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let weight = 1; ; weight *= DIGIT) {
      const digit = VALUE_OF[packed.charCodeAt(at++)];
      if (digit === undefined) throw new Error(`days cannot be unpacked at ${at - 1}: ${packed}`);
      value += (digit % DIGIT) * weight;
      if (digit < DIGIT) return value;
    }
  };
  let day = 0;
  while (at < packed.length) {
    day += next();
    const present = next();
    const amounts = buckets.amounts[placeOfDay(buckets, day)]!;
    for (let fact = 0; fact < FACTS.length; fact++) if ((present >> fact) & 1) amounts[fact] = next();
  }
}

const DIGIT = 32;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUE_OF: readonly number[] = Array.from({ length: 128 }, (_, code) => {
  const value = DIGITS.indexOf(String.fromCharCode(code));
  return value < 0 ? undefined : value;
}) as number[];

/** Least digit first. By division, because an amount may be beyond what bit operations hold. */
function digitsOf(value: number): string {
  let digits = '';
  let left = value;
  while (left >= DIGIT) {
    digits += DIGITS[DIGIT + (left % DIGIT)]!;
    left = Math.floor(left / DIGIT);
  }
  return digits + DIGITS[left]!;
}
