import { canonicalNumber, canonicalText } from '../canonical.ts';
import type { ZoneTransition } from '../controls.ts';
import type { MerchantEvents, MerchantEventType } from '../events.ts';
import type { Cause, Usage } from '../outputs.ts';
import type { InputRecord } from '../stage/stage.ts';
import { formatInstant, localDay, parseInstant } from '../time.ts';
import { addTo } from './add-to.ts';
import { applyProfile } from './apply-profile.ts';
import { BREACH_DAYS_KEPT, forgetBreaches } from './breach.ts';
import { DAYS_KEPT, dropThrough } from './bucket.ts';
import { countWithMemory, forgetRaters, type EventDays } from './count-once.ts';
import { factsOf, openOrderDelta, usageOf } from './facts-of.ts';
import type { MerchantRow } from './merchant-row.ts';
import { countOpen, tidyOpen } from './open-orders.ts';
import {
  causeOf,
  causeText,
  isSwept,
  look,
  refuse,
  write,
  type ScoringPartition,
} from './scoring-partition.ts';

/** Days whose buckets are kept apart from the annex: today and yesterday, where nearly every fact falls. */
const OPEN_DAYS = 2;

type Payload = MerchantEvents[MerchantEventType];

/** Counts a merchant event once, or says why it doesn't count, and looks at the merchant. */
export function countEvent(scoring: ScoringPartition, record: InputRecord): void {
  const { root, rows } = scoring;
  const { event } = record;
  const atMs = parseInstant(event.time);
  if (!isAdmitted(scoring, record, atMs)) return;
  scoring.counts.events += 1;
  const row = rows.get(event.subject!);
  // A merchant of whom nothing was said yet owes no record to the activations and statistics before it.
  if (row.said === null) {
    row.activation = root.sweeps['activation']!.number;
    row.statistics = root.sweeps['statistics']!.number;
  }
  catchUp(scoring, row);
  foldClosedDays(scoring, row);
  const type = event.type as MerchantEventType;
  const data = event.data as unknown as Payload;
  const days = daysOf(data, atMs, root.zone);
  applyProfile(row, type, data, atMs, days.occurred);
  addFacts(scoring, row, type, data, atMs, days);
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
  const isDue = dueMs !== null && dueMs <= root.nowMs;
  // What is evaluated by a calendar is evaluated on what stood at its instant, before anything later counts.
  const isEvaluated = row.instantMs !== null && row.instantMs <= root.nowMs;
  const isLate = isSwept(scoring, row) || isDue || isEvaluated;
  if (isLate || (rows.held.has(row.id) && !root.catchingUp)) look(scoring, row);
}

/** Once a day, at the first event: closed days move to the annex, and what no window can reach any more is dropped. */
function foldClosedDays({ root, rows, today }: ScoringPartition, row: MerchantRow): void {
  const before = today - OPEN_DAYS + 1;
  if (row.annexBefore >= before) return;
  const forgottenThrough = today - DAYS_KEPT;
  dropThrough(row.buckets, forgottenThrough);
  for (const [id, { day }] of row.markedOrders) if (day <= forgottenThrough) row.markedOrders.delete(id);
  forgetRaters(row.raters, localDay(root.horizonMs, root.zone));
  forgetBreaches(row, today - BREACH_DAYS_KEPT);
  tidyOpen(row.open, forgottenThrough);
  row.annexBefore = before;
  rows.touchAnnex(row.id);
}

/** An order is not placed after what happened to it: a day to come would keep a bucket and a timer for years. */
function daysOf(data: Payload, atMs: number, zone: readonly ZoneTransition[]): EventDays {
  const occurred = localDay(atMs, zone);
  const began = 'orderedAt' in data ? data.orderedAt : 'startedAt' in data ? data.startedAt : null;
  if (began === null) return { occurred, began: occurred };
  return { occurred, began: Math.min(occurred, localDay(parseInstant(began), zone)) };
}

function addFacts(
  scoring: ScoringPartition,
  row: MerchantRow,
  type: MerchantEventType,
  data: Payload,
  atMs: number,
  days: EventDays,
): void {
  factsOf(type, data, atMs, (fact, amount, day) =>
    addTo(scoring, row, fact, amount, day === 'occurred' ? days.occurred : days.began),
  );
  countWithMemory(scoring, row, type, data, atMs, days);
  const open = openOrderDelta(type, data);
  if (open !== 0 && 'shipBy' in data) {
    countOpen(row.open, localDay(parseInstant(data.shipBy), scoring.root.zone), open);
  }
  const usage = usageOf(type, data);
  if (usage === null) return;
  write(scoring, 'updraft.capability.usage.v1', row.id, (position) =>
    usageText(usage, causeOf(scoring), position),
  );
}

type UsageFigures = Pick<Usage, 'clicks' | 'grantId' | 'orders' | 'used'>;

/** A `Usage` as canonical JSON, members in order of their names: of all that scoring says, most are these. */
function usageText({ clicks, grantId, orders, used }: UsageFigures, cause: Cause, position: string): string {
  return (
    `{"cause":${causeText(cause)},"clicks":${canonicalNumber(clicks)},"grantId":${canonicalText(grantId)}` +
    `,"orders":${canonicalNumber(orders)},"position":"${position}","used":${canonicalNumber(used)}}`
  );
}
