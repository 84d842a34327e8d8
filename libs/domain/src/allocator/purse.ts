import { addQuantity, addSafe } from '../number.ts';
import type { AccountBalance } from '../outputs.ts';

// A purse is what one holder has of an account: a partition, or a merchant where the account is per legal entity. It
// is filled by leases of the treasury. Double entry, at every position:
// leasedIn = free + held + settling + spent + returned, and no part is negative. Usage is clamped first: what goes
// beyond the hold is overrun, which is reported and stands outside the budget.

export interface Purse extends AccountBalance {
  /** What those need who wait for money here. */
  readonly wanted: number;
  /** The request that the treasury has not answered yet; null: none is out. */
  readonly asked: { readonly need: number; readonly sequence: number } | null;
  /** Size of the last lease that came ahead of need: a quarter of it left is when to ask for the next. */
  readonly lastShare: number;
  /** The treasury has little left: what nobody needs here goes back at once. */
  readonly isScarce: boolean;
  /** Somebody waited in vain since the last lease: whoever comes now is told so at once. */
  readonly isDry: boolean;
  /** When the treasury last answered with nothing; it is asked again once time has moved on. Null: it leased since. */
  readonly refusedAtMs: number | null;
  /** When something was last reserved here. */
  readonly usedAtMs: number;
}

export function emptyPurse(nowMs: number): Purse {
  return {
    leasedIn: 0,
    free: 0,
    held: 0,
    settling: 0,
    spent: 0,
    returned: 0,
    overrun: 0,
    clawedBack: 0,
    wanted: 0,
    asked: null,
    lastShare: 0,
    isScarce: false,
    isDry: false,
    refusedAtMs: null,
    usedAtMs: nowMs,
  };
}

/** A lease came in. */
export function leaseIn(purse: Purse, amount: number): Purse {
  return checked({
    ...purse,
    leasedIn: addSafe(purse.leasedIn, amount),
    free: addSafe(purse.free, amount),
  });
}

export function reserve(purse: Purse, amount: number, nowMs: number): Purse {
  return checked({ ...purse, free: purse.free - amount, held: purse.held + amount, usedAtMs: nowMs });
}

export function commitUsage(purse: Purse, amount: number, from: 'held' | 'settling', overrun: number): Purse {
  const isHeld = from === 'held';
  return checked({
    ...purse,
    held: isHeld ? purse.held - amount : purse.held,
    settling: isHeld ? purse.settling : purse.settling - amount,
    spent: purse.spent + amount,
    overrun: addQuantity(purse.overrun, overrun),
  });
}

export function release(purse: Purse, amount: number, from: 'held' | 'settling'): Purse {
  return checked({ ...purse, [from]: purse[from] - amount, free: purse.free + amount });
}

/** The grant ended; its unused hold waits for usage that is still to be reported. */
export function beginSettling(purse: Purse, amount: number): Purse {
  return checked({ ...purse, held: purse.held - amount, settling: purse.settling + amount });
}

/** Claimed from the merchant: it stays spent until the platform's own books have it back. */
export function clawBack(purse: Purse, amount: number): Purse {
  return checked({ ...purse, clawedBack: addQuantity(purse.clawedBack, amount) });
}

/** Goes back to the treasury. */
export function giveBack(purse: Purse, amount: number): Purse {
  return checked({ ...purse, free: purse.free - amount, returned: purse.returned + amount });
}

/** What nobody waits for. */
export function spareIn({ free, wanted }: Purse): number {
  return Math.max(0, free - wanted);
}

export function balanceOf(purse: Purse): AccountBalance {
  const { clawedBack, free, held, leasedIn, overrun, returned, settling, spent } = purse;
  return { clawedBack, free, held, leasedIn, overrun, returned, settling, spent };
}

/** Nothing is in it and nothing can come back to it: only what was spent is still to be told. */
export function isEmpty({ free, held, settling, wanted, asked }: Purse): boolean {
  return free === 0 && held === 0 && settling === 0 && wanted === 0 && asked === null;
}

function checked(purse: Purse): Purse {
  const { leasedIn, free, held, settling, spent, returned, wanted } = purse;
  if (leasedIn !== free + held + settling + spent + returned) {
    throw new Error(`purse out of balance: ${JSON.stringify(purse)}`);
  }
  if (Math.min(free, held, settling, spent, returned, wanted) < 0) {
    throw new Error(`purse overdrawn: ${JSON.stringify(purse)}`);
  }
  return purse;
}
