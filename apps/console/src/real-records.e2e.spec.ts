import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { given, grantsIn, pursesOf, REGISTERED, type World } from '#domain/testing/given';
import { account, compiled, smallSource, welcome } from '#domain/testing/small-bundle';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { clearReadSide } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { ConsoleUnderTest, type Body } from './testing/console-under-test.ts';
import { until } from './testing/until.ts';

// What the stages really write, shown by a whole console: a budget of a month, and three who want of it.

const ACCOUNT = 'welcome@2026-11-01';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const BUNDLE = compiled(
  smallSource({
    accounts: [account('welcome', 250, { period: 'month' })],
    programmes: [welcome({ trainFirst: { course: 'first-sale', within: '3d' } })],
  }),
);

describe('what the stages write, in the console', () => {
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

  test('every record is projected, and nothing is wrong with any', async () => {
    await show(settled());
    await until(async () => (await served.ask('/readyz')).status === 200);
  });

  test('an account stands as the allocator holds it, and has what the policy says', async () => {
    for (const world of [emptied(), settled()]) {
      await clearReadSide(opened.database);
      await served.close();
      served = await ConsoleUnderTest.open(opened.database);
      await show(world);
      const { leasedIn, free, held, settling, spent, returned } = pursesOf(world)[ACCOUNT]!;
      const { body } = await served.get(`/v1/accounts/${ACCOUNT}`);
      expect(body).toMatchObject({
        total: 250,
        unit: 'exposures',
        refillsAt: '2026-11-30T16:00:00.000Z',
        balance: { leasedIn, free, held, settling, spent, returned },
        inFlight: 0,
      });
      const { leases } = (await served.get('/v1/leases?account=welcome')).body;
      expect(leases.reduce((sum: number, { amount }: Body) => sum + amount, 0)).toBe(leasedIn);
    }
  });

  test('who found the budget empty waits, and is told for what', async () => {
    await show(emptied());
    const { body } = await served.get('/v1/pending');
    expect(body.pending).toMatchObject([
      {
        merchant: 'm3',
        programme: 'welcome',
        account: ACCOUNT,
        why: 'budget-held-elsewhere',
        refillsAt: '2026-11-30T16:00:00.000Z',
      },
    ]);
    expect(Date.parse(body.pending[0].since)).toBeLessThan(
      Date.parse(await timeOf(body.pending[0].decision)),
    );
    const { recourse } = (await served.get('/v1/merchants/m3')).body;
    expect(recourse).toMatchObject([{ change: expect.stringContaining('it is filled again at 2026-11-30') }]);
  });

  test('who waited is served once something comes back, and waits no longer', async () => {
    await show(settled());
    expect((await served.get('/v1/pending?merchant=m3')).body.pending).toEqual([]);
    const { body } = await served.get('/v1/grants?account=welcome&merchant=m3');
    expect(body.grants).toMatchObject([{ size: 100, spent: 0 }]);
  });

  test('a life is told from the offer to the settling, the same in pages as at once', async () => {
    await show(settled());
    const { body } = await served.get('/v1/merchants/m1/story', { 'accept-language': 'zh' });
    const kinds = body.steps.map(({ step }: Body) => step);
    expect(kinds.slice(0, 5)).toEqual(['offered', 'trained', 'probed', 'expired', 'withheld']);
    expect(kinds).toContain('settled');
    expect([body.language, body.steps[1].sentence]).toEqual([
      'zh',
      '已完成“Welcome”所需的培训“first-sale”。',
    ]);

    const paged: Body[] = [];
    for (let next: string | null = ''; next !== null;) {
      const after: string = next === '' ? '' : `&after=${next}`;
      const page: Body = (await served.get(`/v1/merchants/m1/story?lang=zh&limit=1${after}`)).body;
      paged.push(...page.steps);
      next = page.next as string | null;
    }
    expect(paged).toEqual(body.steps);
    expect((await served.get('/v1/merchants/m9/story')).status).toBe(404);
  });

  test('of a settled grant it is known what was spent, and its decisions are its life', async () => {
    await show(settled());
    const listed = (await served.get('/v1/grants?status=settled&merchant=m1')).body.grants;
    expect(listed).toMatchObject([{ size: 100, spent: 60, unit: 'exposures' }]);
    const { body } = await served.get(`/v1/grants/${listed[0].grantId.replaceAll('/', '-')}`);
    expect(body.decisions.map(({ outcome }: Body) => outcome)).toEqual(['issue', 'expire', 'settle']);
    const { postings } = (await served.get(`/v1/accounts/${ACCOUNT}/postings?limit=200`)).body;
    const moved = postings
      .filter(({ grantId }: Body) => grantId === listed[0].grantId)
      .map((posting: Body) => posting.moved);
    // What was used moved from held to spent without a decision.
    expect(moved).toEqual([
      { free: 40, settling: -40 },
      { held: -40, settling: 40 },
      { free: -100, held: 100 },
    ]);
  });

  async function show(world: World): Promise<void> {
    served.logs.append('policies', 0, sha256(BUNDLE.text), BUNDLE.text);
    for (const { log, key, text } of world.outputs) served.logs.append(log, 0, key, text);
    await served.projected();
  }

  async function timeOf(decision: string): Promise<string> {
    return (await served.get(`/v1/decisions/${decision}`)).body.record.time;
  }
});

/** Two merchants get a grant of 100 each, and the third waits in vain for what is left of 250. */
function emptied(): World {
  const world = given(sha256);
  world.activate(BUNDLE.text);
  for (const merchant of ['m1', 'm2', 'm3']) {
    world.event('updraft.merchant.registered.v1', merchant, REGISTERED);
    world.tick(world.nowMs + HOUR_MS);
    world.event('updraft.training.completed.v1', merchant, { course: 'first-sale' });
    world.tick(world.nowMs + HOUR_MS);
  }
  return world;
}

/** The first one uses 60 of its grant; both end and are settled, and what comes back is for the third. */
function settled(): World {
  const world = emptied();
  const { grantId } = grantsIn(world.outputs).find(({ merchant }) => merchant === 'm1')!;
  world.event('updraft.boost.delivered.v1', 'm1', { grantId, exposures: 60, clicks: 6 });
  const start = world.nowMs;
  for (const days of [3, 4, 4.5]) world.tick(start + days * DAY_MS);
  return world;
}
