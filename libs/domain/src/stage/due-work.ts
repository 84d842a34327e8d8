import { keyOfPlace, type MerchantRows } from './merchant-rows.ts';
import type { InputRecord } from './stage.ts';

// Work by time and sweeps, bounded per record (ARCHITECTURE, section 3).
//
// Before a merchant's record its own due timers and sweeps run. After any record at most K other due items run, half
// timers and half sweeps. The share is fixed before the record is handled, from the index as it stands: what is set
// while handling a record is due from the next record on. So a share is known before anything is stepped, and its
// rows can be loaded in one read.
//
// A timer that fires while catching up may find that what it would do is adverse; the merchant then moves to the held
// list and its timer is gone. A held merchant is therefore not a due item and cannot eat the share of others. The held
// list is swept, in the sweeps' half, once a tick says that the pipeline has caught up.

/** K of engine 3: other due items after an event. */
export const DUE_ITEMS_PER_EVENT = 4;
/** K of engine 3: other due items after a tick. */
export const DUE_ITEMS_PER_TICK = 500;

/** The sweep over those who wait, in the order in which they came; every other one is over all merchants. */
export const WAITING = 'waiting';

/** A sweep over all merchants in order. `cursor` is the place of the last one visited, '' at first, null when done. */
export interface Sweep {
  readonly number: number;
  readonly cursor: string | null;
}

export interface Share {
  /** Merchants whose timer fires. */
  readonly timers: readonly string[];
  /** Merchants to visit for the sweep of this kind; the cursor moves to the last one. */
  readonly sweeps: readonly {
    readonly kind: string;
    readonly keys: readonly string[];
    /** Where the sweep goes on. */
    readonly cursor: string | null;
    readonly isLast: boolean;
  }[];
  /** Held merchants to look at again. */
  readonly held: readonly string[];
}

export interface ShareRequest {
  /** Log time once the record is applied. */
  readonly nowMs: number;
  /** Whether the record leaves the partition catching up. */
  readonly catchingUp: boolean;
  /** The record's own merchant, which is served first and not from the share. */
  readonly subject: string | null;
  readonly itemsMax: number;
}

export const NO_SHARE: Share = { timers: [], sweeps: [], held: [] };

/** A share is asked for twice, by the plan and by the step right after it. */
export function rememberShare(shareOf: (record: InputRecord) => Share): {
  of(record: InputRecord): Share;
  take(record: InputRecord): Share;
} {
  let last: { readonly record: InputRecord; readonly share: Share } | null = null;
  const of = (record: InputRecord): Share => {
    if (last?.record !== record) last = { record, share: shareOf(record) };
    return last.share;
  };
  return {
    of,
    take(record) {
      const share = of(record);
      // The step moves what the next one is reckoned from.
      last = null;
      return share;
    },
  };
}

export function shareOf<Row>(
  rows: MerchantRows<Row>,
  sweeps: Readonly<Record<string, Sweep>>,
  request: ShareRequest,
): Share {
  if (isNothingDue(rows, sweeps, request)) return NO_SHARE;
  const half = request.itemsMax >> 1;
  const timers: string[] = [];
  for (const timer of rows.timers.take(half + 1)) {
    if (timer.dueMs > request.nowMs || timers.length === half) break;
    if (timer.key !== request.subject) timers.push(timer.key);
  }
  let left = half;
  const held = request.catchingUp
    ? []
    : rows.held
        .take(left + 1)
        .filter((key) => key !== request.subject)
        .slice(0, left);
  left -= held.length;
  const visits: Share['sweeps'][number][] = [];
  for (const kind of Object.keys(sweeps).sort()) {
    const { cursor } = sweeps[kind]!;
    if (cursor === null || left === 0) continue;
    const isOfWaiting = kind === WAITING;
    const next = (isOfWaiting ? rows.waiting : rows.ids).take(left + 1, cursor === '' ? undefined : cursor);
    const places = next.slice(0, left);
    const keys = isOfWaiting ? places.map(keyOfPlace) : places;
    visits.push({ kind, keys, cursor: places.at(-1) ?? cursor, isLast: next.length <= left });
    left -= places.length;
  }
  return { timers, sweeps: visits, held };
}

/** After most records nothing is. */
function isNothingDue<Row>(
  { timers, held }: MerchantRows<Row>,
  sweeps: Readonly<Record<string, Sweep>>,
  { nowMs, catchingUp }: ShareRequest,
): boolean {
  const first = timers.first();
  if (first !== undefined && first <= nowMs) return false;
  if (!catchingUp && held.size > 0) return false;
  for (const kind in sweeps) if (sweeps[kind]!.cursor !== null) return false;
  return true;
}

/** Every merchant whose row the share touches, besides the record's own. */
export function keysOf(share: Share): readonly string[] {
  if (share === NO_SHARE) return share.timers;
  return [...share.timers, ...share.held, ...share.sweeps.flatMap((visit) => visit.keys)];
}

/** The sweeps after the share was run. */
export function advanceSweeps(sweeps: Record<string, Sweep>, share: Share): void {
  for (const visit of share.sweeps) {
    const sweep = sweeps[visit.kind]!;
    sweeps[visit.kind] = {
      number: sweep.number,
      cursor: visit.isLast ? null : visit.cursor,
    };
  }
}
