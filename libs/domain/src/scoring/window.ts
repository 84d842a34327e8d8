import { addQuantity, QUANTITY_MAX } from '../number.ts';
import type { PlainWindow } from '../policy/formula.ts';
import { columnOf, placeFrom, type Buckets, type Column } from './bucket.ts';
import { FACTS } from './fact.ts';
import { mark, type Marks } from './marks.ts';
import { spanOf, type Span } from './span.ts';

// Running totals over windows of local days. What a bundle's formulas ask for is known when it goes live, so each
// column keeps just those totals: an event adds to them, and when the day turns, what left a window is taken away and
// what entered it is added. A total is a cache of its column and never in a snapshot: kept or reckoned anew, it and
// the day on which it changes next are the same.

/** One running total over a window: of amounts, or of the days that had at least so much. */
export interface Slot {
  readonly span: Span;
  /** Null: amounts are added up. */
  readonly daysWith: number | null;
  /** Metrics to be measured anew when it changes, by place. */
  readonly readers: readonly number[];
}

/** The totals that a bundle needs of each fact. */
export type WindowPlan = readonly (readonly Slot[])[];

/** Where a total is found. */
export interface SlotPlace {
  readonly fact: number;
  readonly at: number;
}

/** Collects slots; the same one is given the same place. */
export interface SlotBook {
  slotOf(reader: number, fact: number, window: PlainWindow, daysWith?: number): SlotPlace;
  plan(): WindowPlan;
}

export function createSlotBook(): SlotBook {
  const plan: { span: Span; daysWith: number | null; readers: number[] }[][] = FACTS.map(() => []);
  const places = new Map<string, SlotPlace>();
  const spans = new Map<string, Span>();
  const spanNamed = (name: string, window: PlainWindow): Span => {
    const span = spans.get(name) ?? spanOf(window);
    spans.set(name, span);
    return span;
  };
  return {
    slotOf(reader, fact, window, daysWith) {
      const span = JSON.stringify(window);
      const name = `${fact} ${daysWith ?? ''} ${span}`;
      let place = places.get(name);
      if (place === undefined) {
        const slot = { span: spanNamed(span, window), daysWith: daysWith ?? null, readers: [] };
        place = { fact, at: plan[fact]!.push(slot) - 1 };
        places.set(name, place);
      }
      const { readers } = plan[fact]![place.at]!;
      if (!readers.includes(reader)) readers.push(reader);
      return place;
    },
    plan: () => plan,
  };
}

/** Stands for no day. A small integer, so that lists of days stay lists of small integers, which are many. */
export const NEVER = 1_000_000_000;

/** Totals of one column, by slot. Of the days that count, those from the first to before the pending one are in. */
export interface Tally {
  readonly slots: readonly Slot[];
  /** At the maximum it may have been more: such a one is reckoned anew when something leaves. */
  readonly sums: number[];
  /** The oldest day that is in. */
  readonly firsts: number[];
  /** The oldest day that is still to enter. */
  readonly pendings: number[];
  /** The next day on which something leaves or enters. */
  readonly dues: number[];
  /** The earliest of them. */
  nextDay: number;
}

/** What a slot comes to. */
export function sumAt({ columns }: Buckets, { fact, at }: SlotPlace): number {
  const column = columns[fact];
  return column === null || column === undefined ? 0 : column.tally!.sums[at]!;
}

/** Reckons the totals of every column as of a day; those of another bundle are void. Returns when one changes next. */
export function reckon({ columns }: Buckets, plan: WindowPlan, today: number): number {
  let nextDay = NEVER;
  for (const [fact, column] of columns.entries()) {
    if (column === null) continue;
    column.tally = tallyOf(column, plan[fact]!, today);
    nextDay = Math.min(nextDay, column.tally.nextDay);
  }
  return nextDay === NEVER ? Infinity : nextDay;
}

/** Of a fact that the bundle does not ask for; shared, and never written to. */
const NO_TALLY: Tally = { slots: [], sums: [], firsts: [], pendings: [], dues: [], nextDay: NEVER };

function tallyOf(column: Column, slots: readonly Slot[], today: number): Tally {
  const size = slots.length;
  if (size === 0) return NO_TALLY;
  const all = (value: number): number[] => new Array<number>(size).fill(value);
  const tally: Tally = {
    slots,
    sums: all(0),
    firsts: all(NEVER),
    pendings: all(NEVER),
    dues: all(NEVER),
    nextDay: NEVER,
  };
  for (let at = 0; at < size; at++) recount(column, tally, at, today);
  tally.nextDay = earliest(tally.dues);
  return tally;
}

/** A fact of a day grew from `before` to `after`; the tally is as of today. Marks the metrics to be measured anew. */
export function countInto(
  tally: Tally,
  day: number,
  before: number,
  after: number,
  today: number,
  marks: Marks,
): void {
  const { slots, sums, firsts, pendings } = tally;
  for (let at = 0; at < slots.length; at++) {
    const { span, daysWith, readers } = slots[at]!;
    const least = daysWith ?? 1;
    const isNew = before < least;
    if (after < least || (daysWith !== null && !isNew)) continue;
    if (day > span.to(today)) {
      if (isNew && day < pendings[at]! && span.enters(day) !== Infinity) {
        pendings[at] = day;
        setDue(tally, at);
      }
      continue;
    }
    if (day < span.from(today)) continue;
    sums[at] = addQuantity(sums[at]!, daysWith === null ? after - before : 1);
    if (isNew && day < firsts[at]!) {
      firsts[at] = day;
      setDue(tally, at);
    }
    mark(marks, readers);
  }
}

