import { byCodeUnit } from '../canonical.ts';
import { SECOND_MS } from '../time.ts';
import type { InstanceRow } from './instance-row.ts';
import { freeOf } from './posting.ts';
import { hasUnserved, isAnyScarce } from './scarcity.ts';
import { judge, refuseAll, serve } from './serving.ts';
import { chainFrom, isClosed, say, schedule, type TreasuryPartition } from './treasury-partition.ts';

// A look at an instance does all that can be done for it now: totals and place by the live bundle, the queue, whether
// it is scarce, and who is to be told. A second look at the same instant changes nothing.
//
// An instance whose requests wait for funds of one around it stands in that one's list. When funds come in there, all
// in the list are looked at once, in order of arrival, some per record.

/** Instances within one that are looked at per visit to it, each with the rows around it. */
const WAKE_MAX = 8;
/** Who comes later looks again by itself. */
const WAITING_MAX = 1_000;
const RETRY_MS = 15 * SECOND_MS;
/** Holders that one look tells about scarcity. */
const TOLD_MAX = 64;

/** An instance to look at and those within it to wake, fixed before the record is handled so that rows can be loaded. */
export interface Visit {
  readonly key: string;
  readonly within: readonly string[];
}

/** Null where the row does not exist or is not in memory. */
export function loadedRow({ rows }: TreasuryPartition, key: string): InstanceRow | null {
  return rows.ids.has(key) && rows.missing([key]).length === 0 ? rows.get(key) : null;
}

export function visitOf(treasury: TreasuryPartition, key: string): Visit {
  const row = loadedRow(treasury, key);
  return { key, within: row === null ? [] : row.waiting.slice(0, Math.min(row.toWake, WAKE_MAX)) };
}

export function visit(treasury: TreasuryPartition, { key, within }: Visit): void {
  look(treasury, key);
  const row = treasury.rows.get(key);
  for (const id of within) {
    const inner = treasury.rows.get(id);
    if (inner.waitsAt !== key) continue;
    leaveList(row, inner);
    look(treasury, id);
  }
  schedule(treasury, row);
}

function look(treasury: TreasuryPartition, id: string): void {
  const chain = chainFrom(treasury, id);
  const row = chain[0]!;
  if (isClosed(treasury, row)) refuseAll(treasury, chain);
  else serve(treasury, chain);
  waitAround(treasury, chain);
  judge(treasury, chain);
  tell(treasury, chain);
  for (const each of chain) schedule(treasury, each);
}

/**
 * Puts the instance into the list of the one around it that has least, where that is why somebody waits. It is enough
 * to stand in one list: nobody can be served before funds come in there.
 */
function waitAround(treasury: TreasuryPartition, chain: readonly InstanceRow[]): void {
  const { root, rows } = treasury;
  const row = chain[0]!;
  const free = freeOf(chain);
  const isWaiting = hasUnserved(chain) && free < row.unleased;
  const wanted = isWaiting ? chain.find(({ unleased }) => unleased === free)! : null;
  row.retryAtMs = null;
  if (row.waitsAt === (wanted?.id ?? null)) return;
  if (row.waitsAt !== null) {
    const left = rows.get(row.waitsAt);
    leaveList(left, row);
    schedule(treasury, left);
  }
  if (wanted === null) return;
  if (wanted.waiting.length < WAITING_MAX) {
    wanted.waiting.push(row.id);
    row.waitsAt = wanted.id;
  } else row.retryAtMs = root.nowMs + RETRY_MS;
}

function leaveList(list: InstanceRow, row: InstanceRow): void {
  const at = list.waiting.indexOf(row.id);
  list.waiting.splice(at, 1);
  if (at < list.toWake) list.toWake -= 1;
  row.waitsAt = null;
}

/** Tells who holds something once that little is left, and who was told so that it is over. */
function tell(treasury: TreasuryPartition, chain: readonly InstanceRow[]): void {
  const row = chain[0]!;
  const isScarce = isAnyScarce(chain);
  row.isTelling = false;
  if (row.said === isScarce) return;
  const untold = Object.keys(row.holders)
    .filter((key) => {
      const { leased, takenBack, told } = row.holders[key]!;
      return told !== isScarce && (told || leased > takenBack);
    })
    .sort(byCodeUnit);
  for (const holder of untold.slice(0, TOLD_MAX)) {
    say(treasury, row, { holder, amount: 0, answers: null, isScarce });
  }
  row.isTelling = untold.length > TOLD_MAX;
  if (!row.isTelling) row.said = isScarce;
}
