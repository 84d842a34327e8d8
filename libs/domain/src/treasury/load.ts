import type { PolicyActivated } from '../controls.ts';
import type { LeaseRequest, LeaseReturn } from '../outputs.ts';
import type { Account } from '../policy/bundle.ts';
import { keysOf, type Share } from '../stage/due-work.ts';
import type { InputRecord } from '../stage/stage.ts';
import { loadedRow, visitOf, type Visit } from './look.ts';
import { placeOf } from './place.ts';
import type { TreasuryPartition } from './treasury-partition.ts';

// Which rows a record needs. A row names others: the instance around it, the one in whose list it stands, those that
// it is to wake. So the plan is asked again with what was loaded until nothing is missing.

/** The instance that a request or return is about. */
export function instanceOf({ event }: InputRecord): string | null {
  const isOne = event.type === 'updraft.treasury.request.v1' || event.type === 'updraft.treasury.return.v1';
  return isOne ? (event.data as unknown as LeaseRequest | LeaseReturn).account : null;
}

/** The record's own instance is visited where the record is handled, the others after it. */
export function visitsOf(
  treasury: TreasuryPartition,
  record: InputRecord,
  share: Share,
): { readonly own: Visit | null; readonly others: readonly Visit[] } {
  const instance = instanceOf(record);
  return {
    own: instance === null ? null : visitOf(treasury, instance),
    others: keysOf(share).map((key) => visitOf(treasury, key)),
  };
}

/** Keys of rows that the step will touch and that are not in memory, as far as those in memory tell. */
export function missingRows(
  treasury: TreasuryPartition,
  record: InputRecord,
  share: Share,
): readonly string[] {
  const { own, others } = visitsOf(treasury, record, share);
  const accounts = accountsAfter(treasury, record);
  const keys = new Set<string>();
  for (const { key, within } of own === null ? others : [own, ...others]) {
    keys.add(key);
    for (const id of within) keys.add(id);
  }
  // Whatever is added while it runs is visited as well.
  for (const key of keys) {
    const row = loadedRow(treasury, key);
    const around = [placeOf(accounts, key, treasury.root.zone)?.within, row?.within, row?.waitsAt];
    for (const name of around) if (name !== null && name !== undefined) keys.add(name);
  }
  return treasury.rows.missing([...keys]);
}

/** Of the bundle by which the record is stepped: the one that it activates, else the live one. */
function accountsAfter(
  { root, bundles }: TreasuryPartition,
  { event: { type, data } }: InputRecord,
): readonly Account[] {
  const { sequence, bundle } = data as unknown as PolicyActivated;
  const isActivation = type === 'updraft.control.policy-activated.v1' && sequence > root.bundleSequence;
  return bundles.get((isActivation ? bundle : root.bundleHash) ?? '')?.accounts ?? [];
}
