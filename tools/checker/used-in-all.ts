import type { Findings } from './finding.ts';
import type { TreasuryLedger } from './treasury-ledger.ts';

/** What stands against each account over all holders, and whether they ever have more than there is. */
export interface UsedInAll {
  change(where: string, account: string, change: number): void;
}

export function createUsedInAll(ledgers: readonly TreasuryLedger[], findings: Findings): UsedInAll {
  const used = new Map<string, number>();
  return {
    change(where, account, change) {
      const ledger = ledgers.find(({ books }) => books.has(account));
      for (const { name, total, out } of ledger?.chainOf(account) ?? []) {
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
