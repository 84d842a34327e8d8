import { INPUT_TYPES } from '#contracts/event-types';
import type { Genesis, Tick } from '#domain/controls';
import type { ForwardedControl, MerchantCapability, Usage } from '#domain/outputs';
import { upsertMerchants, type MerchantRow } from '#store/read/project';
import { ProjectionFault, type Marks, type Projection, type StoredRecord } from './projection.ts';

/** Log time of a partition, and where that was said. */
export interface ClockMarks extends Marks {
  readonly nowMs: number | null;
  readonly nowPosition: string | null;
}

/** The newest capability of each merchant; ticks on the way give the partition's `now`. */
export const merchantsProjection: Projection<ClockMarks, MerchantRow> = {
  log: 'capability',
  types: INPUT_TYPES.capability,
  empty: { nowMs: null, nowPosition: null },

  fold(marks, partition, record) {
    if (record.event.type === 'updraft.capability.merchant.v1')
      return { marks, ...merchantRow(partition, record) };
    const forwarded = record.event.data as unknown as ForwardedControl | Usage;
    const after = 'control' in forwarded ? clockAfter(marks, forwarded) : marks;
    return { marks: after, row: null, position: forwarded.position };
  },

  write: upsertMerchants,
};

function merchantRow(partition: number, record: StoredRecord): { row: MerchantRow; position: string } {
  const capability = record.event.data as unknown as MerchantCapability;
  const merchant = record.event.subject;
  if (merchant === undefined) throw new ProjectionFault(`capability ${record.event.id} has no subject`);
  const row = {
    merchant,
    partition,
    position: capability.position,
    tier: capability.tier,
    record: record.text,
  };
  return { row, position: capability.position };
}

/** Ticks are monotone in effect: an older one moves nothing. */
function clockAfter(marks: ClockMarks, control: ForwardedControl): ClockMarks {
  const said = saidTime(control);
  if (said === null || (marks.nowMs !== null && said < marks.nowMs)) return marks;
  return { ...marks, nowMs: said, nowPosition: control.position };
}

function saidTime(control: ForwardedControl): number | null {
  if (control.type === 'updraft.control.tick.v1') return (control.control as unknown as Tick).atMs;
  if (control.type === 'updraft.control.genesis.v1') return (control.control as unknown as Genesis).nowMs;
  return null;
}
