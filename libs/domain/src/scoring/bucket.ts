import { addQuantity } from '../number.ts';
import { FACTS } from './fact.ts';

// What is counted of one merchant, a column for each fact: local days and their amounts. A fact that never occurred
// has no column and costs nothing. What windows sum over them is in window.ts.

/** Longest rolling window a formula may ask for, and how long days are kept. */
export const DAYS_KEPT = 400;

export interface Column {
  /** Local days that had any, ascending. */
  readonly days: number[];
  readonly amounts: number[];
  /** Of the days that are kept no longer, in all. */
  before: number;
}

export interface Buckets {
  /** By fact, in the order of FACTS; null: it never occurred. */
  readonly columns: (Column | null)[];
  /** The oldest day of all; Infinity: there is none. */
  oldest: number;
}

export function emptyBuckets(): Buckets {
  return { columns: new Array<Column | null>(FACTS.length).fill(null), oldest: Infinity };
}

export function columnOf({ columns }: Buckets, fact: number): Column {
  return (columns[fact] ??= { days: [], amounts: [], before: 0 });
}

/** Place of the day in a column; a new one is put where it belongs, which is nearly always the end. */
export function placeOfDay(buckets: Buckets, { days, amounts }: Column, day: number): number {
  if (day < buckets.oldest) buckets.oldest = day;
  let place = days.length;
  while (place > 0 && days[place - 1]! > day) place -= 1;
  if (place > 0 && days[place - 1] === day) return place - 1;
  if (place === days.length) {
    days.push(day);
    amounts.push(0);
  } else {
    days.splice(place, 0, day);
    amounts.splice(place, 0, 0);
  }
  return place;
}

/** Adds to a fact of a day. Returns how much there is now; quantities stop at their maximum. */
export function addFact(buckets: Buckets, day: number, fact: number, amount: number): number {
  const column = columnOf(buckets, fact);
  const place = placeOfDay(buckets, column, day);
  return (column.amounts[place] = addQuantity(column.amounts[place]!, amount));
}

/** The place of the first day from `day` on; behind the last when there is none. */
export function placeFrom({ days }: Column, day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Keeps the days up to and including `day` no longer, only what they come to. */
export function dropThrough(buckets: Buckets, day: number): void {
  if (day < buckets.oldest) return;
  buckets.oldest = Infinity;
  for (const column of buckets.columns) {
    if (column === null) continue;
    const dropped = placeFrom(column, day + 1);
    for (let place = 0; place < dropped; place++) {
      column.before = addQuantity(column.before, column.amounts[place]!);
    }
    column.days.splice(0, dropped);
    column.amounts.splice(0, dropped);
    if (column.days.length > 0) buckets.oldest = Math.min(buckets.oldest, column.days[0]!);
  }
}
