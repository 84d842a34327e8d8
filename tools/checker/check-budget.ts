import type { Findings } from './finding.ts';

// The account of one partition, from the evidence that decisions carry: what each decision did must be exactly its
// outcome, and between two decisions only usage, settling and activations may have moved anything.

export interface Balance {
  readonly leasedIn: number;
  readonly free: number;
  readonly held: number;
  readonly settling: number;
  readonly spent: number;
  readonly returned: number;
  readonly overrun: number;
}

export interface BudgetEvidence {
  readonly account: string;
  readonly before: Balance;
  readonly after: Balance;
}

/** By how much a decision moves each part; what is left out must stay. */
export type Movement = Partial<Record<keyof Balance, number>>;

export interface BudgetCheck {
  /** A bundle went live: what each of its accounts has for all partitions together. */
  activated(totals: ReadonlyMap<string, number>): void;
  /** Usage that grants of the account have reported so far, clamped to their size. */
  decided(where: string, evidence: BudgetEvidence, movements: readonly Movement[], usage: number): void;
  /** What this partition holds of each account at the end: as evidenced last, or as given. */
  leased(): ReadonlyMap<string, number>;
}

interface KnownAccount {
  share: number;
  /** After a cut part of the share may still be out; then only bounds can be checked. */
  wasCut: boolean;
  raised: number;
  last: Balance | null;
}

const PARTS = ['leasedIn', 'free', 'held', 'settling', 'spent', 'returned', 'overrun'] as const;

export function shareOf(total: number, partitions: number, partition: number): number {
  const remainder = total % partitions;
  return (total - remainder) / partitions + (partition < remainder ? 1 : 0);
}

export function createBudgetCheck(partition: number, partitions: number, findings: Findings): BudgetCheck {
  const accounts = new Map<string, KnownAccount>();
  return {
    activated(totals) {
      for (const [id, total] of totals) {
        const share = shareOf(total, partitions, partition);
        const known = accounts.get(id) ?? { share: 0, wasCut: false, raised: 0, last: null };
        if (share < known.share) known.wasCut = true;
        else known.raised += share - known.share;
        known.share = share;
        accounts.set(id, known);
      }
    },
    decided(where, { account, before, after }, movements, usage) {
      const known = accounts.get(account);
      if (known === undefined) {
        findings.add('budget', where, `account ${account} is in no bundle that was live`);
        return;
      }
      const find = (what: string): void => findings.add('budget', where, `${account}: ${what}`);
      for (const balance of [before, after]) for (const fault of faultsOf(balance, known)) find(fault);
      for (const fault of between(known.last, before)) find(fault);
      if (!movements.some((movement) => moves(before, after, movement))) {
        find(`moved ${JSON.stringify(differences(before, after))}, allowed is ${JSON.stringify(movements)}`);
      }
      if (after.spent > usage) find(`spent ${after.spent}, but grants have reported ${usage}`);
      known.last = after;
    },
    leased: () =>
      new Map(
        [...accounts].map(([id, { last, share }]) => [
          id,
          last === null ? share : last.leasedIn - last.returned,
        ]),
      ),
  };
}

/** The laws of one balance. */
function faultsOf(balance: Balance, known: KnownAccount): string[] {
  const { leasedIn, free, held, settling, spent, returned } = balance;
  const faults: string[] = [];
  const sum = free + held + settling + spent + returned;
  if (leasedIn !== sum) faults.push(`leased in ${leasedIn}, but its parts are ${sum}`);
  for (const part of PARTS) {
    if (!Number.isSafeInteger(balance[part]) || balance[part] < 0) faults.push(`${part} is ${balance[part]}`);
  }
  const net = leasedIn - returned;
  if (!known.wasCut && (net !== known.share || returned !== 0)) {
    faults.push(`holds ${net}, the share of this partition is ${known.share}`);
  }
  if (known.wasCut && (net < known.share || leasedIn > known.raised)) {
    faults.push(
      `holds ${net} of ${leasedIn} leased in, the share is ${known.share} of ${known.raised} raised`,
    );
  }
  return faults;
}

/** From one decision to the next, usage commits, settling ends and shares change. Nothing else moves. */
function between(last: Balance | null, now: Balance): string[] {
  if (last === null) {
    return now.spent + now.held + now.settling + now.overrun === 0 ? [] : ['was used before any decision'];
  }
  const faults: string[] = [];
  const fell = (part: keyof Balance): boolean => now[part] < last[part];
  for (const part of ['leasedIn', 'spent', 'returned', 'overrun'] as const) {
    if (fell(part)) faults.push(`${part} fell from ${last[part]} to ${now[part]} between decisions`);
  }
  for (const part of ['held', 'settling'] as const) {
    if (now[part] > last[part]) {
      faults.push(`${part} rose from ${last[part]} to ${now[part]} without a decision`);
    }
  }
  if (last.held - now.held > now.spent - last.spent) {
    faults.push(
      `${last.held - now.held} left the hold without a decision, ${now.spent - last.spent} were spent`,
    );
  }
  return faults;
}

function differences(before: Balance, after: Balance): Movement {
  return Object.fromEntries(
    PARTS.flatMap((part) => (after[part] === before[part] ? [] : [[part, after[part] - before[part]]])),
  );
}

/** `free` means free or returned: what comes free while a cut is owed goes back at once. */
function moves(before: Balance, after: Balance, movement: Movement): boolean {
  const moved = differences(before, after);
  const isSame = (part: keyof Balance): boolean => (moved[part] ?? 0) === (movement[part] ?? 0);
  const others = PARTS.filter((part) => part !== 'free' && part !== 'returned');
  const freed = (moved.free ?? 0) + (moved.returned ?? 0);
  return others.every(isSame) && freed === (movement.free ?? 0) && (moved.returned ?? 0) >= 0;
}
