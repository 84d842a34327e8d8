import type { Findings } from './finding.ts';
import { instanceAround, instanceOf, periodFrom, type PolicyBundle } from './policy-bundle.ts';

// The books of one treasury partition, kept once more: what every holder of every account instance was leased and gave
// back. What is leased from an instance counts against all those around it as well. Of a total, as much is unleased as
// is not out; where more is out than the total, after a cut, that much is owed and nothing may be leased.

export interface Holder {
  leased: number;
  takenBack: number;
}

export interface InstanceBooks {
  readonly name: string;
  total: number;
  /** The instance around it. */
  within: string | null;
  /** Out with its own holders, and with those of instances within it. */
  out: number;
  /** What was moved under it when a bundle went live: it may be out beyond the total. */
  slack: number;
  /** By partition and merchant, `3` or `3/m1`. */
  readonly holders: Map<string, Holder>;
}

export interface TreasuryLedger {
  readonly books: ReadonlyMap<string, InstanceBooks>;
  /** Time in the treasury's log, as the local date there. */
  setToday(today: string): void;
  activated(bundle: PolicyBundle): void;
  lease(where: string, account: string, holder: string, amount: number): void;
  takeBack(where: string, account: string, holder: string, amount: number): void;
  holderOf(account: string, holder: string): Holder;
  /** The instance and those around it, innermost first. */
  chainOf(account: string): readonly InstanceBooks[];
}

export function holderName(partition: number, merchant: string | null): string {
  return merchant === null ? String(partition) : `${partition}/${merchant}`;
}

export function createTreasuryLedger(findings: Findings): TreasuryLedger {
  const books = new Map<string, InstanceBooks>();
  let bundle: PolicyBundle | null = null;
  let today = '';

  function bookOf(name: string): InstanceBooks {
    const known = books.get(name);
    if (known !== undefined) return known;
    const { total, within } = placeIn(bundle, name);
    const fresh: InstanceBooks = { name, total, within, out: 0, slack: 0, holders: new Map() };
    books.set(name, fresh);
    return fresh;
  }

  function chainOf(name: string): readonly InstanceBooks[] {
    const chain: InstanceBooks[] = [];
    for (let next: string | null = name; next !== null && chain.length <= books.size + 1;) {
      const book: InstanceBooks = bookOf(next);
      chain.push(book);
      next = book.within;
    }
    return chain;
  }

  /** Its period is over: it leases nothing more and keeps its total and its place. */
  function isClosed(name: string): boolean {
    const { account, from } = instanceOf(name);
    const period = bundle?.accounts.get(account)?.period ?? null;
    return from !== null && period !== null && periodFrom(period, today) > from;
  }

  function move(where: string, name: string, holder: string, amount: number): Holder {
    for (const book of chainOf(name)) book.out += amount;
    const { holders } = bookOf(name);
    const has = holders.get(holder) ?? { leased: 0, takenBack: 0 };
    holders.set(holder, has);
    findings.expect(Number.isSafeInteger(amount), 'treasury', where, () => `moves ${amount} of ${name}`);
    return has;
  }

  return {
    books,
    chainOf,
    setToday: (date) => void (today = date),
    holderOf: (name, holder) => books.get(name)?.holders.get(holder) ?? { leased: 0, takenBack: 0 },
    activated(next) {
      bundle = next;
      for (const book of books.values()) book.slack = 0;
      for (const book of [...books.values()].filter(({ name }) => !isClosed(name))) {
        const { total, within } = placeIn(next, book.name);
        book.total = total;
        if (within === book.within) continue;
        const own = book.out;
        for (const around of chainOf(book.name).slice(1)) around.out -= own;
        book.within = within;
        for (const around of chainOf(book.name).slice(1)) {
          around.out += own;
          around.slack += own;
        }
      }
    },
    lease(where, name, holder, amount) {
      move(where, name, holder, amount).leased += amount;
      findings.expect(amount >= 0, 'treasury', where, () => `leases ${amount} of ${name}`);
      if (amount === 0) return;
      findings.expect(!isClosed(name), 'treasury', where, () => `leases of ${name}, whose period is over`);
      for (const { name: each, out, total, slack } of chainOf(name)) {
        findings.expect(out <= total + slack, 'treasury', where, () => {
          return `${each}: ${out} are out, the total is ${total}`;
        });
      }
    },
    takeBack(where, name, holder, amount) {
      const has = move(where, name, holder, -amount);
      has.takenBack += amount;
      findings.expect(amount >= 0 && has.takenBack <= has.leased, 'treasury', where, () => {
        return `${holder} gave back ${has.takenBack} of ${name} and was leased ${has.leased}`;
      });
    },
  };
}

/** Total and surroundings by a bundle; nothing where it has no such account, or has it with other periods or owners. */
function placeIn(bundle: PolicyBundle | null, name: string): Pick<InstanceBooks, 'total' | 'within'> {
  const { account: id, of, from } = instanceOf(name);
  const account = bundle?.accounts.get(id);
  const isSame =
    account !== undefined &&
    (account.per === null) === (of === null) &&
    (account.period === null ? from === null : from !== null && periodFrom(account.period, from) === from);
  if (!isSame) return { total: 0, within: null };
  return { total: account.total, within: instanceAround(bundle!, name) };
}
