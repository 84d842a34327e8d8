import type { BoostDelivered, MerchantEvents, MerchantEventType } from '../events.ts';
import type { InputRecord } from '../stage/stage.ts';
import { addQuantity } from '../number.ts';
import { formatInstant, localDay, parseInstant } from '../time.ts';
import { DAYS_KEPT, dropThrough, placeOfDay } from './bucket.ts';
import { defectiveOrder, FACT_PLACE, factsOf, openOrderDelta, usageOf } from './fact.ts';
import { applyProfile, BOOSTS_MAX, DEFECTS_MAX, putBounded, type MerchantRow } from './merchant-row.ts';
import { countOpen, tidyOpen } from './open-orders.ts';
import { causeOf, look, refuse, write, type ScoringPartition } from './scoring-partition.ts';
import { countInto } from './window.ts';

/** Days whose buckets are kept apart from the annex: today and yesterday, where nearly every fact falls. */
const OPEN_DAYS = 2;

const EXPOSURES = FACT_PLACE.get('exposures')!;
const DEFECT_ORDERS = FACT_PLACE.get('defectOrders')!;

type Payload = MerchantEvents[MerchantEventType];

/** Counts a merchant event once, or says why it doesn't count, and looks at the merchant. */
export function countEvent(scoring: ScoringPartition, record: InputRecord): void {
  const { root, rows } = scoring;
  const { event } = record;
  const atMs = parseInstant(event.time);
  if (!isAdmitted(scoring, record, atMs)) return;
  scoring.counts.events += 1;
  const row = rows.get(event.subject!);
  // A merchant of whom nothing was said yet owes no record to the activations before it.
  if (row.said === null) row.activation = root.sweeps['activation']!.number;
  catchUp(scoring, row);
  foldClosedDays(scoring, row);
  const type = event.type as MerchantEventType;
  const data = event.data as unknown as Payload;
  applyProfile(row, type, data, atMs);
  addFacts(scoring, row, type, data, atMs);
  rows.touch(row.id);
  look(scoring, row);
}

/** In time, not from the future, and seen for the first time. */
function isAdmitted(scoring: ScoringPartition, record: InputRecord, atMs: number): boolean {
  const { root, counts, dedupe, hash } = scoring;
  const { time, source, id } = record.event;
  if (atMs < root.horizonMs) {
    counts.late += 1;
    const limit = `limit ${root.latenessMs} ms, log time ${formatInstant(root.nowMs)}`;
    refuse(
      scoring,
      record,
      'too-late',
      `occurred at ${time}, before ${formatInstant(root.horizonMs)}: ${limit}`,
    );
    return false;
  }
  if (atMs > root.nowMs + root.futureMs) {
    counts.future += 1;
    const limit = `${root.futureMs} ms after log time ${formatInstant(root.nowMs)}`;
    refuse(scoring, record, 'from-the-future', `occurs at ${time}, more than ${limit}`);
    return false;
  }
  const seen = dedupe.see(hash(`${source}\n${id}`), scoring.recordHash, atMs);
  if (seen === 'duplicate') counts.duplicates += 1;
  if (seen === 'conflict') {
    counts.conflicts += 1;
    refuse(scoring, record, 'conflict', `source ${source} sent id ${id} before with other content`);
  }
  return seen === 'new';
}

/** A merchant's own timers and sweeps, before anything else happens to it. */
function catchUp(scoring: ScoringPartition, row: MerchantRow): void {
  const { root, rows } = scoring;
  const dueMs = rows.due(row.id);
  const isSwept = row.activation < root.sweeps['activation']!.number;
  const isDue = dueMs !== null && dueMs <= root.nowMs;
  if (isSwept || isDue || (rows.held.has(row.id) && !root.catchingUp)) look(scoring, row);
}

/** Once a day, at the first event: closed days move to the annex, and what no window can reach any more is dropped. */
function foldClosedDays({ rows, today }: ScoringPartition, row: MerchantRow): void {
  const before = today - OPEN_DAYS + 1;
  if (row.annexBefore >= before) return;
  const forgottenThrough = today - DAYS_KEPT;
  dropThrough(row.buckets, forgottenThrough);
  for (const [order, day] of row.defects) if (day <= forgottenThrough) row.defects.delete(order);
  tidyOpen(row.open, forgottenThrough);
  row.annexBefore = before;
  rows.touchAnnex(row.id);
}

function addFacts(
  scoring: ScoringPartition,
  row: MerchantRow,
  type: MerchantEventType,
  data: Payload,
  atMs: number,
): void {
  const { zone } = scoring.root;
  const day = localDay(atMs, zone);
  // An order is not placed after what happened to it: a day to come would keep a bucket and a timer for years.
  const orderedDay = 'orderedAt' in data ? Math.min(day, localDay(parseInstant(data.orderedAt), zone)) : day;
  factsOf(type, data, atMs, (fact, amount, bucket) =>
    addTo(scoring, row, fact, amount, bucket === 'occurred' ? day : orderedDay),
  );
  const defective = defectiveOrder(type, data);
  if (defective !== null && !row.defects.has(defective.orderId)) {
    putBounded(row.defects, defective.orderId, orderedDay, DEFECTS_MAX);
    addTo(scoring, row, DEFECT_ORDERS, 1, orderedDay);
  }
  const open = openOrderDelta(type, data);
  if (open !== 0 && 'shipBy' in data) {
    countOpen(row.open, localDay(parseInstant(data.shipBy), zone), open);
  }
  const usage = usageOf(type, data);
  if (usage === null) return;
  if ('exposures' in data) addExposures(scoring, row, data, day);
  const cause = causeOf(scoring);
  write(scoring, 'updraft.capability.usage.v1', row.id, (position) => ({
    cause,
    clicks: usage.clicks,
    grantId: usage.grantId,
    orders: usage.orders,
    position,
    used: usage.used,
  }));
}

/** What is new of a cumulative report. */
function addExposures(
  scoring: ScoringPartition,
  row: MerchantRow,
  { grantId, exposures }: BoostDelivered,
  day: number,
): void {
  const before = row.boosts.get(grantId) ?? 0;
  if (exposures > before) addTo(scoring, row, EXPOSURES, exposures - before, day);
  putBounded(row.boosts, grantId, Math.max(before, exposures), BOOSTS_MAX);
}

/** A day that no window can reach any more is not kept. */
function addTo(
  { rows, today }: ScoringPartition,
  row: MerchantRow,
  fact: number,
  amount: number,
  day: number,
): void {
  if (day <= today - DAYS_KEPT) return;
  const { buckets, totals } = row;
  const place = placeOfDay(buckets, day);
  const amounts = buckets.amounts[place]!;
  const before = amounts[fact]!;
  const after = (amounts[fact] = addQuantity(before, amount));
  if (totals !== null) countInto(totals, buckets, place, fact, before, after);
  if (day < row.annexBefore) rows.touchAnnex(row.id);
}
