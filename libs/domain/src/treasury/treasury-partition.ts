import type { Lease } from '../controls.ts';
import type { Account, Bundle } from '../policy/bundle.ts';
import type { MerchantRows } from '../stage/merchant-rows.ts';
import { formatPosition, type Position } from '../stage/position.ts';
import type { OutputRecord } from '../stage/stage.ts';
import { writeEvent } from '../stage/write-event.ts';
import { parseHolder, type InstanceRow } from './instance-row.ts';
import { periodEndMs, placeOf } from './place.ts';
import { moveOut, setTotal } from './posting.ts';
import type { TreasuryRoot } from './root.ts';

/** The treasury of one partition while it steps: its state and what the current record has led to so far. */
export interface TreasuryPartition {
  readonly partition: number;
  readonly root: TreasuryRoot;
  readonly rows: MerchantRows<InstanceRow>;
  readonly bundles: Map<string, Bundle>;
  outputs: OutputRecord[];
  /** Of the record that is stepped. */
  position: Position;
}

export function accountsOf({ root, bundles }: TreasuryPartition): readonly Account[] {
  return root.bundleHash === null ? [] : bundles.get(root.bundleHash)!.accounts;
}

/** The instance and those around it, innermost first, as the live bundle has them. */
export function chainFrom(treasury: TreasuryPartition, id: string): readonly InstanceRow[] {
  const chain: InstanceRow[] = [];
  for (let next: string | null = id; next !== null;) {
    const row: InstanceRow = broughtUpToDate(treasury, next);
    chain.push(row);
    next = row.within;
  }
  return chain;
}

/** An instance whose period is over leases nothing more and keeps the total that it had. */
export function isClosed({ root }: TreasuryPartition, { id, period }: InstanceRow): boolean {
  return period !== null && periodEndMs(id, period, root.zone) <= root.nowMs;
}

/** The row with the total and the place that the live bundle gives it; those around it first. */
function broughtUpToDate(treasury: TreasuryPartition, id: string): InstanceRow {
  const { root, rows } = treasury;
  const row = rows.get(id);
  if (row.activation === root.sweeps.activation.number) return row;
  row.activation = root.sweeps.activation.number;
  rows.touch(id);
  if (isClosed(treasury, row)) return row;
  const place = placeOf(accountsOf(treasury), id, root.zone);
  if (place !== null) {
    row.period = place.period;
    if (place.within !== row.within) moveWithin(treasury, row, place.within);
  }
  setTotal(row, place?.total ?? 0);
  return row;
}

/** A bundle put the account within another one: what is out of it counts there from now on. */
function moveWithin(treasury: TreasuryPartition, row: InstanceRow, within: string | null): void {
  const { root, rows } = treasury;
  const to = within === null ? [] : chainFrom(treasury, within);
  const from: InstanceRow[] = [];
  for (let next = row.within; next !== null; next = from.at(-1)!.within) from.push(rows.get(next));
  moveOut(row, from, to);
  row.within = within;
  for (const each of to) each.isAncestor = true;
  for (const each of [...from, ...to]) schedule(treasury, each);
  // What it left may be ample now.
  if (from.length > 0) root.isLookWanted = true;
}

/** Marks the row as changed and sets its timer: the next instant at which time alone changes something. */
export function schedule(treasury: TreasuryPartition, row: InstanceRow): void {
  const { root, rows } = treasury;
  const { id, queue, waiting, next, period } = row;
  const isUnfinished = row.isServing || row.isTelling || next < waiting.length;
  let dueMs = isUnfinished ? root.nowMs : Infinity;
  dueMs = Math.min(dueMs, row.retryAtMs ?? Infinity, row.keptUntilMs ?? Infinity);
  if (queue.length > 0 && period !== null) dueMs = Math.min(dueMs, periodEndMs(id, period, root.zone));
  rows.touch(id);
  rows.setDue(id, dueMs === Infinity ? null : dueMs);
}

/** Says to a holder what it was leased, perhaps nothing, and how the instance stands. */
export function say(
  treasury: TreasuryPartition,
  row: InstanceRow,
  to: {
    readonly holder: string;
    readonly amount: number;
    readonly answers: number | null;
    readonly isScarce: boolean;
  },
): void {
  const { root, partition, outputs } = treasury;
  const { partition: destination, merchant } = parseHolder(to.holder);
  const has = row.holders[to.holder];
  if (has !== undefined) has.told = to.isScarce;
  root.sent[destination]! += 1;
  const lease: Lease = {
    writer: `treasury/${partition}`,
    sequence: root.sent[destination]!,
    account: row.id,
    holder: merchant,
    amount: to.amount,
    answers: to.answers,
    isScarce: to.isScarce,
  };
  const position = [...treasury.position, outputs.length];
  const text = writeEvent({
    id: `treasury/${formatPosition(position)}`,
    source: `/updraft/${root.genesis!.logId}/treasury`,
    type: 'updraft.control.lease.v1',
    subject: null,
    timeMs: root.nowMs,
    data: lease,
  });
  outputs.push({ log: 'activity', partition: destination, key: null, position, text });
}
