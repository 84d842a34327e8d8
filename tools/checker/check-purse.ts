import type { Findings } from './finding.ts';

// What the holders of one partition have of each account, posted once more: leases as they were forwarded, usage,
// returns, and what each decision does. The evidence of every decision, and the balance that goes with everything said
// to a treasury, must be exactly what stands here.

export interface Balance {
  readonly leasedIn: number;
  readonly free: number;
  readonly held: number;
  readonly settling: number;
  readonly spent: number;
  readonly returned: number;
  /** Usage beyond what was held: outside the budget. */
  readonly overrun: number;
  /** Of what was spent, what is claimed back. */
  readonly clawedBack: number;
}

export interface BudgetEvidence {
  readonly account: string;
  readonly holder?: string;
  readonly before: Balance;
  readonly after: Balance;
}

/** By how much something moves each part; what is left out stays. */
export type Movement = Partial<Record<keyof Balance, number>>;

export const PARTS = [
  'leasedIn',
  'free',
  'held',
  'settling',
  'spent',
  'returned',
  'overrun',
  'clawedBack',
] as const;
export const NOTHING: Balance = {
  leasedIn: 0,
  free: 0,
  held: 0,
  settling: 0,
  spent: 0,
  returned: 0,
  overrun: 0,
  clawedBack: 0,
};

/** A holder's purse of an account instance; the holder is a merchant, or null for the partition. */
export interface PurseName {
  readonly account: string;
  readonly holder: string | null;
}

export interface PurseCheck {
  balanceOf(purse: PurseName): Balance;
  has(purse: PurseName): boolean;
  /** Moves a purse and holds it to the laws. */
  post(where: string, purse: PurseName, movement: Movement): void;
  /** What was said to stand there. Says how it differs, and goes on from what was said: one error is one finding. */
  expect(where: string, purse: PurseName, said: Balance): void;
  isEqual(purse: PurseName, said: Balance): boolean;
  /** Beyond the last decision only what leases and returns move is known for sure. */
  adopt(where: string, purse: PurseName, said: Balance): void;
  /** Every purse that there is. */
  all(): Iterable<readonly [PurseName, Balance]>;
}

/** `onUsed`: the held, settling and spent of an account changed by so much. */
export function createPurseCheck(
  findings: Findings,
  onUsed: (where: string, account: string, change: number) => void,
): PurseCheck {
  const purses = new Map<string, readonly [PurseName, Balance]>();
  const keyOf = ({ account, holder }: PurseName): string => `${account}\n${holder ?? ''}`;
  const balanceOf = (purse: PurseName): Balance => purses.get(keyOf(purse))?.[1] ?? NOTHING;
  const labelOf = ({ account, holder }: PurseName): string =>
    holder === null ? account : `${account} of ${holder}`;

  function set(where: string, purse: PurseName, balance: Balance): void {
    const before = balanceOf(purse);
    purses.set(keyOf(purse), [purse, balance]);
    for (const fault of faultsOf(balance)) findings.add('budget', where, `${labelOf(purse)}: ${fault}`);
    const change = usedOf(balance) - usedOf(before);
    if (change !== 0) onUsed(where, purse.account, change);
  }

  return {
    balanceOf,
    has: (purse) => purses.has(keyOf(purse)),
    isEqual: (purse, said) => PARTS.every((part) => balanceOf(purse)[part] === said[part]),
    post(where, purse, movement) {
      set(where, purse, moved(balanceOf(purse), movement));
    },
    expect(where, purse, said) {
      const has = balanceOf(purse);
      const different = PARTS.filter((part) => has[part] !== said[part]);
      if (different.length === 0) return;
      const parts = different.map((part) => `${part} is ${has[part]}, it says ${said[part]}`);
      findings.add('budget', where, `${labelOf(purse)}: ${parts.join('; ')}`);
      set(where, purse, said);
    },
    adopt(where, purse, said) {
      const has = balanceOf(purse);
      for (const part of ['leasedIn', 'returned'] as const) {
        findings.expect(has[part] === said[part], 'budget', where, () => {
          return `${labelOf(purse)}: ${part} is ${has[part]}, it says ${said[part]}`;
        });
      }
      set(where, purse, said);
    },
    all: () => purses.values(),
  };
}

export function moved(balance: Balance, movement: Movement): Balance {
  const after = { ...balance };
  for (const part of PARTS) after[part] += movement[part] ?? 0;
  return after;
}

/** What stands against the account. */
export function usedOf({ held, settling, spent }: Balance): number {
  return held + settling + spent;
}

/** The laws of one balance. */
function faultsOf(balance: Balance): string[] {
  const { leasedIn, free, held, settling, spent, returned } = balance;
  const faults: string[] = [];
  const sum = free + held + settling + spent + returned;
  if (leasedIn !== sum) faults.push(`leased in ${leasedIn}, but its parts are ${sum}`);
  for (const part of PARTS) {
    if (!Number.isSafeInteger(balance[part]) || balance[part] < 0) faults.push(`${part} is ${balance[part]}`);
  }
  return faults;
}
