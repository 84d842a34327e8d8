import 'reflect-metadata';
import { HOUR_MS } from '#domain/time';
import { clearReadSide } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { ConsoleUnderTest, type Body } from './testing/console-under-test.ts';
import { ACCOUNT, budget, leaseText, usageText } from './testing/money-records.ts';
import { balance, grantTerms, grantText, START_MS } from './testing/records.ts';

const LATER_MS = START_MS + 3 * HOUR_MS;

describe('grants, and who waits for them, over HTTP', () => {
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

  test('a grant is answered with its terms, its use and its decisions, by either form of its id', async () => {
    const after = balance({ free: 8_500, held: 1_500 });
    const grant = grantTerms({ grantId: '0/10/0/0' });
    served.decide(0, { budget: budget({ after }), grant });
    served.decide(0, {
      outcome: 'shrink',
      grant: { ...grant, size: 300 },
      reasons: ['headroom-below-grant'],
    });
    served.decide(0, { outcome: 'withhold', programme: 'welcome' });
    served.logs.append('grants', 0, grant.grantId, grantOf('0/20/0/0', { status: 'shrunk', size: 300 }));
    served.logs.append('capability', 0, null, usageText('0/21/0', { used: 320, clicks: 9 }));
    served.logs.append('capability', 0, null, usageText('0/22/0', { used: 120 }));
    // Somebody else's report of it counts nowhere.
    served.logs.append('capability', 0, null, usageText('0/23/0', { used: 9_000 }, 'm-2'));
    await served.projected();

    for (const id of ['0-10-0-0', '0%2F10%2F0%2F0', '0/10/0/0']) {
      const { status, body } = await served.get(`/v1/grants/${id}`);
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({
          asOf: { grants: ['0/20/0/0', null], decisions: ['0/30/0/0', null], capability: ['0/23/0', null] },
          merchant: 'm-1',
          grantId: '0/10/0/0',
          benefit: { boost: { weightBps: 15_000 } },
          account: ACCOUNT,
          status: 'shrunk',
          size: 300,
          unit: 'exposures',
          reported: { used: 320, clicks: 20, orders: 2 },
          spent: 300,
        }),
      ]);
      expect(body.decisions.map(({ outcome }: Body) => outcome)).toEqual(['issue', 'shrink']);
    }
    expect((await served.get('/v1/grants')).body.grants).toMatchObject([{ reported: { used: 320 } }]);
    expect((await served.get('/v1/grants/0-11-0-0')).status).toBe(404);
  });

  test('what is spent of a settled grant is what did not come back', async () => {
    const grant = grantTerms({ grantId: '0/10/0/0' });
    served.decide(0, { budget: budget(), grant });
    const settled = budget({
      before: balance({ settling: 380, held: 620 }),
      after: balance({ free: 9_380, held: 620 }),
    });
    served.decide(0, { outcome: 'settle', budget: settled, grant });
    served.logs.append('grants', 0, grant.grantId, grantOf('0/20/0/0', { status: 'settled' }));
    // Reported after it was settled, so it does not count.
    served.logs.append('capability', 0, null, usageText('0/21/0', { used: 450 }));
    await served.projected();

    expect((await served.get('/v1/grants/0-10-0-0')).body).toMatchObject({ status: 'settled', spent: 120 });
  });

  test('grants are listed by programme, kind, status and account, page by page', async () => {
    const of: [string, object][] = [
      ['g-1', {}],
      ['g-2', { programme: 'welcome', status: 'grown' }],
      ['g-3', { kind: 'tool', account: null }],
      ['g-4', { account: 'traffic-2' }],
      ['g-5', { account: 'traffic~toys@2026-12-01' }],
    ];
    for (const [i, [id, some]] of of.entries()) {
      served.logs.append('grants', 0, id, grantText(id, `0/${i + 1}/0/0`, some));
    }
    await served.projected();
    const listed = async (query: string): Promise<string[]> =>
      (await served.get(`/v1/grants?${query}`)).body.grants.map(({ grantId }: Body) => grantId);

    expect(await listed('programme=welcome&status=grown&kind=traffic')).toEqual(['g-2']);
    expect(await listed('kind=tool')).toEqual(['g-3']);
    expect(await listed('account=traffic')).toEqual(['g-1', 'g-2', 'g-5']);
    expect(await listed(`account=${ACCOUNT}`)).toEqual(['g-1', 'g-2']);
    const first = (await served.get('/v1/grants?limit=2')).body;
    expect([first.grants.length, first.next]).toEqual([2, 'g-2']);
    expect(await listed('limit=9&after=g-2')).toEqual(['g-3', 'g-4', 'g-5']);
  });

  test('who waits is told since when, until when and why, in vain too, until something else is decided', async () => {
    const waits = { outcome: 'wait', reasons: ['budget-on-its-way'], budget: budget() } as const;
    const until = '2026-11-11T08:10:00.000Z';
    const refillsAt = '2026-11-30T16:00:00.000Z';
    for (const merchant of ['m-1', 'm-2', 'm-3']) served.decide(0, { ...waits, until }, merchant);
    served.decide(0, { outcome: 'issue', budget: budget() }, 'm-1');
    const inVain = { reasons: ['budget-held-elsewhere'], budget: budget({ refillsAt }) };
    served.decide(0, { outcome: 'withhold', ...inVain }, 'm-2');
    // That an earlier grant of it is settled leaves it in the queue.
    served.decide(0, { outcome: 'settle', budget: budget() }, 'm-3');
    await served.projected();

    const { body } = await served.get('/v1/pending?account=traffic&programme=growth-boost');
    expect(body).toMatchObject({ asOf: { decisions: ['0/60/0/0', null] }, next: null });
    const common = { programme: 'growth-boost', account: ACCOUNT };
    expect(body.pending).toEqual([
      {
        ...common,
        merchant: 'm-3',
        why: 'budget-on-its-way',
        since: '2026-11-11T08:00:02.000Z',
        until,
        refillsAt: null,
        decision: '0/30/0/0',
      },
      {
        ...common,
        merchant: 'm-2',
        why: 'budget-held-elsewhere',
        since: '2026-11-11T08:00:01.000Z',
        until: null,
        refillsAt,
        decision: '0/50/0/0',
      },
    ]);
    const first = (await served.get('/v1/pending?limit=1')).body;
    const second = (await served.get(`/v1/pending?after=${first.next}`)).body;
    expect([first.pending, second.pending]).toMatchObject([[{ merchant: 'm-3' }], [{ merchant: 'm-2' }]]);
    expect((await served.get('/v1/pending?merchant=m-1')).body.pending).toEqual([]);
  });

  test('leases are told newest first, of an account or of a merchant', async () => {
    served.logs.append('capability', 0, null, leaseText('0/2/0', { answers: 7, amount: 500 }));
    const own = { account: 'relief~entity-91', holder: 'm-7', sequence: 2, amount: 0, isScarce: true };
    served.logs.append('capability', 0, null, leaseText('0/3/0', own, LATER_MS));
    await served.projected();

    expect((await served.get('/v1/leases')).body).toMatchObject({
      asOf: { capability: ['0/3/0', null] },
      leases: [
        { position: '0/3/0', merchant: 'm-7', isScarce: true, at: '2026-11-11T11:00:00.000Z' },
        {
          position: '0/2/0',
          account: ACCOUNT,
          merchant: null,
          amount: 500,
          answers: 7,
          writer: 'treasury/0',
        },
      ],
    });
    expect((await served.get('/v1/leases?merchant=m-7')).body.leases).toHaveLength(1);
    expect((await served.get('/v1/leases?account=traffic')).body.leases).toMatchObject([
      { position: '0/2/0' },
    ]);
    expect((await served.get('/v1/leases?after=1_0-2-0')).body.leases).toEqual([]);
  });

  test.each([
    ['/v1/grants?kind=boost', 'kind', '"boost"', expect.stringMatching('must be one of traffic, tool')],
    [
      '/v1/grants?account=a@b',
      'account',
      '"a@b"',
      expect.stringMatching('must be an account or an instance'),
    ],
    ['/v1/accounts/a%20b', 'id', '"a b"', expect.stringMatching('must be an account or an instance')],
    [
      '/v1/accounts?since=yesterday',
      'since',
      '"yesterday"',
      expect.stringMatching('must be an RFC 3339 instant'),
    ],
    ['/v1/accounts?until=2026-11-11T08:00:00Z', 'since', 'absent', 'must be given where `until` is'],
    [
      '/v1/accounts?since=2026-11-11T08:00:00Z&until=2026-12-30T08:00:00Z',
      'until',
      '"2026-12-30T08:00:00.000Z"',
      'must be after `since`, by at most 31 days',
    ],
    ['/v1/accounts/a/holders?after=x', 'after', '"x"', 'must be the `next` of an earlier page'],
    ['/v1/accounts/a/postings?limit=0', 'limit', '"0"', 'must be a whole number from 1 to 200'],
    ['/v1/pending?accont=a', 'accont', '"a"', expect.stringMatching('known parameters are merchant')],
    ['/v1/leases?holder=a', 'holder', '"a"', expect.stringMatching('known parameters are account')],
    ['/v1/merchants/m-1/story?lang=fr', 'lang', '"fr"', 'must be en or zh'],
  ])('%s is refused with 400, naming field, value and rule', async (path, field, value, rule) => {
    const { status, body } = await served.get(path);
    expect([status, body.problems]).toEqual([400, [{ field, value, rule }]]);
  });
});

function grantOf(position: string, some: Parameters<typeof grantText>[2]): string {
  return grantText('0/10/0/0', position, { account: ACCOUNT, ...some });
}
