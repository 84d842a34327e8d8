import { rechain, withData, type ExportLine } from './alter-export.ts';
import { changedAt, contentOf, openPlanting, placeOf, rulesOf, textOf } from './planted-errors.ts';
import type { DecisionContent, Planting } from './planted-errors.ts';

// Money that is not where it should be, planted by somebody who makes chains, sequences and digests right again.

let planting: Planting;

beforeAll(async () => {
  planting = await openPlanting();
}, 60_000);

afterAll(() => planting.close());

type Balance = Record<string, number>;

/** From a decision on, everything that is said of an account is said with `change`. */
function saidFrom(
  lines: readonly ExportLine[],
  place: number,
  change: (balance: Balance) => Balance,
): ExportLine[] {
  const { account } = contentOf(lines[place]!).budget!;
  return rechain(
    lines.map((line, at) =>
      withData(line, (data) => {
        const { budget } = data as unknown as DecisionContent;
        if (at < place || budget?.account !== account) return data;
        return { ...data, budget: { ...budget, before: change(budget.before), after: change(budget.after) } };
      }),
    ),
  );
}

describe('what a partition has of an account', () => {
  test('a lease that its books have twice is found', async () => {
    const result = await planting.planted('decisions', (lines) => {
      const place = placeOf(lines, 'issue', ({ budget }) => budget!.before['returned'] === 0);
      const { leasedIn } = contentOf(lines[place]!).budget!.before;
      return saidFrom(lines, place, (balance) => ({
        ...balance,
        leasedIn: balance['leasedIn']! + leasedIn!,
        free: balance['free']! + leasedIn!,
      }));
    });
    expect(rulesOf(result)).toEqual(['budget']);
    expect(textOf(result)).toMatch(/leasedIn is \d+, it says \d+/);
  });

  test('spending that nobody reported is found', async () => {
    const result = await planting.planted('decisions', (lines) =>
      saidFrom(lines, placeOf(lines, 'issue'), (balance) => ({
        ...balance,
        held: balance['held']! - 1,
        spent: balance['spent']! + 1,
      })),
    );
    expect(rulesOf(result)).toEqual(['budget']);
    expect(textOf(result)).toMatch(/spent is \d+, it says \d+/);
  });

  test('usage that was added up instead of taken as the largest report is found', async () => {
    const result = await planting.planted('decisions', (lines) => {
      const place = placeOf(lines, 'expire', ({ budget }) => {
        return budget !== null && budget.before['spent']! > 0 && budget.after['settling']! > 0;
      });
      const { spent, settling } = contentOf(lines[place]!).budget!.after;
      const more = Math.min(spent!, settling!);
      return saidFrom(lines, place, (balance) => ({
        ...balance,
        held: balance['held']! - more,
        spent: balance['spent']! + more,
      }));
    });
    expect(rulesOf(result)).toEqual(['budget']);
    expect(textOf(result)).toMatch(/spent is \d+, it says \d+/);
  });

  test('a hold that came free at expiry, while usage is on its way, is found', async () => {
    const result = await planting.planted('decisions', (lines) => {
      const place = placeOf(lines, 'expire', ({ budget }) => {
        return budget !== null && budget.after['settling']! > budget.before['settling']!;
      });
      return changedAt(place, lines, (data) => {
        const { before, after } = data.budget!;
        const freed = after['settling']! - before['settling']!;
        const changed = { ...after, settling: before['settling'], free: before['free']! + freed };
        return { ...data, budget: { ...data.budget!, after: changed } };
      });
    });
    expect(rulesOf(result)).toEqual(['budget']);
    expect(textOf(result)).toMatch(/settling is \d+, it says \d+/);
  });

  test('a quota of a legal entity that is kept for each of its shops is found', async () => {
    const result = await planting.planted('decisions', (lines) => {
      const place = placeOf(lines, 'issue', ({ budget }) => budget?.account.includes('~') ?? false);
      const merchant = lines[place]!.key!;
      return changedAt(place, lines, (data) => {
        const account = data.budget!.account.replace(/~[^@]*/, `~${merchant}`);
        return { ...data, budget: { ...data.budget!, account }, grant: { ...data.grant!, account } };
      });
    });
    expect(rulesOf(result)).toEqual(expect.arrayContaining(['quota']));
    expect(textOf(result)).toContain('is not of the entity of');
  });
});

interface Mail {
  readonly writer?: string;
  readonly account?: string;
  readonly sequence?: number;
  readonly amount?: number;
}

