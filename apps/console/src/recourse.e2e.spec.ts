import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { given, REGISTERED, T0, type World } from '#domain/testing/given';
import { compiled, smallSource, welcome } from '#domain/testing/small-bundle';
import { DAY_MS, formatInstant, HOUR_MS } from '#domain/time';
import { clearReadSide } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { ConsoleUnderTest } from './testing/console-under-test.ts';

// What a merchant is told to do is what the policy itself finds enough, tried on scoring's last snapshot.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const BUNDLE = compiled(
  smallSource({
    programmes: [
      welcome({
        who: {
          all: [
            { id: 'on-time', metric: 'on_time', op: '>=', value: '80%' },
            { id: 'trained', training: 'first-sale' },
          ],
        },
      }),
    ],
  }),
);

describe('recourse over HTTP', () => {
  let opened: TestDatabase;
  let served: ConsoleUnderTest;

  beforeAll(async () => {
    opened = await openTestDatabase();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await clearReadSide(opened.database);
    served = await ConsoleUnderTest.open(opened.database);
    await show(lateSender());
  });
  afterEach(() => served.close());

  test('says how many orders to dispatch on time, in both languages', async () => {
    const { body } = await served.get('/v1/merchants/m1/recourse');
    expect(body.recourse).toMatchObject([
      {
        reason: 'on-time',
        change: 'Bring On time from 50% to at least 80%, a change of 30%.',
        remedies: [{ deed: 'dispatch-on-time', times: 3, say: 'Dispatch 3 more orders on time.' }],
      },
      { reason: 'trained', change: 'Complete training “first-sale”.', remedies: [] },
    ]);
    const chinese = await served.get('/v1/merchants/m1/recourse', { 'accept-language': 'zh' });
    expect(chinese.body.recourse[0].remedies[0].say).toBe('再准时发货 3 单。');
  });

  test('says on what it was tried, and leaves open what no snapshot holds yet', async () => {
    const { body } = await served.get('/v1/merchants/m1/recourse');
    expect(body.triedOn).toMatch(/^0\/\d+$/);
    await opened.database.query('delete from stage_row');
    const without = (await served.get('/v1/merchants/m1/recourse')).body;
    expect(without.triedOn).toBeNull();
    expect(without.recourse[0].remedies).toBeNull();
    expect((await served.get('/v1/merchants/m9/recourse')).status).toBe(404);
  });

  async function show(world: World): Promise<void> {
    served.logs.append('policies', 0, sha256(BUNDLE.text), BUNDLE.text);
    for (const { log, key, text } of world.outputs) served.logs.append(log, 0, key, text);
    world.scoring.freeze();
    const { root, rows } = world.scoring.store;
    const position = (JSON.parse(root!) as { position: number[] }).position.join('/');
    await opened.database.query(
      `insert into stage_snapshot (stage, partition, mark, root) values ('scoring', 0, $1, $2)
         on conflict (stage, partition) do update set mark = excluded.mark, root = excluded.root`,
      [JSON.stringify({ position }), root],
    );
    for (const { key, held, body } of rows.values()) {
      await opened.database.query(
        `insert into stage_row (stage, partition, key, held, body) values ('scoring', 0, $1, $2, $3)
           on conflict (stage, partition, key) do update set body = excluded.body`,
        [key, held, body],
      );
    }
    await served.projected();
  }
});

/** One order left on time and one did not. */
function lateSender(): World {
  const world = given(sha256);
  world.activate(BUNDLE.text);
  world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
  for (const [i, days] of [3, 0].entries()) {
    const order = {
      orderId: `o${i}`,
      orderedAt: formatInstant(T0),
      shipBy: formatInstant(T0 + days * DAY_MS + HOUR_MS),
      amountMinor: 5_000,
      currency: 'CNY',
      category: 'toys',
      buyer: `b${i}`,
    };
    world.event('updraft.order.paid.v1', 'm1', order);
    world.tick(T0 + DAY_MS);
    world.event('updraft.order.shipped.v1', 'm1', order);
  }
  return world;
}