/** Something was counted on a day that is kept no longer: only who asks for all days ever sees it. */
export function countBefore({ slots, sums }: Tally, amount: number, marks: Marks): void {
  for (let at = 0; at < slots.length; at++) {
    const { span, daysWith, readers } = slots[at]!;
    if (daysWith !== null || span.from(0) !== -Infinity) continue;
    sums[at] = addQuantity(sums[at]!, amount);
    mark(marks, readers);
  }
}

/** The tally of a column that may be new, as of today. */
export function tallyFor(buckets: Buckets, fact: number, plan: WindowPlan, today: number): Tally {
  const column = columnOf(buckets, fact);
  return (column.tally ??= tallyOf(column, plan[fact]!, today));
}

/** The day turned: what left is taken away, what entered is added. Returns the next day on which anything will. */
export function turnDay({ columns }: Buckets, today: number, marks: Marks): number {
  let nextDay = NEVER;
  for (let fact = 0; fact < columns.length; fact++) {
    const column = columns[fact]!;
    if (column === null) continue;
    const tally = column.tally!;
    if (tally.nextDay <= today) {
      for (let at = 0; at < tally.slots.length; at++) {
        if (tally.dues[at]! > today) continue;
        move(column, tally, at, today);
        mark(marks, tally.slots[at]!.readers);
      }
      tally.nextDay = earliest(tally.dues);
    }
    if (tally.nextDay < nextDay) nextDay = tally.nextDay;
  }
  return nextDay === NEVER ? Infinity : nextDay;
}

function earliest(dues: readonly number[]): number {
  let first = NEVER;
  for (let at = 0; at < dues.length; at++) if (dues[at]! < first) first = dues[at]!;
  return first;
}

function move(column: Column, tally: Tally, at: number, today: number): void {
  const { days, amounts } = column;
  const { span, daysWith } = tally.slots[at]!;
  if (tally.sums[at] === QUANTITY_MAX) return recount(column, tally, at, today);
  const from = span.from(today);
  const to = span.to(today);
  const least = daysWith ?? 1;
  const pending = tally.pendings[at]!;
  let sum = tally.sums[at]!;
  for (let place = placeFrom(column, tally.firsts[at]!); place < days.length; place++) {
    if (days[place]! >= from || days[place]! >= pending) break;
    if (amounts[place]! >= least) sum -= daysWith === null ? amounts[place]! : 1;
  }
  for (let place = placeFrom(column, Math.max(from, pending)); place < days.length; place++) {
    if (days[place]! > to) break;
    if (amounts[place]! >= least) sum = addQuantity(sum, daysWith === null ? amounts[place]! : 1);
  }
  tally.sums[at] = sum;
  place(column, tally, at, Math.max(from, Math.min(tally.firsts[at]!, pending)), to);
}

/** Adds up from nothing. */
function recount(column: Column, tally: Tally, at: number, today: number): void {
  const { days, amounts } = column;
  const { span, daysWith } = tally.slots[at]!;
  const from = span.from(today);
  const to = span.to(today);
  let sum = from === -Infinity && daysWith === null ? column.before : 0;
  const least = daysWith ?? 1;
  for (let place = placeFrom(column, from); place < days.length && days[place]! <= to; place++) {
    if (amounts[place]! >= least) sum = addQuantity(sum, daysWith === null ? amounts[place]! : 1);
  }
  tally.sums[at] = sum;
  place(column, tally, at, from, to);
}

/** Finds the first day that is in, and the first that is to enter. */
function place(column: Column, tally: Tally, at: number, from: number, to: number): void {
  const { span, daysWith } = tally.slots[at]!;
  const least = daysWith ?? 1;
  const first = firstWith(column, from, least);
  tally.firsts[at] = first <= to ? first : NEVER;
  const pending = first > to ? first : firstWith(column, to + 1, least);
  tally.pendings[at] = pending === NEVER || span.enters(pending) === Infinity ? NEVER : pending;
  tally.dues[at] = dueOf(tally, at);
}

function firstWith(column: Column, from: number, least: number): number {
  const { days, amounts } = column;
  for (let at = placeFrom(column, from); at < days.length; at++) if (amounts[at]! >= least) return days[at]!;
  return NEVER;
}

function setDue(tally: Tally, at: number): void {
  const due = (tally.dues[at] = dueOf(tally, at));
  if (due < tally.nextDay) tally.nextDay = due;
}

function dueOf({ slots, firsts, pendings }: Tally, at: number): number {
  const { span } = slots[at]!;
  const first = firsts[at]!;
  const pending = pendings[at]!;
  const leaves = first === NEVER ? NEVER : Math.min(NEVER, span.leaves(first));
  return pending === NEVER ? leaves : Math.min(leaves, span.enters(pending));
}
