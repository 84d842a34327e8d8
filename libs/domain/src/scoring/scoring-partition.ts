import { canonicalJson, canonicalText, type Json } from '../canonical.ts';
import type { Cause, DeadLetter } from '../outputs.ts';
import type { MerchantRows } from '../stage/merchant-rows.ts';
import { formatPosition } from '../stage/position.ts';
import type { Hash, InputRecord, OutputRecord } from '../stage/stage.ts';
import { eventText, writeEvent } from '../stage/write-event.ts';
import { tellCensus, type Letter } from './census-mail.ts';
import type { Dedupe } from './dedupe.ts';
import { capabilityText, changesSince, saidOf } from './capability-record.ts';
import { evaluateMerchant } from './evaluate.ts';
import type { LiveBundle } from './live-bundle.ts';
import type { MerchantRow } from './merchant-row.ts';
import type { ScoringRoot } from './root.ts';

/** One partition of scoring at work on one record. */
export interface ScoringPartition {
  readonly partition: number;
  readonly root: ScoringRoot;
  readonly rows: MerchantRows<MerchantRow>;
  readonly dedupe: Dedupe;
  readonly bundles: Map<string, LiveBundle>;
  readonly hash: Hash;
  readonly counts: { events: number; duplicates: number; conflicts: number; late: number; future: number };
  outputs: OutputRecord[];
  /** To the census. */
  readonly letters: Letter[];
  ordinal: number;
  /** The record at work, and the SHA-256 of its text. */
  record: InputRecord;
  recordHash: string;
  /** Made when the first output of the record wants it. */
  cause: Cause | null;
  /** Local day of log time. */
  today: number;
}

/** Looks at a merchant and says what changed; the first look after an activation says everything. */
export function look(scoring: ScoringPartition, row: MerchantRow): void {
  const { root, rows } = scoring;
  if (root.bundleHash === null) return;
  const live = scoring.bundles.get(root.bundleHash);
  if (live === undefined) throw new Error(`bundle ${root.bundleHash} was not added`);
  // Whoever looks first, a timer or the sweep: what was said by the bundle before cannot be compared with.
  const isToldAnew = row.activation < root.sweeps['activation']!.number;
  row.activation = root.sweeps['activation']!.number;
  row.statistics = root.sweeps['statistics']!.number;
  const evaluation = evaluateMerchant(row, live, {
    nowMs: root.nowMs,
    today: scoring.today,
    zone: root.zone,
    canFall: !root.catchingUp,
    activatedMs: root.activatedMs,
    factsSince: root.factsSince,
    statistic: (id, group) => root.statistics[id]?.[group] ?? null,
  });
  const tellsAtMs = tellCensus(scoring, row, live.statistics, evaluation.values);
  rows.setDue(row.id, earlier(evaluation.dueMs, tellsAtMs));
  rows.setHeld(row.id, evaluation.isHeld);
  rows.touch(row.id);
  const why = isToldAnew
    ? ['activation']
    : row.said === null
      ? ['first']
      : changesSince(row.said, row, live, evaluation);
  if (why.length === 0) return;
  row.said = saidOf(row, live, evaluation, isToldAnew);
  write(scoring, 'updraft.capability.merchant.v1', row.id, (position) =>
    capabilityText(row, live, evaluation, position, causeOf(scoring), why),
  );
}

/** Of two instants; null: never. */
function earlier(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.min(one, other);
}

/** Whether a sweep has not come to the merchant yet. */
export function isSwept({ root: { sweeps } }: ScoringPartition, row: MerchantRow): boolean {
  return row.activation < sweeps['activation']!.number || row.statistics < sweeps['statistics']!.number;
}

export function causeOf(scoring: ScoringPartition): Cause {
  const { record, recordHash } = scoring;
  const { id, type } = record.event;
  return (scoring.cause ??= {
    eventId: id,
    hash: recordHash,
    position: formatPosition(record.position),
    type,
  });
}

/** As canonical JSON. */
export function causeText({ eventId, hash, position, type }: Cause): string {
  return `{"eventId":${canonicalText(eventId)},"hash":"${hash}","position":"${position}","type":"${type}"}`;
}

/** Appends a capability record of this data as canonical JSON; its position is the cause's plus its ordinal. */
export function write(
  scoring: ScoringPartition,
  type: string,
  subject: string | null,
  dataAt: (position: string) => string,
): void {
  const position = [...scoring.record.position, scoring.ordinal++];
  const id = formatPosition(position);
  const event = { id, source: sourceOf(scoring), type, subject, timeMs: scoring.root.nowMs };
  scoring.outputs.push({ log: 'capability', key: subject, position, text: eventText(event, dataAt(id)) });
}

/** Forwards a control record in place and in order. */
export function forward(scoring: ScoringPartition, type: string, control: Json, activityHash?: string): void {
  const cause = causeOf(scoring) as unknown as Json;
  write(scoring, 'updraft.capability.control.v1', null, (position) =>
    canonicalJson({
      ...(activityHash === undefined ? {} : { activityHash }),
      cause,
      control,
      position,
      type,
    }),
  );
}

/** The record does not count: it becomes a dead letter with the rule and the numbers that decided. */
export function refuse(
  scoring: ScoringPartition,
  record: InputRecord,
  reason: DeadLetter['reason'],
  detail: string,
): void {
  const { root, partition } = scoring;
  root.deadLetters += 1;
  const letter: DeadLetter = {
    writer: `scoring/${partition}`,
    sequence: root.deadLetters,
    position: formatPosition(record.position),
    reason,
    detail,
    eventId: record.event.id,
    source: record.event.source,
    record: record.text,
  };
  const text = writeEvent({
    id: `${letter.writer}/${letter.sequence}`,
    source: sourceOf(scoring),
    type: 'updraft.dead-letter.v1',
    subject: record.event.subject ?? null,
    timeMs: root.nowMs,
    data: letter,
  });
  scoring.outputs.push({ log: 'dead-letters', key: record.key, position: record.position, text });
}

function sourceOf({ root }: ScoringPartition): string {
  return `/updraft/${root.genesis?.logId ?? ''}/scoring`;
}
