import 'reflect-metadata';
import { clearReadSide } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { bearer, ConsoleUnderTest, PARTITIONS, type Body } from './testing/console-under-test.ts';
import {
  capabilityText,
  deadLetterText,
  grantText,
  inboundLetterText,
  START_MS,
  tickText,
} from './testing/records.ts';
import { until } from './testing/until.ts';

describe('the console over HTTP', () => {
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

  test('a decision is answered with its record and in words, by either form of its id', async () => {
    const { text } = served.decide(1, { outcome: 'withhold', reasons: ['cool-down'] }, 'm-7');
    await served.projected();

    for (const id of ['1-10-0-0', '1%2F10%2F0%2F0', '1/10/0/0']) {
      const { status, body } = await served.get(`/v1/decisions/${id}`, { 'accept-language': 'zh-CN' });
      expect([status, body]).toEqual([
        200,
        {
          asOf: { decisions: [null, '1/10/0/0'] },
          id: '1/10/0/0',
          record: JSON.parse(text),
          explanation: expect.arrayContaining(['原因：距上次权益的冷却期尚未结束。']),
          language: 'zh',
        },
      ]);
    }
  });

  test('an explanation uses the names of the bundle once the policies log has it', async () => {
    const named = (id: string) => [{ id, names: { en: `The ${id}`, zh: id } }];
    const bundle = {
      programmes: named('growth-boost'),
      metrics: [],
      ladders: [{ tiers: named('silver') }],
      accounts: [],
    };
    served.logs.append('policies', 0, 'b'.repeat(64), JSON.stringify(bundle));
    served.decide(0);
    await served.projected();

    const { body } = await served.get('/v1/decisions/0-10-0-0');
    expect(body.explanation[0]).toContain('programme “The growth-boost” issued a grant to merchant m-1');
  });

  test('decisions are listed newest first, filtered, page by page', async () => {
    for (let i = 0; i < 7; i++)
      served.decide(i % 2, { outcome: i === 3 ? 'withhold' : 'issue' }, `m-${i % 2}`, START_MS + i);
    await served.projected();

    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body } = await served.get(`/v1/decisions?limit=3${next === '' ? '' : `&after=${next}`}`);
      seen.push(...body.decisions.map((each: { id: string }) => each.id));
      next = body.next;
    }
    expect(seen).toEqual(['0/40', '1/30', '0/30', '1/20', '0/20', '1/10', '0/10'].map((id) => `${id}/0/0`));

    const { body } = await served.get('/v1/decisions?merchant=m-1&outcome=withhold&programme=growth-boost');
    expect(body.decisions).toMatchObject([{ id: '1/20/0/0', merchant: 'm-1', outcome: 'withhold' }]);
    expect(body.asOf).toEqual({ decisions: ['0/40/0/0', '1/30/0/0'] });
  });

  test('a merchant is answered with capability, grants, decisions and what would change the adverse ones', async () => {
    const condition = {
      id: 'ships-on-time',
      what: 'metric:on-time-rate',
      op: '>=',
      line: 9_500,
      value: 9_200,
      margin: -300,
      verdict: 'false' as const,
      asOf: '1/5/0',
    };
    served.logs.append('capability', 1, null, tickText('1/4/0', START_MS));
    served.logs.append(
      'capability',
      1,
      null,
      capabilityText('m-7', '1/5/0', { metrics: { 'on-time-rate': 9_400 } }),
    );
    served.decide(1, { outcome: 'withhold', conditions: [condition], reasons: ['ships-on-time'] }, 'm-7');
    served.decide(1, { programme: 'welcome' }, 'm-7');
    served.logs.append('grants', 1, 'g-1', grantText('g-1', '1/20/0/1', {}, 'm-7'));
    served.logs.append('grants', 1, 'g-2', grantText('g-2', '1/20/0/2', { status: 'expired' }, 'm-7'));
    await served.projected();

    const { status, body } = await served.get('/v1/merchants/m-7');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      asOf: { capability: '1/5/0', decisions: '1/20/0/0', grants: '1/20/0/2' },
      merchant: 'm-7',
      partition: 1,
      tier: 'silver',
      score: 6_200,
      headroom: 40,
      capability: { metrics: { 'on-time-rate': 9_400 } },
      grants: [{ grantId: 'g-1', status: 'active' }],
      decisions: [{ id: '1/20/0/0' }, { id: '1/10/0/0' }],
      recourse: [{ reason: 'ships-on-time', value: 9_400, margin: -100 }],
    });
  });

  test('merchants are listed by tier, page by page', async () => {
    for (const [i, tier] of ['gold', 'silver', null, 'silver'].entries()) {
      served.logs.append('capability', 0, null, capabilityText(`m-${i}`, `0/${i}/0`, { tier }));
    }
    await served.projected();
    const idsOf = (body: Body): string[] => body.merchants.map((each: { merchant: string }) => each.merchant);

    const first = (await served.get('/v1/merchants?tier=silver&limit=1')).body;
    expect([idsOf(first), first.next]).toEqual([['m-1'], 'm-1']);
    const second = (await served.get('/v1/merchants?tier=silver&limit=1&after=m-1')).body;
    expect([idsOf(second), second.next]).toEqual([['m-3'], null]);
    expect(idsOf((await served.get('/v1/merchants?tier=no-score')).body)).toEqual(['m-2']);
  });

  test('a dead letter of the door is listed without its bytes and shown with them, by its id', async () => {
    served.logs.append('dead-letters', 0, null, inboundLetterText(41));
    served.logs.append('dead-letters', 0, null, deadLetterText(0, 1));
    await served.projected();
    const { body } = await served.get('/v1/dead-letters?reason=malformed');
    expect(body.deadLetters).toEqual([
      expect.objectContaining({
        id: 'inbound/7/42',
        topic: 'marketplace.events',
        position: '7/41',
        problems: [{ field: '', value: 'the value', rule: 'must be JSON' }],
        bytes: { length: 6, sha256: expect.any(String) },
      }),
    ]);
    const shown = (await served.get('/v1/dead-letters/inbound/7/42')).body;
    expect(Buffer.from(shown.bytes.base64, 'base64').toString()).toBe('{"id":');
    expect((await served.get('/v1/dead-letters/scoring/0/1')).body).toMatchObject({ eventId: 'e-1' });
    for (const id of ['scoring/0/2', 'scoring/0/x', 'scoring/-/1']) {
      expect((await served.get(`/v1/dead-letters/${id}`)).status).toBe(404);
    }
  });

  test('grants, dead letters and the state of every partition are told', async () => {
    served.logs.append('grants', 0, 'g-1', grantText('g-1', '0/1/0/0'));
    served.logs.append('dead-letters', 0, null, deadLetterText(0, 1));
    served.logs.append('capability', 0, null, tickText('0/9/0', START_MS));
    await served.projected();

    const grants = (await served.get('/v1/grants?merchant=m-1&status=active')).body;
    expect(grants).toMatchObject({
      asOf: { grants: ['0/1/0/0', null] },
      grants: [{ merchant: 'm-1', grantId: 'g-1' }],
    });
    expect((await served.get('/v1/grants?status=revoked')).body.grants).toEqual([]);
    const letters = (await served.get('/v1/dead-letters?reason=too-late')).body;
    expect(letters).toMatchObject({
      deadLetters: [{ reason: 'too-late', eventId: 'e-1', writer: 'scoring/0' }],
    });
    const { body } = await served.get('/v1/status');
    expect(body.partitions[0]).toMatchObject({
      partition: 0,
      now: '2026-11-11T08:00:00.000Z',
      nowPosition: '0/9/0',
      projections: {
        grants: { position: '0/1/0/0', lag: 0, alarm: null },
        decisions: { position: null, lag: 0 },
      },
    });
    expect(body.partitions).toHaveLength(PARTITIONS);
  });

  test('auditors and operators may read, producers and strangers may not', async () => {
    const paths = [
      'decisions',
      'decisions/0-1',
      'decisions/stream',
      'merchants',
      'merchants/m-1',
      'grants',
      'merchants/m-1/story',
    ];
    const money = [
      'grants/0-1',
      'accounts',
      'accounts/a',
      'accounts/a/holders',
      'accounts/a/postings',
      'pending',
    ];
    for (const path of [...paths, ...money, 'leases', 'dead-letters', 'status']) {
      const asked = (headers: Record<string, string>) => served.ask(`/v1/${path}`, headers);
      const producer = await asked(bearer('producer'));
      expect([path, producer.status, ((await producer.json()) as Body).detail]).toEqual([
        path,
        403,
        'role producer may not read: only auditor and operator may',
      ]);
      const stranger = await asked({});
      expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect((await asked({ authorization: 'Bearer nonsense' })).status).toBe(401);
    }
    expect((await served.ask('/v1/decisions', bearer('operator'))).status).toBe(200);
    expect((await served.ask('/v1/decisions', bearer('auditor'))).status).toBe(200);
  });

  test('what does not exist is 404 with a position that vouches for it, as a problem document', async () => {
    served.decide(0);
    await served.projected();
    for (const path of [
      '/v1/decisions/0-11-0-0',
      '/v1/merchants/nobody',
      `/v1/merchants/${'x'.repeat(128)}`,
    ]) {
      const response = await served.ask(path, bearer('auditor'));
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        404,
        expect.stringContaining('application/problem+json'),
      ]);
      expect(await response.json()).toMatchObject({ status: 404, asOf: { decisions: ['0/10/0/0', null] } });
    }
  });

  test.each([
    ['/v1/decisions?limit=0', 'limit', '"0"', 'must be a whole number from 1 to 200'],
    ['/v1/decisions?after=yesterday', 'after', '"yesterday"', 'must be the `next` of an earlier page'],
    [
      '/v1/decisions?outcom=issue',
      'outcom',
      '"issue"',
      expect.stringMatching('known parameters are merchant'),
    ],
    ['/v1/decisions/three', 'id', '"three"', expect.stringMatching('must be a position')],
    ['/v1/decisions/stream?from=1.2.3', 'from', '"1.2.3"', expect.stringMatching('2 sequence numbers')],
    ['/v1/merchants/a%20b', 'id', '"a b"', expect.stringMatching('must be a merchant id')],
    [
      '/v1/grants?status=live',
      'status',
      '"live"',
      expect.stringMatching('must be one of active, shrunk, grown'),
    ],
    ['/v1/status?partition=1', 'partition', '"1"', expect.any(String)],
  ])('%s is refused with 400, naming field, value and rule', async (path, field, value, rule) => {
    const { status, body } = await served.get(path);
    expect([status, body.problems]).toEqual([400, [{ field, value, rule }]]);
  });

  test('readiness follows the chain: a break is named, and metrics count what was projected', async () => {
    served.decide(0);
    await served.projected();
    await until(async () => (await served.ask('/readyz')).status === 200);
    served.decide(0, { previousHash: 'f'.repeat(64) });
    await served.projected();
    await until(async () => (await served.ask('/readyz')).status === 503);

    const { failing } = (await (await served.ask('/readyz')).json()) as Body;
    expect(failing).toMatchObject([
      { name: 'projection of decisions', detail: expect.stringContaining('chain broken at 0/20/0/0') },
    ]);
    expect((await served.ask('/healthz')).status).toBe(200);
    const metrics = await (await served.ask('/metrics')).text();
    expect(metrics).toContain('updraft_console_projected_records_total{log="decisions"} 2');
    expect(metrics).toContain('updraft_console_faults{log="decisions"} 1');
  });
});
