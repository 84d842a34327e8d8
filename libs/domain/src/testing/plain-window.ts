import { QUANTITY_MAX } from '../number.ts';
import { HISTOGRAMS, type FactSum, type Formula, type PlainWindow, type Window } from '../policy/formula.ts';
import { DAYS_KEPT } from '../scoring/bucket.ts';
import type { Moment } from '../scoring/evaluate.ts';
import { FACT, FACT_SINCE, type FactId } from '../scoring/fact.ts';
import type { MerchantRow } from '../scoring/merchant-row.ts';
import { spanOf } from '../scoring/span.ts';

// What windows come to, day by day, with numbers of any size.

/** A merchant's row at a moment. */
export interface PlainDays {
  readonly row: MerchantRow;
  readonly moment: Pick<Moment, 'today' | 'factsSince'>;
}

/** −QUANTITY_MAX to QUANTITY_MAX. */
export function limited(value: bigint): number {
  return Math.max(-QUANTITY_MAX, Math.min(QUANTITY_MAX, Number(value)));
}

export function floored(above: bigint, below: bigint): bigint {
  const quotient = above / below;
  return above < 0n && above % below !== 0n ? quotient - 1n : quotient;
}

/** Amounts of the days of a window that had any, in order. */
export function amounts({ row, moment }: PlainDays, fact: FactId, window: PlainWindow): number[] {
  const column = row.buckets.columns[FACT[fact]] ?? null;
  if (column === null) return [];
  const span = spanOf(window);
  const from = Math.max(span.from(moment.today), moment.today - DAYS_KEPT + 1);
  return column.amounts.filter((amount, at) => {
    const day = column.days[at]!;
    return amount > 0 && day >= from && day <= span.to(moment.today);
  });
}

/** A fact over one window stops at the maximum, as a day's amount does. */
function amount(plain: PlainDays, fact: FactId, window: PlainWindow): bigint {
  const column = plain.row.buckets.columns[FACT[fact]] ?? null;
  const from = 'ever' in window ? -Infinity : spanOf(window).from(plain.moment.today);
  let sum = from === -Infinity ? BigInt(column?.before ?? 0) : 0n;
  for (const [at, day] of (column?.days ?? []).entries()) {
    if (day >= from && day <= spanOf(window).to(plain.moment.today)) sum += BigInt(column!.amounts[at]!);
  }
  return BigInt(limited(sum));
}

export function sum(plain: PlainDays, facts: FactSum, window: Window): bigint {
  let total = 0n;
  for (const part of partsOf(plain, window)) {
    for (const { fact, times } of facts)
      total += amount(plain, fact, part.window) * BigInt(times * part.times);
  }
  return total < 0n ? 0n : BigInt(limited(total));
}

function partsOf(plain: PlainDays, window: Window): readonly { window: PlainWindow; times: number }[] {
  if ('weighted' in window) return window.weighted;
  if (!('firstOf' in window)) return [{ window, times: 1 }];
  const enough = window.firstOf.find((each) => amount(plain, window.by, each.window) >= BigInt(each.atLeast));
  return [{ window: (enough ?? window.firstOf.at(-1)!).window, times: 1 }];
}

/** Nothing forgotten, and nothing from before it was counted. */
export function isKnownThrough(formula: Formula, { today, factsSince }: PlainDays['moment']): boolean {
  if ('distinct' in formula || 'violations' in formula || !('window' in formula)) return true;
  const { window } = formula;
  const windows = 'weighted' in window ? window.weighted.map((each) => each.window)
    : 'firstOf' in window ? window.firstOf.map((each) => each.window) : [window]; // prettier-ignore
  const since = Math.max(
    -Infinity,
    ...factsRead(formula).map((fact) => factsSince[FACT_SINCE[FACT[fact]]!] ?? -Infinity),
  );
  return windows.every((each) => {
    const from = spanOf(each).from(today);
    return from >= since && !('fromDay' in each && from <= today - DAYS_KEPT);
  });
}

function factsRead(formula: Formula): readonly FactId[] {
  const choosing = 'window' in formula && 'by' in formula.window ? [formula.window.by] : [];
  if ('sum' in formula) return [...choosing, ...formula.sum.map(({ fact }) => fact)];
  if ('ratio' in formula) return [...choosing, ...[...formula.ratio, ...formula.per].map(({ fact }) => fact)];
  if ('daysWith' in formula) return [formula.daysWith];
  if ('daily' in formula) return [formula.daily];
  return 'percentile' in formula ? [...choosing, ...HISTOGRAMS[formula.percentile].within] : choosing;
}
