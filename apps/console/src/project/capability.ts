import { INPUT_TYPES } from '#contracts/event-types';
import type { Genesis, Lease, PolicyActivated, Settings, Stop, Tick, ZoneTransition } from '#domain/controls';
import type { ForwardedControl, MerchantCapability, Usage } from '#domain/outputs';
import { parseInstant } from '#domain/time';
import { upsertMerchants, type MerchantRow } from '#store/read/project';
import { insertLeases, raiseUsage, type LeaseRow, type UsageRow } from '#store/read/project-accounts';
import {
  ProjectionFault,
  type Folded,
  type Marks,
  type Projection,
  type StoredRecord,
} from './projection.ts';

/** One scope that is stopped in a partition. */
export interface StandingStop {
  readonly sequence: number;
  readonly by: readonly string[];
  readonly reason: string;
  /** Log time of the stop; a second one of what is stopped already changes who and why, not since when. */
  readonly sinceMs: number;
}

/** What the forwarded control records of a partition come to. */
export interface ControlMarks extends Marks {
  /** Log time, and where that was said. */
  readonly nowMs: number | null;
  readonly nowPosition: string | null;
  /** Of the market zone: what periods of accounts are reckoned by. */
  readonly zone: readonly ZoneTransition[];
  /** The live bundle, and which activation it was. */
  readonly bundle: string | null;
  readonly bundleSequence: number;
  /** By scope. Absent where the partition was first read by a version that passed stops over. */
  readonly stops?: { readonly [scope: string]: StandingStop };
}

/** What one record comes to: one of the three. */
export type CapabilityRow =
  { readonly merchant: MerchantRow } | { readonly usage: UsageRow } | { readonly lease: LeaseRow };

type CapabilityFold = Folded<ControlMarks, CapabilityRow>;

/** The newest capability of each merchant, reported usage, leases; ticks on the way give the partition's `now`. */
export const capabilityProjection: Projection<ControlMarks, CapabilityRow> = {
  log: 'capability',
  types: INPUT_TYPES.capability,
  empty: { nowMs: null, nowPosition: null, zone: [], bundle: null, bundleSequence: 0, stops: {} },

  fold(marks, partition, record) {
    const { type, data } = record.event;
    if (type === 'updraft.capability.merchant.v1') return { marks, ...merchantRow(partition, record) };
    if (type === 'updraft.capability.usage.v1') return { marks, ...usageRow(record) };
    return foldControl(marks, partition, record, data as unknown as ForwardedControl);
  },

  async write(sql, rows) {
    await upsertMerchants(
      sql,
      rows.flatMap((row) => ('merchant' in row ? [row.merchant] : [])),
    );
    await raiseUsage(
      sql,
      rows.flatMap((row) => ('usage' in row ? [row.usage] : [])),
    );
    await insertLeases(
      sql,
      rows.flatMap((row) => ('lease' in row ? [row.lease] : [])),
    );
  },
};

function merchantRow(partition: number, record: StoredRecord): Omit<CapabilityFold, 'marks'> {
  const capability = record.event.data as unknown as MerchantCapability;
  const merchant = subjectOf(record);
  const row = {
    merchant,
    partition,
    position: capability.position,
    tier: capability.tier,
    record: record.text,
  };
  return { row: { merchant: row }, position: capability.position };
}

function usageRow(record: StoredRecord): Omit<CapabilityFold, 'marks'> {
  const { grantId, used, clicks, orders, position } = record.event.data as unknown as Usage;
  return { row: { usage: { grantId, merchant: subjectOf(record), used, clicks, orders } }, position };
}

function subjectOf({ event }: StoredRecord): string {
  if (event.subject === undefined) throw new ProjectionFault(`capability ${event.id} has no subject`);
  return event.subject;
}

function foldControl(
  marks: ControlMarks,
  partition: number,
  record: StoredRecord,
  { type, control, position }: ForwardedControl,
): CapabilityFold {
  switch (type) {
    case 'updraft.control.tick.v1':
      return { marks: at(marks, (control as unknown as Tick).atMs, position), row: null, position };
    case 'updraft.control.genesis.v1': {
      const { nowMs, zoneTransitions } = control as unknown as Genesis;
      return { marks: { ...at(marks, nowMs, position), zone: zoneTransitions }, row: null, position };
    }
    case 'updraft.control.settings.v1': {
      const zone = (control as unknown as Settings).zoneTransitions ?? marks.zone;
      return { marks: { ...marks, zone }, row: null, position };
    }
    case 'updraft.control.policy-activated.v1': {
      const { bundle, sequence } = control as unknown as PolicyActivated;
      const after = sequence > marks.bundleSequence ? { ...marks, bundle, bundleSequence: sequence } : marks;
      return { marks: after, row: null, position };
    }
    case 'updraft.control.lease.v1': {
      const { holder, ...lease } = control as unknown as Lease;
      const atMs = parseInstant(record.event.time);
      const row = { ...lease, holder: holder ?? '', partition, position, atMs };
      return { marks, row: { lease: row }, position };
    }
    case 'updraft.control.stop.v1': {
      const stop = control as unknown as Stop;
      return { marks: withStop(marks, stop, parseInstant(record.event.time)), row: null, position };
    }
    default:
      return { marks, row: null, position };
  }
}

/** Scoring passes on only what is newer than all before. What is resumed is forgotten, so the marks stay small. */
function withStop(
  marks: ControlMarks,
  { scope, isStopped, sequence, by, reason }: Stop,
  atMs: number,
): ControlMarks {
  if (marks.stops === undefined) return marks;
  const { [scope]: before, ...others } = marks.stops;
  const sinceMs = before?.sinceMs ?? atMs;
  return {
    ...marks,
    stops: isStopped ? { ...others, [scope]: { sequence, by, reason, sinceMs } } : others,
  };
}

/** Ticks are monotone in effect: an older one moves nothing. */
function at(marks: ControlMarks, nowMs: number, nowPosition: string): ControlMarks {
  return marks.nowMs !== null && nowMs < marks.nowMs ? marks : { ...marks, nowMs, nowPosition };
}
