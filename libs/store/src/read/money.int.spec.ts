import { describeOnBoth, type TestDatabase } from '../testing/test-database.ts';
import { findAccounts, findBurn, findPurses } from './find-accounts.ts';
import { findLife, findLifeBefore } from './find-decisions.ts';
import { findPending } from './find-money.ts';
import { clearReadSide } from './progress.ts';
import { insertDecisions, type DecisionRow } from './project.ts';
import {
  insertPostings,
  movePending,
  raiseUsage,
  upsertBalances,
  type BalanceRow,
  type PendingRow,
} from './project-accounts.ts';

const HOUR_MS = 3_600_000;
const PURSE = { account: 'growth@2026-11-01', partition: 0, holder: '' };

describeOnBoth('money in the read side', (open) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => clearReadSide(opened.database));

  test('of two logs that tell of a purse the last position stands, whichever is read first', async () => {
    const told = [
      balance('0/9/0/0', { free: 9 }),
      balance('0/10/0/1', { free: 10 }),
      balance('0/10/0/0', { free: 8 }),
    ];
    for (const order of [told, told.toReversed()]) {
      await clearReadSide(opened.database);
      for (const row of order) await upsertBalances(opened.database, [row]);

      const [purse] = await findPurses(opened.database, PURSE.account, null, 10);
      expect(purse).toMatchObject({ position: '0/10/0/1', balance: { free: 10 } });
    }
  });

  test('an account is found by its name, with all its instances and no other that begins like it', async () => {
    const names = [
      'growth',
      'growth-2',
      'growth.x',
      'growth@2026-11-01',
      'growth~toys@2026-11-01',
      'growthy',
    ];
    await upsertBalances(
      opened.database,
      names.map((account) => ({ ...balance('0/1/0/0'), account })),
    );
    const found = async (of?: string) =>
      (await findAccounts(opened.database, of, null, 10)).map(({ account }) => account);

    expect(await found('growth')).toEqual(['growth', 'growth@2026-11-01', 'growth~toys@2026-11-01']);
    expect(await found('growth@2026-11-01')).toEqual(['growth@2026-11-01']);
    expect(await found()).toEqual(names.toSorted());
  });

  test('the burn of an hour is the last balance in it; before `since` counts, but is not told', async () => {
    await upsertBalances(opened.database, [
      balance('0/1/0/0', { spent: 5 }, 0),
      balance('0/2/0/0', { spent: 7 }, HOUR_MS - 1),
      { ...balance('1/2/0/0', { spent: 100 }, HOUR_MS), partition: 1 },
      balance('0/3/0/0', { spent: 9 }, 2 * HOUR_MS),
    ]);
    await upsertBalances(opened.database, [balance('0/1/0/5', { spent: 6 }, HOUR_MS - 2)]);
    const burn = async (since: number, until: number) =>
      (await findBurn(opened.database, [PURSE.account], since, until)).map(({ hour, spent }) => [
        hour,
        spent,
      ]);

    expect(await burn(0, 9)).toEqual([
      [0, 7],
      [1, 107],
      [2, 109],
    ]);
    expect(await burn(2, 9)).toEqual([[2, 109]]);
    expect(await burn(0, 1)).toEqual([[0, 7]]);
  });

  test('who waits is what the newest decision says, in whatever order and however often they are written', async () => {
    const rows = [pending('0/1/0/0', 'wait'), pending('0/2/0/0', null), pending('0/10/0/0', 'wait')];
    await insertDecisions(opened.database, rows.map(decisionOf));
    for (const order of [rows, rows.toReversed(), [rows[2]!, rows[0]!, rows[1]!, rows[2]!]]) {
      for (const row of order) await movePending(opened.database, [row]);
      expect(await waiting()).toEqual(['0/10/0/0']);
    }
    const issued = pending('0/11/0/0', null);
    await insertDecisions(opened.database, [decisionOf(issued)]);
    await movePending(opened.database, [issued]);
    await movePending(opened.database, [rows[2]!]);
    expect(await waiting()).toEqual([]);
  });

  test('usage is the largest that was reported, each part by itself', async () => {
    const report = { grantId: 'g-1', merchant: 'm-1' };
    await raiseUsage(opened.database, [
      { ...report, used: 5, clicks: 1, orders: 0 },
      { ...report, used: 3, clicks: 2, orders: 0 },
    ]);
    await raiseUsage(opened.database, [{ ...report, used: 4, clicks: 0, orders: 1 }]);

    const { rows } = await opened.database.query('select used, clicks, orders from read_usage');
    expect(rows.map((row) => Object.values(row as object).map(Number))).toEqual([[5, 2, 1]]);
  });

  test('a posting is written once per decision', async () => {
    const posting = {
      ...PURSE,
      position: '0/1/0/0',
      unit: 'exposures',
      merchant: 'm-1',
      programme: 'growth',
      outcome: 'issue',
      grantId: null,
      atMs: 0,
      moved: { free: -5, held: 5 },
    };
    await insertPostings(opened.database, [posting]);
    await insertPostings(opened.database, [{ ...posting, moved: { free: -6, held: 6 } }]);

    const { rows } = await opened.database.query<{ moved: string }>('select moved from read_posting');
    expect(rows).toEqual([{ moved: '{"free":-5,"held":5}' }]);
  });

  test('a life goes on after a cursor; before it stands the newest of each grant and programme', async () => {
    const life = [
      { position: '0/1/0/0', grantId: null },
      { position: '0/2/0/0', grantId: 'g-1' },
      { position: '0/2/0/1', grantId: 'g-1' },
      { position: '0/10/0/0', grantId: null },
      { position: '0/11/0/0', grantId: 'g-1' },
    ].map((some) => ({ ...decisionOf(pending(some.position, null)), ...some }));
    await insertDecisions(opened.database, life);
    const positions = (rows: readonly DecisionRow[]) => rows.map(({ position }) => position);

    const cursor = { atMs: 0, position: '0/10/0/0' };
    expect(positions(await findLife(opened.database, 'm-1', null, 3))).toEqual([
      '0/1/0/0',
      '0/2/0/0',
      '0/2/0/1',
    ]);
    expect(positions(await findLife(opened.database, 'm-1', cursor, 3))).toEqual(['0/11/0/0']);
    expect(positions(await findLifeBefore(opened.database, 'm-1', cursor))).toEqual(['0/2/0/1', '0/10/0/0']);
  });

  async function waiting(): Promise<string[]> {
    return (await findPending(opened.database, {}, null, 10)).map(({ position }) => position);
  }
});

function balance(position: string, some: Partial<BalanceRow['balance']> = {}, atMs = 0): BalanceRow {
  const parts = {
    leasedIn: 0,
    free: 0,
    held: 0,
    settling: 0,
    spent: 0,
    returned: 0,
    overrun: 0,
    clawedBack: 0,
  };
  return { ...PURSE, position, atMs, balance: { ...parts, ...some } };
}

function pending(position: string, why: string | null): PendingRow {
  const waits = why === null ? null : { account: PURSE.account, why, untilMs: null, refillsAtMs: null };
  return { merchant: 'm-1', programme: 'growth', partition: 0, position, atMs: 0, waits };
}

function decisionOf({ position, merchant, programme, partition, atMs, waits }: PendingRow): DecisionRow {
  const sequence = Number(position.split('/')[1]);
  const chain = { sequence, hash: 'h', previousHash: 'g', grantId: null, record: '{}' };
  return {
    position,
    merchant,
    programme,
    partition,
    atMs,
    outcome: waits === null ? 'issue' : 'wait',
    ...chain,
  };
}
