import type { Findings } from './finding.ts';
import type { InstanceBooks, TreasuryLedger } from './treasury-ledger.ts';

/** What stands against each account over all holders, and whether they ever have more than there is. */
export interface UsedInAll {
  change(where: string, account: string, change: number): void;
}

export function createUsedInAll(ledgers: readonly TreasuryLedger[], findings: Findings): UsedInAll {
  const used = new Map<string, number>();
  return {
    change(where, account, change) {
      for (const { name, total, out } of ledgerOf(ledgers, account)?.chainOf(account) ?? []) {
        const sum = (used.get(name) ?? 0) + change;
        used.set(name, sum);
        // After a cut, what is out is above the total, and no more than that may be used.
        findings.expect(sum <= Math.max(total, out), 'budget', where, () => {
          return `${name} is overdrawn: ${sum} are held, settling or spent of ${total}`;
        });
      }
    },
  };
}

/** The ledger that leases of an instance itself; one that only has it around others where there is none. */
export function ledgerOf(ledgers: readonly TreasuryLedger[], name: string): TreasuryLedger | undefined {
  const known = ledgers.filter(({ books }) => books.has(name));
  return known.find(({ books }) => books.get(name)!.holders.size > 0) ?? known[0];
}

/** An instance as all ledgers have it together: one account is one, wherever it is leased. */
export function booksOf(ledgers: readonly TreasuryLedger[], name: string): InstanceBooks | undefined {
  const all = ledgers.flatMap(({ books }) => books.get(name) ?? []);
  const own = ledgerOf(ledgers, name)?.books.get(name);
  return own === undefined ? undefined : { ...own, out: all.reduce((sum, { out }) => sum + out, 0) };
}
