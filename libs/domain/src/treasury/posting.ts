import { addSafe } from '../number.ts';
import type { InstanceRow } from './instance-row.ts';

// Double entry over a chain of instances: the one that leases, then those around it, innermost first. What is leased
// is taken from the unleased of all of them, and what comes back goes back to all of them. The law of every row is
// checked after every posting; that it does not hold is a bug.

/** At most what every instance of the chain has left. */
export function freeOf(chain: readonly InstanceRow[]): number {
  return chain.reduce((least, { unleased }) => Math.min(least, unleased), Number.MAX_SAFE_INTEGER);
}

/** At most what every instance of the chain may ever have. */
export function capOf(chain: readonly InstanceRow[]): number {
  return chain.reduce((least, { total }) => Math.min(least, total), Number.MAX_SAFE_INTEGER);
}

export function leaseOut(chain: readonly InstanceRow[], holder: string, amount: number): void {
  const [row, ...around] = chain as readonly [InstanceRow, ...InstanceRow[]];
  const has = (row.holders[holder] ??= { leased: 0, takenBack: 0, told: false });
  has.leased = addSafe(has.leased, amount);
  row.leasedOut += amount;
  for (const each of around) each.leasedBelow += amount;
  for (const each of chain) {
    each.unleased -= amount;
    checked(each);
  }
}

/** Throws when the holder does not have so much out: its sender counts wrongly. */
export function takeBack(chain: readonly InstanceRow[], holder: string, amount: number): void {
  const [row, ...around] = chain as readonly [InstanceRow, ...InstanceRow[]];
  const has = row.holders[holder];
  if (has === undefined || has.leased - has.takenBack < amount) {
    throw new Error(`${holder} returns ${amount} of ${row.id} and has ${JSON.stringify(has ?? null)}`);
  }
  has.takenBack += amount;
  row.leasedOut -= amount;
  for (const each of around) each.leasedBelow -= amount;
  for (const each of chain) comeIn(each, amount);
}

/** A raise first forgives what is owed; a cut takes what is unleased now, and the rest is owed. */
export function setTotal(row: InstanceRow, total: number): void {
  const change = total - row.total;
  row.total = total;
  if (change >= 0) {
    const forgiven = Math.min(row.owed, change);
    row.owed -= forgiven;
    gain(row, change - forgiven);
  } else goOut(row, -change);
}

/** An instance lies within others now: they give what is out of it as far as they have it, and owe the rest. */
export function moveOut(row: InstanceRow, from: readonly InstanceRow[], to: readonly InstanceRow[]): void {
  const out = row.leasedOut + row.leasedBelow;
  for (const each of from) {
    each.leasedBelow -= out;
    comeIn(each, out);
  }
  for (const each of to) {
    each.leasedBelow += out;
    goOut(each, out);
  }
}

function comeIn(row: InstanceRow, amount: number): void {
  const paid = Math.min(row.owed, amount);
  row.owed -= paid;
  gain(row, amount - paid);
}

/** Those who wait here, and the instances within that do, are looked at again. */
function gain(row: InstanceRow, amount: number): void {
  row.unleased += amount;
  checked(row);
  if (amount === 0) return;
  row.isServing = row.queue.length > 0;
  row.next = 0;
}

function goOut(row: InstanceRow, amount: number): void {
  const taken = Math.min(row.unleased, amount);
  row.unleased -= taken;
  row.owed += amount - taken;
  checked(row);
}

function checked(row: InstanceRow): void {
  const { total, owed, unleased, leasedOut, leasedBelow } = row;
  const parts = `${total} + ${owed} = ${unleased} + ${leasedOut} + ${leasedBelow}`;
  if (addSafe(total, owed) !== addSafe(unleased, addSafe(leasedOut, leasedBelow))) {
    throw new Error(`${row.id} out of balance: ${parts}`);
  }
  if (Math.min(total, owed, unleased, leasedOut, leasedBelow) < 0)
    throw new Error(`${row.id} overdrawn: ${parts}`);
  if (Math.min(owed, unleased) > 0) throw new Error(`${row.id} owes what it has: ${parts}`);
}
