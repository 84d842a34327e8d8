import { addQuantity } from '../number.ts';
import { FACTS } from './fact.ts';

// Day buckets of one merchant and their running totals. Totals are a cache: they are recomputed from the buckets when
// the day turns or the row was loaded anew, and kept up by each fact in between.

/** Longest window a formula may ask for, and how long buckets are kept, days. */
export const DAYS_KEPT = 400;

export interface Buckets {
  /** Local day to amounts in the order of FACTS. */
  readonly days: Map<number, number[]>;
  /** Window length to its totals, valid while `today` is the day they were computed for. */
  readonly totals: Map<number, { today: number; sums: number[] }>;
}

export function emptyBuckets(): Buckets {
  return { days: new Map(), totals: new Map() };
}

export function addFact(buckets: Buckets, day: number, place: number, amount: number): void {
  let amounts = buckets.days.get(day);
  if (amounts === undefined) {
    amounts = new Array<number>(FACTS.length).fill(0);
    buckets.days.set(day, amounts);
  }
  amounts[place] = addQuantity(amounts[place]!, amount);
  for (const [windowDays, cached] of buckets.totals) {
    if (day > cached.today - windowDays && day <= cached.today) {
      cached.sums[place] = addQuantity(cached.sums[place]!, amount);
    }
  }
}

/** Sums of all facts over the last `windowDays` local days, `today` included. */
export function windowTotals(buckets: Buckets, windowDays: number, today: number): readonly number[] {
  const cached = buckets.totals.get(windowDays);
  if (cached !== undefined && cached.today === today) return cached.sums;
  const sums = new Array<number>(FACTS.length).fill(0);
  for (const [day, amounts] of buckets.days) {
    if (day <= today - windowDays || day > today) continue;
    for (let place = 0; place < amounts.length; place++)
      sums[place] = addQuantity(sums[place]!, amounts[place]!);
  }
  buckets.totals.set(windowDays, { today, sums });
  return sums;
}

export function newestDay(buckets: Buckets): number | null {
  let newest: number | null = null;
  for (const day of buckets.days.keys()) if (newest === null || day > newest) newest = day;
  return newest;
}

/** A day as a snapshot holds it: `[day, place, amount, place, amount, …]`, zeros left out, days ascending. */
export function packDays(buckets: Buckets, isWanted: (day: number) => boolean): number[][] {
  const wanted = [...buckets.days].filter(([day]) => isWanted(day)).sort(([a], [b]) => a - b);
  return wanted.map(([day, amounts]) => [
    day,
    ...amounts.flatMap((amount, place) => (amount === 0 ? [] : [place, amount])),
  ]);
}

export function unpackDays(buckets: Buckets, packed: readonly (readonly number[])[]): void {
  for (const [day, ...pairs] of packed) {
    const amounts = new Array<number>(FACTS.length).fill(0);
    for (let i = 0; i < pairs.length; i += 2) amounts[pairs[i]!] = pairs[i + 1]!;
    buckets.days.set(day!, amounts);
  }
}
