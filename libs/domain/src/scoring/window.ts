import { addQuantity, QUANTITY_MAX } from '../number.ts';
import type { PlainWindow } from '../policy/formula.ts';
import { placeFrom, type Buckets, type Column } from './bucket.ts';
import { FACTS } from './fact.ts';
import { mark, type Marks } from './marks.ts';
import { spanOf, type Span } from './span.ts';

// Running totals over windows of local days. What a bundle's formulas ask for is known when it goes live, so a merchant
// has just those totals: an event adds to them, and when the day turns, what left a window is taken away and what
// entered it is added. A total is a cache of its column and never in a snapshot: kept or reckoned anew, it and the day
// on which it changes next are the same.
//
// All totals of a merchant lie in one list: a look reads a dozen of them, each with its column would be as many places
// in memory.

/** One running total over a window: of amounts, or of the days that had at least so much. */
export interface Slot {
  readonly fact: number;
  readonly span: Span;
  /** Null: amounts are added up. */
  readonly daysWith: number | null;
  /** Metrics to be measured anew when it changes, by place. */
  readonly readers: readonly number[];
}

/** The totals that a bundle needs. */
export interface WindowPlan {
  readonly slots: readonly Slot[];
  /** Their places, by fact. */
  readonly ofFact: readonly (readonly number[])[];
}

/** Where a total is found among a merchant's. */
export type SlotPlace = number;

/** Collects slots; the same one is given the same place. */
export interface SlotBook {
  slotOf(reader: number, fact: number, window: PlainWindow, daysWith?: number): SlotPlace;
  plan(): WindowPlan;
}

export function createSlotBook(): SlotBook {
  const slots: (Slot & { readonly readers: number[] })[] = [];
  const ofFact: number[][] = FACTS.map(() => []);
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
        const slot = { fact, span: spanNamed(span, window), daysWith: daysWith ?? null, readers: [] };
        place = slots.push(slot) - 1;
        ofFact[fact]!.push(place);
        places.set(name, place);
      }
      const { readers } = slots[place]!;
      if (!readers.includes(reader)) readers.push(reader);
      return place;
    },
    plan: () => ({ slots, ofFact }),
  };
}

/** Stands for no day. A small integer, so that lists of days stay lists of small integers, which are many. */
const NEVER = 1_000_000_000;

/** Of a merchant, by place of the slot. Of the days that count, those from the first to before the pending are in. */
export interface Totals {
  readonly plan: WindowPlan;
  /** At the maximum it may have been more: such a one is reckoned anew when something leaves. */
  readonly sums: number[];
  /** The oldest day that is in. */
  readonly firsts: number[];
  /** The oldest day that is still to enter. */
  readonly pendings: number[];
  /** The next day on which something leaves or enters. */
  readonly dues: number[];
  /** The earliest of them; Infinity: none will. */
  nextDay: number;
}

/** Reckons all totals as of a day. */
export function reckon({ columns }: Buckets, plan: WindowPlan, today: number): Totals {
  const { slots } = plan;
  const all = (value: number): number[] => slots.map(() => value);
  const totals: Totals = {
    plan,
    sums: all(0),
    firsts: all(NEVER),
    pendings: all(NEVER),
    dues: all(NEVER),
    nextDay: Infinity,
  };
  for (let at = 0; at < slots.length; at++) {
    const column = columns[slots[at]!.fact];
    if (column !== null && column !== undefined) recount(column, totals, at, today);
  }
  totals.nextDay = earliest(totals.dues);
  return totals;
}

/** A fact of a day grew from `before` to `after`; totals are as of today. Marks the metrics to be measured anew. */
export function countInto(
  totals: Totals,
  fact: number,
  day: number,
  before: number,
  after: number,
  today: number,
  marks: Marks,
): void {
  const { plan, sums, firsts, pendings } = totals;
  const places = plan.ofFact[fact]!;
  for (let i = 0; i < places.length; i++) {
    const at = places[i]!;
    const { span, daysWith, readers } = plan.slots[at]!;
    const least = daysWith ?? 1;
    const isNew = before < least;
    if (after < least || (daysWith !== null && !isNew)) continue;
    if (day > span.to(today)) {
      if (isNew && day < pendings[at]! && span.enters(day) !== Infinity) {
        pendings[at] = day;
        setDue(totals, at);
      }
      continue;
    }
    if (day < span.from(today)) continue;
    sums[at] = addQuantity(sums[at]!, daysWith === null ? after - before : 1);
    if (isNew && day < firsts[at]!) {
      firsts[at] = day;
      setDue(totals, at);
    }
    mark(marks, readers);
  }
}