function mailIn(line: ExportLine): Mail {
  return (JSON.parse(line.value) as { data: Mail }).data;
}

function isOfSamePurse(one: Mail, other: Mail): boolean {
  return one.writer === other.writer && one.account === other.account;
}

function isOf(type: string): (line: ExportLine) => boolean {
  return ({ value }) => value.includes(`"type":"updraft.${type}.v1"`);
}

describe('what goes between the treasury and its holders', () => {
  test('a return that was lost is found, with the numbers of what came after it made right', async () => {
    const result = await planting.planted('treasury', (lines) => {
      // One after which the same purse says more of itself.
      const place = lines.findIndex(
        (line, at) =>
          isOf('treasury.return')(line) &&
          mailIn(line).amount! > 0 &&
          lines.slice(at + 1).filter((later) => isOfSamePurse(mailIn(later), mailIn(line))).length > 1,
      );
      const lost = mailIn(lines[place]!);
      // A tick that says nothing new takes its place, so that every offset stays.
      const tick = lines.findLast((line, at) => at < place && isOf('control.tick')(line))!;
      return lines.with(place, { ...lines[place]!, value: tick.value }).map((line) => {
        const { writer, sequence } = mailIn(line);
        if (writer !== lost.writer || sequence! < lost.sequence!) return line;
        return withData(line, (data) => ({ ...data, sequence: sequence! - 1 }));
      });
    });
    expect(rulesOf(result)).toContain('budget');
    expect(textOf(result)).toMatch(/returned is \d+, it says \d+/);
  });

  test('a return of more than is out is found', async () => {
    const result = await planting.planted('treasury', (lines) => {
      const place = lines.findIndex(isOf('treasury.return'));
      return lines.with(
        place,
        withData(lines[place]!, (data) => ({ ...data, amount: 1_000_000_000 })),
      );
    });
    expect(rulesOf(result)).toEqual(expect.arrayContaining(['treasury', 'budget']));
    expect(textOf(result)).toContain('and was leased');
  });

  test('a gap in what an allocator said, and other words under an old number, are found', async () => {
    const result = await planting.planted('treasury', (lines) => {
      const place = lines.findIndex(isOf('treasury.request'));
      const repeat = withData(lines[place]!, (data) => ({ ...data, need: 77 }));
      const gap = withData(lines[place]!, (data) => ({ ...data, sequence: 9_999 }));
      const end = lines.length;
      return [...lines, { ...repeat, offset: end }, { ...gap, offset: end + 1 }];
    });
    expect(rulesOf(result)).toContain('treasury');
    expect(textOf(result)).toContain('said something else as');
    expect(textOf(result)).toContain('goes on with 9999');
  });

  test('a lease of more than there is is found, at the treasury and where it was taken', async () => {
    const result = await planting.planted('activity', (lines) => {
      const place = lines.findIndex((line) => isOf('control.lease')(line) && mailIn(line).amount! > 0);
      return lines.with(
        place,
        withData(lines[place]!, (data) => ({ ...data, amount: 5_000_000 })),
      );
    });
    expect(rulesOf(result)).toContain('treasury');
    expect(textOf(result)).toMatch(/5000000 are out, the total is \d+|\d+ are out, the total is/);
  });

  test('a lease that no record of the treasury led to is found', async () => {
    const result = await planting.planted('activity', (lines) => {
      const last = lines.findLast(isOf('control.lease'))!;
      const said = mailIn(last);
      const event = JSON.parse(last.value) as object;
      const id = `treasury/${said.writer!.slice('treasury/'.length)}/9999999/0`;
      const invented = { ...last, value: JSON.stringify({ ...event, id }), offset: lines.length };
      return [...lines, withData(invented, (data) => ({ ...data, sequence: said.sequence! + 1 }))];
    });
    expect(rulesOf(result)).toContain('treasury');
    expect(textOf(result)).toContain('no record of the treasury led to it');
  });
});

test('the statement of every account adds up to the unit', async () => {
  const { accounts } = await planting.checkStates(planting.states);
  expect(accounts.length).toBeGreaterThan(5);
  for (const each of accounts) {
    const { total, owed, unleased, inFlight, free, held, settling, spent } = each;
    expect(total + owed).toBe(unleased + inFlight + free + held + settling + spent);
  }
  expect(accounts.some(({ spent }) => spent > 0)).toBe(true);
});
