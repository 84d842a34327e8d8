import 'reflect-metadata';
import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { TokenRecord, TokenRole } from '#contracts/tokens';
import { clearReadSide } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { Health } from '#telemetry/health';
import { HttpHealthModule } from '#telemetry/http-health.controller';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { ProblemFilter } from '#telemetry/problem.filter';
import { CONSOLE_LIMITS } from './console.config.ts';
import { ConsoleModule, HTTP_OPTIONS } from './console.module.ts';
import { StreamClients } from './stream/stream-clients.ts';
import {
  capabilityText,
  deadLetterText,
  DecisionChain,
  grantText,
  START_MS,
  tickText,
} from './testing/records.ts';
import { ScriptedLogs } from './testing/scripted-logs.ts';
import { readEvents, type ServerEvent } from './testing/server-events.ts';

const PARTITIONS = 2;
const TOKENS: readonly TokenRecord[] = (['producer', 'operator', 'auditor'] as const).map((role) => ({
  name: role,
  role,
  sha256: createHash('sha256').update(tokenOf(role)).digest('hex'),
}));

describe('the console over HTTP', () => {
  let opened: TestDatabase;
  let app: NestFastifyApplication;
  let logs: ScriptedLogs;
  let chains: DecisionChain[];
  let address: string;

  beforeAll(async () => {
    opened = await openTestDatabase();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await clearReadSide(opened.database);
    logs = new ScriptedLogs(PARTITIONS);
    chains = [0, 1].map((partition) => new DecisionChain(partition));
    app = await openConsole();
    address = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
  });
  afterEach(async () => {
    const closing = app.close();
    // The client keeps a connection open in advance, which an orderly close would wait for.
    (app.getHttpServer() as Server).closeAllConnections();
    await closing;
  });

  test('a decision is answered with its record and in words, by either form of its id', async () => {
    const { text } = decide(1, { outcome: 'withhold', reasons: ['cool-down'] }, 'm-7');
    await projected();

    for (const id of ['1-10-0-0', '1%2F10%2F0%2F0', '1/10/0/0']) {
      const { status, body } = await get(`/v1/decisions/${id}`, { 'accept-language': 'zh-CN' });
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
      ladder: { tiers: named('silver') },
      accounts: [],
    };
    logs.append('policies', 0, 'b'.repeat(64), JSON.stringify(bundle));
    decide(0);
    await projected();

    const { body } = await get('/v1/decisions/0-10-0-0');
    expect(body.explanation[0]).toContain('programme “The growth-boost” issued a grant to merchant m-1');
  });

  test('decisions are listed newest first, filtered, page by page', async () => {
    for (let i = 0; i < 7; i++)
      decide(i % 2, { outcome: i === 3 ? 'withhold' : 'issue' }, `m-${i % 2}`, START_MS + i);
    await projected();

    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body } = await get(`/v1/decisions?limit=3${next === '' ? '' : `&after=${next}`}`);
      seen.push(...body.decisions.map((each: { id: string }) => each.id));
      next = body.next;
    }
    expect(seen).toEqual(['0/40', '1/30', '0/30', '1/20', '0/20', '1/10', '0/10'].map((id) => `${id}/0/0`));

    const { body } = await get('/v1/decisions?merchant=m-1&outcome=withhold&programme=growth-boost');
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
    logs.append('capability', 1, null, tickText('1/4/0', START_MS));
    logs.append(
      'capability',
      1,
      null,
      capabilityText('m-7', '1/5/0', { metrics: { 'on-time-rate': 9_400 } }),
    );
    decide(1, { outcome: 'withhold', conditions: [condition], reasons: ['ships-on-time'] }, 'm-7');
    decide(1, { programme: 'welcome' }, 'm-7');
    logs.append('grants', 1, 'g-1', grantText('g-1', '1/20/0/1', {}, 'm-7'));
    logs.append('grants', 1, 'g-2', grantText('g-2', '1/20/0/2', { status: 'expired' }, 'm-7'));
    await projected();

    const { status, body } = await get('/v1/merchants/m-7');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      asOf: { capability: '1/5/0', decisions: '1/20/0/0', grants: '1/20/0/2' },
      merchant: 'm-7',
      partition: 1,
      tier: 'silver',
      scoreBps: 6_200,
      headroom: 40,
      capability: { metrics: { 'on-time-rate': 9_400 } },
      grants: [{ grantId: 'g-1', status: 'active' }],
      decisions: [{ id: '1/20/0/0' }, { id: '1/10/0/0' }],
      recourse: [{ reason: 'ships-on-time', value: 9_400, margin: -100 }],
    });
  });

  test('merchants are listed by tier, page by page', async () => {
    for (const [i, tier] of ['gold', 'silver', null, 'silver'].entries()) {
      logs.append('capability', 0, null, capabilityText(`m-${i}`, `0/${i}/0`, { tier }));
    }
    await projected();
    const idsOf = (body: Body): string[] => body.merchants.map((each: { merchant: string }) => each.merchant);

    const first = (await get('/v1/merchants?tier=silver&limit=1')).body;
    expect([idsOf(first), first.next]).toEqual([['m-1'], 'm-1']);
    const second = (await get('/v1/merchants?tier=silver&limit=1&after=m-1')).body;
    expect([idsOf(second), second.next]).toEqual([['m-3'], null]);
    expect(idsOf((await get('/v1/merchants?tier=no-score')).body)).toEqual(['m-2']);
  });

  test('grants, dead letters and the state of every partition are told', async () => {
    logs.append('grants', 0, 'g-1', grantText('g-1', '0/1/0/0'));
    logs.append('dead-letters', 0, null, deadLetterText(0, 1));
    logs.append('capability', 0, null, tickText('0/9/0', START_MS));
    await projected();

    const grants = (await get('/v1/grants?merchant=m-1&status=active')).body;
    expect(grants).toMatchObject({
      asOf: { grants: ['0/1/0/0', null] },
      grants: [{ merchant: 'm-1', grantId: 'g-1' }],
    });
    expect((await get('/v1/grants?status=revoked')).body.grants).toEqual([]);
    const letters = (await get('/v1/dead-letters?reason=too-late')).body;
    expect(letters).toMatchObject({
      deadLetters: [{ reason: 'too-late', eventId: 'e-1', writer: 'scoring/0' }],
    });
    const { body } = await get('/v1/status');
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
    const paths = ['decisions', 'decisions/0-1', 'decisions/stream', 'merchants', 'merchants/m-1', 'grants'];
    for (const path of [...paths, 'dead-letters', 'status']) {
      const asked = (headers: Record<string, string>) => ask(`/v1/${path}`, headers);
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
    expect((await ask('/v1/decisions', bearer('operator'))).status).toBe(200);
    expect((await ask('/v1/decisions', bearer('auditor'))).status).toBe(200);
  });

  test('what does not exist is 404 with a position that vouches for it, as a problem document', async () => {
    decide(0);
    await projected();
    for (const path of [
      '/v1/decisions/0-11-0-0',
      '/v1/merchants/nobody',
      `/v1/merchants/${'x'.repeat(128)}`,
    ]) {
      const response = await ask(path, bearer('auditor'));
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
    ['/v1/grants?status=live', 'status', '"live"', 'must be one of active, shrunk, expired, revoked'],
    ['/v1/status?partition=1', 'partition', '"1"', expect.any(String)],
  ])('%s is refused with 400, naming field, value and rule', async (path, field, value, rule) => {
    const { status, body } = await get(path);
    expect([status, body.problems]).toEqual([400, [{ field, value, rule }]]);
  });

  test('the live stream tells every decision once, from the start and over broken connections', async () => {
    for (let i = 0; i < 30; i++) decide(i % 2);
    await projected();
    const seen: string[] = [];
    let last: string | undefined;
    let path = '/v1/decisions/stream?from=start';
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 20; i++) decide(i % 2);
      const headers = { ...bearer('auditor'), ...(last === undefined ? {} : { 'last-event-id': last }) };
      for (const event of await follow(path, headers, 15 + round)) {
        seen.push((JSON.parse(event.data!) as { id: string }).id);
        last = event.id;
      }
      path = '/v1/decisions/stream';
    }
    const rest = await follow(path, { ...bearer('auditor'), 'last-event-id': last! }, 130 - seen.length);
    seen.push(...rest.map((event) => (JSON.parse(event.data!) as { id: string }).id));

    expect(seen).toHaveLength(130);
    for (const partition of [0, 1]) {
      const expected = Array.from({ length: 65 }, (_, i) => `${partition}/${(i + 1) * 10}/0/0`);
      expect(seen.filter((id) => id.startsWith(`${partition}/`))).toEqual(expected);
    }
  });

  test('a stream without a start begins now, and a filter leaves the rest out but moves the id past it', async () => {
    decide(0, {}, 'm-1');
    await projected();
    const following = follow('/v1/decisions/stream?merchant=m-2', bearer('auditor'), 1);
    await until(() => Promise.resolve(app.get(StreamClients).count() === 1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    decide(0, {}, 'm-1');
    decide(0, {}, 'm-2');

    const [event] = await following;
    expect([event!.id, JSON.parse(event!.data!).subject]).toEqual(['3.0', 'm-2']);
  });

  test('an idle stream beats, and its beat carries the place', async () => {
    decide(1, {}, 'm-1');
    await projected();
    const response = await ask('/v1/decisions/stream?from=start&merchant=m-2', bearer('auditor'));
    const beats: ServerEvent[] = [];
    for await (const event of readEvents(response)) {
      beats.push(event);
      if (beats.length === 2) break;
    }
    expect(beats.map((beat) => [beat.id, beat.data])).toEqual([
      ['0.0', null],
      ['0.1', null],
    ]);
  });

  test('more clients than the bound are told to come later', async () => {
    const open: Response[] = [];
    for (let i = 0; i < LIMITS.stream.clientsMax; i++) {
      open.push(await ask('/v1/decisions/stream', bearer('auditor')));
    }
    const refused = await ask('/v1/decisions/stream', bearer('auditor'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    for (const response of open) await response.body!.cancel();
    await until(() => Promise.resolve(app.get(StreamClients).count() === 0));
    const taken = await ask('/v1/decisions/stream', bearer('auditor'));
    expect(taken.status).toBe(200);
    await taken.body!.cancel();
  });

  test('readiness follows the chain: a break is named, and metrics count what was projected', async () => {
    decide(0);
    await projected();
    await until(async () => (await ask('/readyz')).status === 200);
    decide(0, { previousHash: 'f'.repeat(64) });
    await projected();
    await until(async () => (await ask('/readyz')).status === 503);

    const { failing } = (await (await ask('/readyz')).json()) as Body;
    expect(failing).toMatchObject([
      { name: 'projection of decisions', detail: expect.stringContaining('chain broken at 0/20/0/0') },
    ]);
    expect((await ask('/healthz')).status).toBe(200);
    const metrics = await (await ask('/metrics')).text();
    expect(metrics).toContain('updraft_console_projected_records_total{log="decisions"} 2');
    expect(metrics).toContain('updraft_console_faults{log="decisions"} 1');
  });

  function decide(
    partition: number,
    ...some: Parameters<DecisionChain['next']>
  ): ReturnType<DecisionChain['next']> {
    const decided = chains[partition]!.next(...some);
    logs.append('decisions', partition, null, decided.text);
    return decided;
  }

  /** Waits until the tables know everything that the logs hold. */
  async function projected(): Promise<void> {
    await until(async () => {
      const { body } = await get('/v1/status');
      return body.partitions.every((each: { projections: Record<string, { lag: number }> }) =>
        Object.values(each.projections).every((projection) => projection.lag === 0),
      );
    });
  }

  async function openConsole(): Promise<NestFastifyApplication> {
    const health = new Health();
    const registry = createRegistry();
    const served = ConsoleModule.forRoot({
      logs,
      database: opened.database,
      partitions: PARTITIONS,
      tokens: TOKENS,
      health,
      registry,
      config: LIMITS,
    });
    const root = { module: class Root {}, imports: [served, HttpHealthModule.forRoot({ health, registry })] };
    const opening = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(HTTP_OPTIONS), {
      logger: false,
    });
    opening.useGlobalFilters(
      new ProblemFilter(opening.get(HttpAdapterHost), createLog('test', { level: 'silent' })),
    );
    await opening.listen(0, '127.0.0.1');
    return opening;
  }

  function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${address}${path}`, { headers });
  }

  async function get(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Body }> {
    const response = await ask(path, { ...bearer('auditor'), ...headers });
    return { status: response.status, body: (await response.json()) as Body };
  }

  /** The first `count` decisions of the stream; the connection is then broken off. */
  async function follow(
    path: string,
    headers: Record<string, string>,
    count: number,
  ): Promise<ServerEvent[]> {
    const response = await ask(path, headers);
    const events: ServerEvent[] = [];
    for await (const event of readEvents(response)) {
      if (event.data !== null) events.push(event);
      if (events.length === count) break;
    }
    return events;
  }
});

const LIMITS = { ...CONSOLE_LIMITS, stream: { ...CONSOLE_LIMITS.stream, clientsMax: 3, heartbeatMs: 200 } };

// What a test looks into; the assertions say what is there.
type Body = any;

function tokenOf(role: TokenRole): string {
  return `${role}-token-for-tests`;
}

function bearer(role: TokenRole): Record<string, string> {
  return { authorization: `Bearer ${tokenOf(role)}` };
}

const UNTIL_MS = 10_000;

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + UNTIL_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not so within ${UNTIL_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
