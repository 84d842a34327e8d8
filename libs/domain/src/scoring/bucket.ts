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

/** A day as a snapshot holds it: `[day, fact, amount, fact, amount, …]`, zeros left out, days ascending. */
export function packDays({ days, amounts }: Buckets, isWanted: (day: number) => boolean): number[][] {
  const packed: number[][] = [];
  for (const [place, day] of days.entries()) {
    if (!isWanted(day)) continue;
    const pairs = amounts[place]!.flatMap((amount, fact) => (amount === 0 ? [] : [fact, amount]));
    packed.push([day, ...pairs]);
  }
  return packed;
}

export function unpackDays(buckets: Buckets, packed: readonly (readonly number[])[]): void {
  for (const [day, ...pairs] of packed) {
    const amounts = buckets.amounts[placeOfDay(buckets, day!)]!;
    for (let i = 0; i < pairs.length; i += 2) amounts[pairs[i]!] = pairs[i + 1]!;
  }
}
