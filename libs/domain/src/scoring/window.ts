import { addQuantity, QUANTITY_MAX } from '../number.ts';
import type { Buckets } from './bucket.ts';
import { FACTS } from './fact.ts';

// Running totals over rolling windows of local days. What a bundle's formulas ask for is known when it goes live, so
// each merchant keeps just those sums: an event adds to them, and when the day turns, what left a window is taken
// away. A total is a cache of the buckets and never in a snapshot.

/** One running total: the amounts of a fact over the last days, today included, or the days that had any of it. */
export interface Slot {
  readonly fact: number;
  readonly windowDays: number;
  readonly counts: 'amounts' | 'days';
}

/** The totals that a bundle needs. */
export interface WindowPlan {
  readonly slots: readonly Slot[];
  /** The slots of each fact. */
  readonly ofFact: readonly (readonly number[])[];
}

/** Collects slots; the same one is given the same place. */
export interface SlotBook {
  slotOf(fact: number, windowDays: number, counts?: Slot['counts']): number;
  plan(): WindowPlan;
}

export function createSlotBook(): SlotBook {
  const slots: Slot[] = [];
  return {
    slotOf(fact, windowDays, counts = 'amounts') {
      const isSame = (slot: Slot): boolean =>
        slot.fact === fact && slot.windowDays === windowDays && slot.counts === counts;
      const known = slots.findIndex(isSame);
      return known >= 0 ? known : slots.push({ fact, windowDays, counts }) - 1;
    },
    plan: () => ({
      slots,
      ofFact: FACTS.map((_, fact) => slots.flatMap((slot, at) => (slot.fact === fact ? [at] : []))),
    }),
  };
}

export interface Totals {
  readonly plan: WindowPlan;
  readonly shape: number;
  /** By slot. */
  readonly sums: number[];
  /** By slot: place of the oldest bucket that it counts; NONE when it counts none. */
  readonly oldest: number[];
  today: number;
  /** Buckets up to today: those behind lie in the future. */
  counted: number;
  /** False once something stopped at the maximum: taking away from it would be wrong. */
  isExact: boolean;
}

const NONE = -1;

/** The totals as of `today`, brought up from those kept, or reckoned from the buckets where these are void. */
export function totalsOf(buckets: Buckets, kept: Totals | null, plan: WindowPlan, today: number): Totals {
  if (kept === null || kept.plan !== plan || kept.shape !== buckets.shape || today < kept.today) {
    return reckon(buckets, plan, today);
  }
  if (kept.today === today) return kept;
  if (!kept.isExact) return reckon(buckets, plan, today);
  leave(kept, buckets, today);
  enter(kept, buckets, today);
  return kept;
}

/** A fact of the day at `place` grew from `before` to `after`. */
export function countInto(
  totals: Totals,
  buckets: Buckets,
  place: number,
  fact: number,
  before: number,
  after: number,
): void {
  const day = buckets.days[place]!;
  if (day > totals.today || totals.shape !== buckets.shape) return;
  if (place >= totals.counted) totals.counted = place + 1;
  if (after === before) return;
  if (after === QUANTITY_MAX) totals.isExact = false;
  for (const at of totals.plan.ofFact[fact]!) {
    const { windowDays, counts } = totals.plan.slots[at]!;
    if (day <= totals.today - windowDays) continue;
    add(totals, at, counts === 'amounts' ? after - before : before === 0 ? 1 : 0);
    const oldest = totals.oldest[at]!;
    if (oldest === NONE || place < oldest) totals.oldest[at] = place;
  }
}

/** The next local day on which a total changes by itself; Infinity when none will. */
export function nextChangeDay({ plan, oldest, counted }: Totals, { days }: Buckets): number {
  let next = days[counted] ?? Infinity;
  for (let at = 0; at < oldest.length; at++) {
    if (oldest[at] === NONE) continue;
    const leaves = days[oldest[at]!]! + plan.slots[at]!.windowDays;
    if (leaves < next) next = leaves;
  }
  return next;
}

function reckon(buckets: Buckets, plan: WindowPlan, today: number): Totals {
  const size = plan.slots.length;
  const totals: Totals = {
    plan,
    shape: buckets.shape,
    sums: new Array<number>(size).fill(0),
    oldest: new Array<number>(size).fill(NONE),
    today,
    counted: 0,
    isExact: true,
  };
  enter(totals, buckets, today);
  return totals;
}

/** Takes away the days that are in the window no longer. */
function leave(totals: Totals, { days, amounts }: Buckets, today: number): void {
  const { plan, sums, oldest, counted } = totals;
  for (let at = 0; at < oldest.length; at++) {
    const { fact, windowDays, counts } = plan.slots[at]!;
    let place = oldest[at]!;
    while (place !== NONE && days[place]! <= today - windowDays) {
      sums[at]! -= counts === 'amounts' ? amounts[place]![fact]! : 1;
      do place += 1;
      while (place < counted && amounts[place]![fact] === 0);
      if (place >= counted) place = NONE;
    }
    oldest[at] = place;
  }
}

/** Adds the days that were in the future until now. */
function enter(totals: Totals, { days, amounts }: Buckets, today: number): void {
  const { plan, oldest } = totals;
  totals.today = today;
  for (; totals.counted < days.length && days[totals.counted]! <= today; totals.counted++) {
    const place = totals.counted;
    for (let at = 0; at < oldest.length; at++) {
      const { fact, windowDays, counts } = plan.slots[at]!;
      const amount = amounts[place]![fact]!;
      if (amount === 0 || days[place]! <= today - windowDays) continue;
      if (amount === QUANTITY_MAX) totals.isExact = false;
      add(totals, at, counts === 'amounts' ? amount : 1);
      if (oldest[at] === NONE) oldest[at] = place;
    }
  }
}

function add(totals: Totals, at: number, amount: number): void {
  const sum = addQuantity(totals.sums[at]!, amount);
  totals.sums[at] = sum;
  if (sum === QUANTITY_MAX) totals.isExact = false;
}
