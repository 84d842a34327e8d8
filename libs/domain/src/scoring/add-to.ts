import { addQuantity } from '../number.ts';
import { columnOf, DAYS_KEPT, placeOfDay } from './bucket.ts';
import { turnTo } from './evaluate.ts';
import { mark } from './marks.ts';
import type { MerchantRow } from './merchant-row.ts';
import type { ScoringPartition } from './scoring-partition.ts';
import { countBefore, countInto } from './window.ts';

/** Adds to a merchant's fact of a day. A day that is kept no longer adds to what those come to in all. */
export function addTo(
  { rows, today }: ScoringPartition,
  row: MerchantRow,
  fact: number,
  amount: number,
  day: number,
): void {
  if (amount === 0) return;
  const { buckets, gauge } = row;
  if (day < row.annexBefore) rows.touchAnnex(row.id);
  if (gauge !== null) {
    if (gauge.today !== today) turnTo(gauge, today);
    mark(gauge.metricMarks, gauge.live.reach.facts[fact]!);
  }
  const column = columnOf(buckets, fact);
  const isKept = day > today - DAYS_KEPT;
  const place = isKept ? placeOfDay(buckets, column, day) : -1;
  const before = isKept ? column.amounts[place]! : 0;
  const after = addQuantity(before, amount);
  if (gauge !== null) {
    const { totals, metricMarks } = gauge;
    if (isKept) countInto(totals, fact, day, before, after, today, metricMarks);
    else countBefore(totals, fact, amount, metricMarks);
  }
  if (isKept) column.amounts[place] = after;
  else column.before = addQuantity(column.before, amount);
}
