import type { Balance, PurseCheck } from './check-purse.ts';
import type { Findings } from './finding.ts';
import { booksOf, ledgerOf } from './used-in-all.ts';
import { holderName, type InstanceBooks, type TreasuryLedger } from './treasury-ledger.ts';

/** How an account instance stands at the end of an export, with everything within it. Units of the account. */
export interface AccountStatement {
  readonly account: string;
  readonly total: number;
  /** Out beyond the total, after a cut. */
  readonly owed: number;
  readonly unleased: number;
  /** Leased and not taken in yet, or returned and not taken back yet. */
  readonly inFlight: number;
  readonly free: number;
  readonly held: number;
  readonly settling: number;
  readonly spent: number;
  /** What was given back in all; it is unleased again, or in flight. */
  readonly returned: number;
  readonly overrun: number;
  readonly clawedBack: number;
}

type Sums = Omit<AccountStatement, 'account' | 'total' | 'owed' | 'unleased'>;

/** `total + owed = unleased + inFlight + free + held + settling + spent` to the unit; what does not add up is found. */
export function accountStatements(
  ledgers: readonly TreasuryLedger[],
  purses: readonly PurseCheck[],
  findings: Findings,
): AccountStatement[] {
  const sums = new Map<string, Sums>();
  purses.forEach((check, partition) => {
    for (const [{ account, holder }, balance] of check.all()) {
      const ledger = ledgerOf(ledgers, account);
      const has = ledger?.holderOf(account, holderName(partition, holder)) ?? { leased: 0, takenBack: 0 };
      const inFlight = has.leased - balance.leasedIn + balance.returned - has.takenBack;
      for (const { name } of ledger?.chainOf(account) ?? [{ name: account }]) {
        sums.set(name, added(sums.get(name), balance, inFlight));
      }
    }
  });
  // A lease on its way to who never had one before.
  for (const ledger of ledgers)
    for (const book of ledger.books.values()) addUnknown(ledger, book, purses, sums);
  for (const name of sharedNames(ledgers))
    findings.add('treasury', name, 'is leased by more than one treasury');
  const names = [...new Set([...ledgers.flatMap(({ books }) => [...books.keys()]), ...sums.keys()])].sort();
  return names.map((account) => statementOf(account, booksOf(ledgers, account), sums, findings));
}

/** Instances of which more than one treasury has something out: each believes that it has the whole total. */
function sharedNames(ledgers: readonly TreasuryLedger[]): string[] {
  const seen = new Map<string, number>();
  for (const { books } of ledgers) {
    for (const { name, out } of books.values()) if (out > 0) seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  return [...seen].flatMap(([name, times]) => (times > 1 ? [name] : []));
}

function addUnknown(
  ledger: TreasuryLedger,
  { name, holders }: InstanceBooks,
  purses: readonly PurseCheck[],
  sums: Map<string, Sums>,
): void {
  for (const [holder, { leased, takenBack }] of holders) {
    const [partition, merchant = null] = split(holder);
    const known = purses[Number(partition)]?.has({ account: name, holder: merchant }) ?? false;
    if (known) continue;
    for (const each of ledger.chainOf(name))
      sums.set(each.name, added(sums.get(each.name), null, leased - takenBack));
  }
}

function split(holder: string): [string, string?] {
  const at = holder.indexOf('/');
  return at < 0 ? [holder] : [holder.slice(0, at), holder.slice(at + 1)];
}

function added(sums: Sums | undefined, balance: Balance | null, inFlight: number): Sums {
  const of = (part: keyof Sums & keyof Balance): number => (sums?.[part] ?? 0) + (balance?.[part] ?? 0);
  return {
    inFlight: (sums?.inFlight ?? 0) + inFlight,
    free: of('free'),
    held: of('held'),
    settling: of('settling'),
    spent: of('spent'),
    returned: of('returned'),
    overrun: of('overrun'),
    clawedBack: of('clawedBack'),
  };
}

function statementOf(
  account: string,
  books: InstanceBooks | undefined,
  all: ReadonlyMap<string, Sums>,
  findings: Findings,
): AccountStatement {
  const sums = all.get(account) ?? added(undefined, null, 0);
  const [total, out] = [books?.total ?? 0, books?.out ?? 0];
  const [unleased, owed] = [Math.max(0, total - out), Math.max(0, out - total)];
  const { inFlight, free, held, settling, spent } = sums;
  const accounted = unleased + inFlight + free + held + settling + spent;
  findings.expect(total + owed === accounted, 'budget', account, () => {
    return `total ${total} and owed ${owed}, but ${accounted} are accounted for`;
  });
  findings.expect(inFlight >= 0, 'budget', account, () => `${inFlight} are in flight`);
  return { account, total, owed, unleased, ...sums };
}

const COLUMNS = [
  'total',
  'owed',
  'unleased',
  'inFlight',
  'free',
  'held',
  'settling',
  'spent',
  'returned',
  'overrun',
  'clawedBack',
] as const;
const HEADS: Readonly<Record<(typeof COLUMNS)[number], string>> = {
  total: 'total',
  owed: 'owed',
  unleased: 'unleased',
  inFlight: 'in flight',
  free: 'free',
  held: 'held',
  settling: 'settling',
  spent: 'spent',
  returned: 'returned',
  overrun: 'overrun',
  clawedBack: 'clawed back',
};

/** A table for people. */
export function statementLines(statements: readonly AccountStatement[]): string[] {
  const rows = [
    ['account', ...COLUMNS.map((column) => HEADS[column])],
    ...statements.map((each) => [each.account, ...COLUMNS.map((column) => String(each[column]))]),
  ];
  const widths = rows[0]!.map((_, place) => Math.max(...rows.map((row) => row[place]!.length)));
  return rows.map(([first, ...rest]) =>
    [first!.padEnd(widths[0]!), ...rest.map((text, place) => text.padStart(widths[place + 1]!))].join('  '),
  );
}
