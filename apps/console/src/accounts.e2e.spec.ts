import 'reflect-metadata';
import { HOUR_MS } from '#domain/time';
import { clearReadSide } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { ConsoleUnderTest, type Body } from './testing/console-under-test.ts';
import {
  ACCOUNT,
  activationText,
  budget,
  genesisText,
  leaseText,
  requestText,
  returnText,
} from './testing/money-records.ts';
import { balance, grantTerms, START_MS } from './testing/records.ts';
import { until } from './testing/until.ts';

const LATER_MS = START_MS + 3 * HOUR_MS;
const BUNDLE = {
  programmes: [],
  metrics: [],
  ladders: [],
  accounts: [
    {
      id: 'traffic',
      names: { en: 'Traffic pool' },
      unit: 'exposures',
      total: 1_000_000,
      period: 'month',
      within: 'platform',
    },
  ],
};

describe('accounts over HTTP', () => {
  let opened: TestDatabase;
  let served: ConsoleUnderTest;

  beforeAll(async () => {
    opened = await openTestDatabase();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await clearReadSide(opened.database);
    served = await ConsoleUnderTest.open(opened.database);
  });
  afterEach(() => served.close());

  test('an account is the sum of its purses, with what is in flight and when it is filled again', async () => {
    served.logs.append('policies', 0, 'b'.repeat(64), JSON.stringify(BUNDLE));
    served.logs.append('capability', 0, null, genesisText('0/0/0'));
    served.logs.append('capability', 0, null, activationText('0/1/0'));
    served.logs.append('capability', 0, null, leaseText('0/2/0'));
    served.logs.append('capability', 1, null, leaseText('1/2/0', { amount: 15_000 }));
    served.decide(0, { budget: budget({ after: balance({ free: 8_000, held: 1_500, spent: 500 }) }) });
    served.logs.append('treasury', 1, null, requestText(1, '1/3/0/0'));
    // Told before the decision, read after it: the later position stands.
    served.logs.append('treasury', 1, null, requestText(1, '0/9/0/0', { balance: balance({ free: 1 }) }));
    await served.projected();

    const { status, body } = await served.get(`/v1/accounts/${ACCOUNT}`);
    expect([status, body]).toEqual([
      200,
      {
        asOf: { capability: ['0/2/0', '1/2/0'], decisions: ['0/10/0/0', null], treasury: [null, '0/9/0/0'] },
        account: ACCOUNT,
        names: { en: 'Traffic pool' },
        of: null,
        from: '2026-11-01',
        unit: 'exposures',
        total: 1_000_000,
        within: 'platform',
        refillsAt: '2026-11-30T16:00:00.000Z',
        holders: 2,
        balance: balance({ leasedIn: 20_000, free: 17_000, held: 2_500, spent: 500 }),
        leased: 25_000,
        inFlight: 5_000,
        at: '2026-11-11T08:00:00.000Z',
      },
    ]);
    expect((await served.get('/v1/accounts/traffic@2026-12-01')).status).toBe(404);
  });

  test('accounts are listed by instance and of one account; their holders are told on demand', async () => {
    const other = { account: 'relief~entity-91@2026-11-01', holder: 'm-7' };
    served.logs.append('treasury', 0, null, requestText(1, '0/3/0/0', other));
    served.logs.append('treasury', 0, null, requestText(2, '0/4/0/0', { ...other, holder: 'm-8' }));
    served.logs.append('treasury', 0, null, requestText(3, '0/5/0/0'));
    served.decide(1, { budget: budget({ account: other.account, holder: 'm-9' }) }, 'm-9');
    await served.projected();
    const listed = async (query: string): Promise<Body> => (await served.get(`/v1/accounts?${query}`)).body;

    const first = await listed('limit=1');
    expect([first.accounts, first.next]).toMatchObject([
      [{ account: other.account, holders: 3 }],
      other.account,
    ]);
    expect((await listed(`after=${first.next}`)).accounts).toMatchObject([{ account: ACCOUNT, holders: 1 }]);
    expect((await listed('account=relief')).accounts).toHaveLength(1);
    expect((await listed('account=rel')).accounts).toEqual([]);

    const holders = (await served.get(`/v1/accounts/${other.account}/holders?limit=2`)).body;
    expect(holders.holders).toMatchObject([
      { partition: 0, merchant: 'm-7', position: '0/3/0/0', balance: balance() },
      { partition: 0, merchant: 'm-8' },
    ]);
    const next = (await served.get(`/v1/accounts/${other.account}/holders?after=${holders.next}`)).body;
    expect([holders.next, next.holders, next.next]).toMatchObject(['0/m-8', [{ merchant: 'm-9' }], null]);
  });

  test('a burn has the sum over purses at the end of each hour, also of those that said nothing', async () => {
    const spent = (amount: number) => budget({ after: balance({ free: 9_000 - amount, spent: amount }) });
    served.decide(0, { budget: spent(100) }, 'm-1', START_MS);
    served.decide(0, { budget: spent(250) }, 'm-1', START_MS + 60_000);
    served.logs.append('treasury', 0, null, requestText(1, '1/5/0/0', {}, START_MS + HOUR_MS));
    served.decide(0, { budget: spent(400) }, 'm-1', LATER_MS);
    await served.projected();

    const burn = async (query: string): Promise<Body> =>
      (await served.get(`/v1/accounts/${ACCOUNT}?${query}`)).body.burn;
    expect(await burn('since=2026-11-11T00:00:00Z')).toEqual([
      { hour: '2026-11-11T08:00:00.000Z', free: 8_750, held: 1_000, settling: 0, spent: 250 },
      { hour: '2026-11-11T09:00:00.000Z', free: 17_750, held: 2_000, settling: 0, spent: 250 },
      { hour: '2026-11-11T11:00:00.000Z', free: 17_600, held: 2_000, settling: 0, spent: 400 },
    ]);
    expect(await burn('since=2026-11-11T09:00:00Z&until=2026-11-11T10:00:00Z')).toMatchObject([
      { spent: 250 },
    ]);
    const listed = (await served.get('/v1/accounts?since=2026-11-11T10:00:00Z')).body;
    expect(listed.accounts).toMatchObject([{ account: ACCOUNT, burn: [{ spent: 400 }] }]);
  });

  test('every decision with a budget is a posting, newest first, with what it moved', async () => {
    const grant = grantTerms({ grantId: '0/10/0/0' });
    served.decide(0, { budget: budget({ after: balance({ free: 8_500, held: 1_500 }) }), grant });
    served.decide(0, { outcome: 'withhold', reasons: ['budget-dry'], budget: budget() });
    served.decide(0, { outcome: 'withhold', reasons: ['cool-down'] });
    served.decide(0, { budget: budget({ account: 'other' }) });
    await served.projected();

    const { body } = await served.get(`/v1/accounts/${ACCOUNT}/postings?limit=1`);
    expect([body.asOf, body.postings]).toMatchObject([
      { decisions: ['0/40/0/0', null] },
      [{ decision: '0/20/0/0', outcome: 'withhold', moved: {} }],
    ]);
    const rest = (await served.get(`/v1/accounts/${ACCOUNT}/postings?after=${body.next}`)).body;
    expect([rest.postings, rest.next]).toEqual([
      [
        {
          decision: '0/10/0/0',
          at: '2026-11-11T08:00:00.000Z',
          partition: 0,
          holder: null,
          unit: 'exposures',
          merchant: 'm-1',
          programme: 'growth-boost',
          outcome: 'issue',
          grantId: '0/10/0/0',
          moved: { free: -500, held: 500 },
        },
      ],
      null,
    ]);
  });

  test('what is told the treasury twice counts once, and a gap in it stops the partition aloud', async () => {
    served.logs.append('treasury', 0, null, returnText(1, '0/3/0/0'));
    served.logs.append('treasury', 0, null, returnText(1, '0/3/0/0', { balance: balance({ free: 1 }) }));
    await served.projected();
    expect((await served.get(`/v1/accounts/${ACCOUNT}`)).body.balance).toMatchObject({ free: 8_900 });

    served.logs.append('treasury', 0, null, returnText(3, '0/5/0/0'));
    const detail = async (): Promise<string> => {
      const { failing = [] } = (await (await served.ask('/readyz')).json()) as Body;
      return failing.map((each: Body) => each.detail).join();
    };
    await until(async () => (await detail()).includes('gap'));
    expect(await detail()).toContain(
      'what allocator/0 told the treasury has a gap: sequence 3 at 0/5/0/0, expected 2',
    );
  });
});
