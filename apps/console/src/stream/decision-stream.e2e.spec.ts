import 'reflect-metadata';
import { connect } from 'node:net';
import { clearReadSide } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { bearer, ConsoleUnderTest } from '../testing/console-under-test.ts';
import { readEvents, type ServerEvent } from '../testing/server-events.ts';
import { until } from '../testing/until.ts';

const CLIENTS_MAX = 3;
const LIMITS = { clientsMax: CLIENTS_MAX, heartbeatMs: 200, stalledMsMax: 300, queueRowsMax: 20 };

describe('the live stream of decisions', () => {
  let opened: TestDatabase;
  let served: ConsoleUnderTest;

  beforeAll(async () => {
    opened = await openTestDatabase();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await clearReadSide(opened.database);
    served = await ConsoleUnderTest.open(opened.database, LIMITS);
  });
  afterEach(() => served.close());

  test('tells every decision once, from the start and over broken connections', async () => {
    for (let i = 0; i < 30; i++) served.decide(i % 2);
    await served.projected();
    const seen: string[] = [];
    let last: string | undefined;
    for (let round = 0; round < 5; round++) {
      // More than a client's queue holds: what overflows is read from the table.
      for (let i = 0; i < 60; i++) served.decide(i % 2);
      const path = `/v1/decisions/stream${round === 0 ? '?from=start' : ''}`;
      const events = await served.follow(path, 35 + round, last);
      seen.push(...events.map(decisionId));
      last = events.at(-1)!.id;
    }
    const total = 30 + 5 * 60;
    const rest = await served.follow('/v1/decisions/stream', total - seen.length, last);
    seen.push(...rest.map(decisionId));

    for (const partition of [0, 1]) {
      const expected = Array.from({ length: total / 2 }, (_, i) => `${partition}/${(i + 1) * 10}/0/0`);
      expect(seen.filter((id) => id.startsWith(`${partition}/`))).toEqual(expected);
    }
    expect(seen).toHaveLength(total);
  });

  test('goes on by its last event id also where its address says where it once began', async () => {
    for (let i = 0; i < 4; i++) served.decide(0);
    await served.projected();

    const [event] = await served.follow('/v1/decisions/stream?from=start', 1, '3.0');

    expect(decisionId(event!)).toBe('0/40/0/0');
  });

  test('refuses a last event id that is none of its own', async () => {
    const response = await served.ask('/v1/decisions/stream', { ...bearer('auditor'), 'last-event-id': 'x' });

    expect([response.status, await response.json()]).toMatchObject([
      400,
      { problems: [{ field: 'Last-Event-ID', value: '"x"' }] },
    ]);
  });

  test('without a start begins now; a filter leaves the rest out but moves the id past it', async () => {
    served.decide(0, {}, 'm-1');
    await served.projected();
    const following = served.follow('/v1/decisions/stream?merchant=m-2', 1);
    await until(() => served.streamClients() === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    served.decide(0, {}, 'm-1');
    served.decide(0, {}, 'm-2');

    const [event] = await following;
    expect([event!.id, JSON.parse(event!.data!).subject]).toEqual(['3.0', 'm-2']);
  });

  test('beats while it is idle, and the beat carries the place', async () => {
    served.decide(1, {}, 'm-1');
    await served.projected();
    const response = await served.ask('/v1/decisions/stream?from=start&merchant=m-2', bearer('auditor'));
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

  test('tells more clients than the bound to come later, and takes one when another has left', async () => {
    const open: Response[] = [];
    for (let i = 0; i < CLIENTS_MAX; i++) {
      open.push(await served.ask('/v1/decisions/stream', bearer('auditor')));
    }
    const refused = await served.ask('/v1/decisions/stream', bearer('auditor'));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);

    for (const response of open) await response.body!.cancel();
    await until(() => served.streamClients() === 0);
    const taken = await served.ask('/v1/decisions/stream', bearer('auditor'));
    expect(taken.status).toBe(200);
    await taken.body!.cancel();
  });

  test('lets a client go that does not take what it is sent', async () => {
    const reasons = ['x'.repeat(200_000)];
    for (let i = 0; i < 60; i++) served.decide(0, { reasons });
    await served.projected();
    const { hostname, port } = new URL(served.address);
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.on('error', () => {});
    const { authorization } = bearer('auditor');
    const head = [
      'GET /v1/decisions/stream?from=start HTTP/1.1',
      'host: x',
      `authorization: ${authorization}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    await until(() => served.streamClients() === 1);

    await until(() => served.streamClients() === 0);
    socket.destroy();
  });
});

function decisionId(event: ServerEvent): string {
  return (JSON.parse(event.data!) as { id: string }).id;
}