/** Something was counted on a day that is kept no longer: only who asks for all days ever sees it. */
export function countBefore({ plan, sums }: Totals, fact: number, amount: number, marks: Marks): void {
  for (const at of plan.ofFact[fact]!) {
    const { span, daysWith, readers } = plan.slots[at]!;
    if (daysWith !== null || span.from(0) !== -Infinity) continue;
    sums[at] = addQuantity(sums[at]!, amount);
    mark(marks, readers);
  }
}

/** The day turned: what left is taken away, what entered is added. */
export function turnDay(totals: Totals, { columns }: Buckets, today: number, marks: Marks): void {
  const { plan, dues } = totals;
  for (let at = 0; at < dues.length; at++) {
    if (dues[at]! > today) continue;
    const { fact, readers } = plan.slots[at]!;
    move(columns[fact]!, totals, at, today);
    mark(marks, readers);
  }
  totals.nextDay = earliest(dues);
}

function earliest(dues: readonly number[]): number {
  let first = NEVER;
  for (let at = 0; at < dues.length; at++) if (dues[at]! < first) first = dues[at]!;
  return first === NEVER ? Infinity : first;
}

function move(column: Column, totals: Totals, at: number, today: number): void {
  const { days, amounts } = column;
  const { span, daysWith } = totals.plan.slots[at]!;
  if (totals.sums[at] === QUANTITY_MAX) return recount(column, totals, at, today);
  const from = span.from(today);
  const to = span.to(today);
  const least = daysWith ?? 1;
  const pending = totals.pendings[at]!;
  let sum = totals.sums[at]!;
  for (let place = placeFrom(column, totals.firsts[at]!); place < days.length; place++) {
    if (days[place]! >= from || days[place]! >= pending) break;
    if (amounts[place]! >= least) sum -= daysWith === null ? amounts[place]! : 1;
  }
  for (let place = placeFrom(column, Math.max(from, pending)); place < days.length; place++) {
    if (days[place]! > to) break;
    if (amounts[place]! >= least) sum = addQuantity(sum, daysWith === null ? amounts[place]! : 1);
  }
  totals.sums[at] = sum;
  place(column, totals, at, Math.max(from, Math.min(totals.firsts[at]!, pending)), to);
}

/** Adds up from nothing. */
function recount(column: Column, totals: Totals, at: number, today: number): void {
  const { days, amounts } = column;
  const { span, daysWith } = totals.plan.slots[at]!;
  const from = span.from(today);
  const to = span.to(today);
  let sum = from === -Infinity && daysWith === null ? column.before : 0;
  const least = daysWith ?? 1;
  for (let place = placeFrom(column, from); place < days.length && days[place]! <= to; place++) {
    if (amounts[place]! >= least) sum = addQuantity(sum, daysWith === null ? amounts[place]! : 1);
  }
  totals.sums[at] = sum;
  place(column, totals, at, from, to);
}

/** Finds the first day that is in, and the first that is to enter. */
function place(column: Column, totals: Totals, at: number, from: number, to: number): void {
  const { span, daysWith } = totals.plan.slots[at]!;
  const least = daysWith ?? 1;
  const first = firstWith(column, from, least);
  totals.firsts[at] = first <= to ? first : NEVER;
  const pending = first > to ? first : firstWith(column, to + 1, least);
  totals.pendings[at] = pending === NEVER || span.enters(pending) === Infinity ? NEVER : pending;
  totals.dues[at] = dueOf(totals, at);
}

function firstWith(column: Column, from: number, least: number): number {
  const { days, amounts } = column;
  for (let at = placeFrom(column, from); at < days.length; at++) if (amounts[at]! >= least) return days[at]!;
  return NEVER;
}

function setDue(totals: Totals, at: number): void {
  const due = (totals.dues[at] = dueOf(totals, at));
  if (due < Math.min(totals.nextDay, NEVER)) totals.nextDay = due;
}

function dueOf({ plan, firsts, pendings }: Totals, at: number): number {
  const { span } = plan.slots[at]!;
  const first = firsts[at]!;
  const pending = pendings[at]!;
  const leaves = first === NEVER ? NEVER : Math.min(NEVER, span.leaves(first));
  return pending === NEVER ? leaves : Math.min(leaves, span.enters(pending));
}
