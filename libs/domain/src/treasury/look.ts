import { byCodeUnit } from '../canonical.ts';
import { SECOND_MS } from '../time.ts';
import type { InstanceRow } from './instance-row.ts';
import { freeOf } from './posting.ts';
import { hasUnserved, isAnyScarce } from './scarcity.ts';
import { endKeeping, judge, refuseAll, serve } from './serving.ts';
import { chainFrom, isClosed, say, schedule, type TreasuryPartition } from './treasury-partition.ts';
import { join, leave, mustWait } from './waiting-list.ts';

// A look at an instance does all that can be done for it now: totals and place by the live bundle, the queue, whether
// it is scarce, and who is to be told. A second look at the same instant changes nothing.

/** Instances within one that are looked at per visit to it, each with the rows around it. */
const WAKE_MAX = 8;
/** When an instance looks again that found the list full. */
const RETRY_MS = 15 * SECOND_MS;
/** Holders that one look tells about scarcity. */
const TOLD_MAX = 64;

/** An instance to look at and those within it to wake: fixed before the record is handled, so that rows are loaded. */
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
  const within = row === null ? [] : row.waiting.slice(row.next, row.next + WAKE_MAX);
  return { key, within: within.map(({ id }) => id) };
}

/** Those within come first: they wait, and whoever asks the instance itself comes after them. */
export function visit(treasury: TreasuryPartition, { key, within }: Visit): void {
  const row = treasury.rows.get(key);
  for (const id of within) {
    // The list changed since: the next record begins anew.
    if (row.waiting[row.next]?.id !== id) break;
    row.next += 1;
    look(treasury, id);
  }
  look(treasury, key);
}

function look(treasury: TreasuryPartition, id: string): void {
  const chain = chainFrom(treasury, id);
  const row = chain[0]!;
  endKeeping(treasury, row);
  if (isClosed(treasury, row)) refuseAll(treasury, chain);
  else serve(treasury, chain);
  waitAround(treasury, chain);
  judge(treasury, chain);
  tell(treasury, chain);
  for (const each of chain) schedule(treasury, each);
}

/**
 * Puts the instance into the list of the one around it that is why somebody waits: where others come before it, else
 * the one that has least. One list is enough: nobody can be served before something changes there.
 */
function waitAround(treasury: TreasuryPartition, chain: readonly InstanceRow[]): void {
  const { root, rows } = treasury;
  const [row, ...around] = chain as readonly [InstanceRow, ...InstanceRow[]];
  const free = freeOf(chain);
  const wanted = hasUnserved(chain)
    ? (around.find((each) => mustWait(each, row.id)) ??
      around.find(({ unleased }) => unleased === free && free < row.unleased))
    : undefined;
  row.retryAtMs = null;
  if (row.waitsAt === (wanted?.id ?? null)) return;
  if (row.waitsAt !== null) {
    const left = rows.get(row.waitsAt);
    leave(left, row.id);
    schedule(treasury, left);
  }
  row.waitsAt = wanted !== undefined && join(wanted, row.id) ? wanted.id : null;
  if (wanted !== undefined && row.waitsAt === null) row.retryAtMs = root.nowMs + RETRY_MS;
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
