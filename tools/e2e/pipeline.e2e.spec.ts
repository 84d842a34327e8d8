import { encodeGenesis, TREASURIES_DEFAULT } from '#contracts/genesis';
import type { Genesis } from '#domain/controls';
import { DAY_MS } from '#domain/time';
import { writeGenesis } from '#stage/begin-log';
import { describeInBothModes, type BackboneUnderTest } from './backbone-under-test.ts';
import { delivered, merchantIn, paid, registered, strange, trained } from './events-to-send.ts';
import { ProcessUnderTest, until, type Answer } from './process-under-test.ts';
import { decisionsIn, publishedIn } from './published.ts';

// Events in by HTTP, decisions out by HTTP, through everything in between. The tests of a mode share one workspace and
// follow each other: what one leaves in the log, the next one meets.

const PARTITIONS = 4;
const PROGRAMME = 'welcome-boost';
/** Stages, and how many partitions each has. */
const STAGES = {
  scoring: PARTITIONS,
  allocator: PARTITIONS,
  treasury: TREASURIES_DEFAULT,
  census: TREASURIES_DEFAULT,
} as const;

describeInBothModes('the pipeline', (open) => {
  let workspace: BackboneUnderTest;
  let genesis: Genesis;
  let running: ProcessUnderTest;

  const start = async (): Promise<void> => {
    running = await ProcessUnderTest.start(workspace.connect(), genesis);
    await running.goLive();
  };

  beforeAll(async () => {
    workspace = await open();
    const { logs, database, close } = workspace.connect();
    const wish = { logId: 'e2e', partitions: PARTITIONS };
    ({ genesis } = await writeGenesis(logs, database, wish, { clockMs: Date.now(), isLive: true }));
    await close();
    await start();
  }, 60_000);

  afterAll(async () => {
    await running?.stop();
    await workspace?.close();
  }, 30_000);

  /** Ends once everything that was posted to the partition before has been decided on. */
  const settled = async (partition: number): Promise<void> => {
    const marker = shopIn(partition, 'marker');
    await accepted(running.post(registered(marker)));
    await running.decision(marker, PROGRAMME, 'offer');
  };

  test('an event leads to a decision with its reasons: registered, withheld, trained, issued, delivered', async () => {
    const shop = shopIn(0, 'newcomer');
    const stream = running.follow(
      `/v1/decisions/stream?from=start&merchant=${shop}&programme=${PROGRAMME}`,
      ({ data }) => data.outcome === 'expire',
    );
    await accepted(running.post(registered(shop)));
    const withheld = await running.decision(shop, PROGRAMME, 'offer');
    expect(withheld.reasons).toEqual(['train-first', 'welcome.trained']);
    const asked = await running.known(`/v1/merchants/${shop}`, ({ recourse: some }) => some.length > 0);
    const recourse = asked.recourse.find(({ reason }: Answer) => reason === 'welcome.trained');
    expect(recourse).toMatchObject({ programme: PROGRAMME, decision: withheld.id, line: true });
    expect(recourse.change).toContain('first-sale');
    const why = await explained(running, withheld.id);
    expect(why.record.data.conditions).toContainEqual(
      expect.objectContaining({ id: 'welcome.new', value: 0, line: 30, margin: 29, verdict: 'true' }),
    );
    expect(why.explanation).toContain('Failed — welcome.trained: training “first-sale” is not completed.');

    await accepted(running.post(trained(shop)));
    const issued = await running.decision(shop, PROGRAMME, 'issue');
    expect(issued).toMatchObject({ reasons: [], grant: { size: 600, kind: 'traffic' } });
    const { grantId } = issued.grant;
    const grants = await running.known(`/v1/grants?merchant=${shop}`, (body) => body.grants.length > 0);
    const boosts = grants.grants.filter(({ programme }: Answer) => programme === PROGRAMME);
    expect(boosts).toMatchObject([{ grantId, status: 'active', decision: issued.id }]);

    await accepted(running.post(delivered(shop, grantId, 200), delivered(shop, grantId, 900)));
    const used = await running.decision(shop, PROGRAMME, 'expire');
    expect(used.reasons).toEqual(['used-up']);
    const { record, explanation } = await explained(running, used.id, 'zh');
    expect(record.data.budget.after).toMatchObject({ spent: 600, overrun: 300, held: 0 });
    expect(record.data.cause.eventId).toBe(`${grantId}:900`);
    expect(explanation.join('')).toContain('新商启航');

    const told = (await stream).map((event) => JSON.parse(event.data!) as Answer);
    expect(told.map(({ data }) => data.outcome)).toEqual(['offer', 'issue', 'expire']);
    expect(told.map(({ id }) => id)).toEqual([withheld.id, issued.id, used.id]);
  }, 30_000);

  test('a duplicate changes nothing', async () => {
    const shop = shopIn(1, 'twice');
    const events = [registered(shop), paid(shop, 'o-1'), paid(shop, 'o-2')];
    await accepted(running.post(...events));
    await running.decision(shop, PROGRAMME, 'offer');
    await settled(1);
    const decisions = async (): Promise<Answer[]> =>
      (await running.get(`/v1/decisions?merchant=${shop}&programme=${PROGRAMME}`)).body.decisions as Answer[];
    const before = await decisions();
    await accepted(running.post(...events, ...events));
    await accepted(running.post(trained(shop)));
    const issued = await running.decision(shop, PROGRAMME, 'issue');
    const body = await running.known(`/v1/merchants/${shop}`, (known) =>
      issued.id.startsWith(known.position),
    );
    expect(body.capability).toMatchObject({ metrics: { orders_30d: 2 }, orders: { open: 2, overdue: 0 } });
    expect((await decisions()).slice(1)).toEqual(before);
    const { deadLetters } = (await running.get('/v1/dead-letters')).body;
    expect(deadLetters).toEqual([]);
  }, 30_000);

  test('what contradicts an earlier event, and what comes too late, becomes a dead letter with its reason', async () => {
    const shop = shopIn(2, 'careless');
    await accepted(running.post(registered(shop)));
    const before = await running.decision(shop, PROGRAMME, 'offer');
    const late = { ...trained(shop), id: 'late', time: new Date(Date.now() - 8 * DAY_MS).toISOString() };
    const conflicting = { ...registered(shop), data: { category: 'toys', country: 'CN', currency: 'CNY' } };
    await accepted(running.post(late, conflicting));
    const letters = await until('two dead letters', async () => {
      const { deadLetters } = (await running.get('/v1/dead-letters')).body;
      return deadLetters.length === 2 ? (deadLetters as Answer[]) : null;
    });
    const of = (id: string): Answer => letters.find(({ eventId }) => eventId === id);
    expect(of('late')).toMatchObject({ reason: 'too-late', merchant: shop, source: '/e2e' });
    expect(of('late').detail).toContain(`occurred at ${late.time}`);
    expect(of('late').detail).toContain(`limit ${7 * DAY_MS} ms`);
    expect(of(conflicting.id)).toMatchObject({ reason: 'conflict', merchant: shop });
    expect(JSON.parse(of(conflicting.id).record).data.category).toBe('toys');
    await settled(2);
    const body = await running.known(`/v1/merchants/${shop}`, () => true);
    expect(body).toMatchObject({ position: before.id.split('/').slice(0, 3).join('/'), isKnown: true });
    expect(body.capability).toMatchObject({ category: 'tea', trainings: [] });
  }, 30_000);

  test('a stop and another start go on from the snapshot', async () => {
    await running.stop();
    const before = await allPublished(workspace);
    await start();
    const starts = await takeOvers(running);
    expect(starts.map(({ from }) => from)).not.toContain(null);
    await settled(3);
    expect(running.told.filter((each) => each.kind === 'suppressed')).toEqual([]);
    await expectToGoOn(workspace, before);
  }, 60_000);

  test('a start without snapshots publishes nothing twice and goes on to the same decisions', async () => {
    await running.stop();
    const before = await allPublished(workspace);
    await discardSnapshots(workspace);
    await start();
    const starts = await takeOvers(running);
    expect(starts.map(({ from }) => from)).toEqual(starts.map(() => null));
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const shop = shopIn(partition, 'after');
      await accepted(running.post(registered(shop)));
      await running.decision(shop, PROGRAMME, 'offer');
    }
    expect(running.told.filter((each) => each.kind === 'suppressed').length).toBeGreaterThan(0);
    await expectToGoOn(workspace, before);
    const { deadLetters } = (await running.get('/v1/dead-letters')).body;
    expect(deadLetters).toHaveLength(2);
    // What a merchant had was built anew from the log: it is not issued a second time.
    await accepted(running.post({ ...trained(shopIn(1, 'twice')), id: 'again' }));
    await settled(1);
    const path = `/v1/decisions?merchant=${shopIn(1, 'twice')}&programme=${PROGRAMME}&outcome=issue`;
    expect((await running.get(path)).body.decisions).toHaveLength(1);
  }, 60_000);

  test('a partition whose step throws stands still at exactly that record, shows it, and the others go on', async () => {
    const unknown = { key: null, value: Buffer.from(JSON.stringify(strange())) };
    const other = { key: null, value: encodeGenesis({ ...genesis, logId: 'another' }) };
    const writer = running.backbone.logs.writer('intruder');
    await writer.append('activity', 0, [unknown]);
    await writer.append('activity', 1, [other]);
    await writer.close();
    const stuck = [await offsetOf(running, 0, unknown.value), await offsetOf(running, 1, other.value)];

    const expectStuck = async (): Promise<void> => {
      const failing = await until('two partitions that stand still', async () => {
        const { status, body } = await running.get('/readyz');
        return status === 503 && body.failing.length === 2 ? (body.failing as Answer[]) : null;
      });
      expect(failing.map(({ name }) => name)).toEqual(['scoring 0', 'scoring 1']);
      expect(failing[0].detail).toMatch(new RegExp(`^halted at 0/${stuck[0]}: .*updraft.surprise.v1`));
      expect(failing[1].detail).toMatch(
        new RegExp(`^halted at 1/${stuck[1]}: .*a second, different genesis`),
      );
      for (const partition of [2, 3]) {
        const shop = shopIn(partition, `goes-on-${running.told.length}`);
        await accepted(running.post(registered(shop)));
        await running.decision(shop, PROGRAMME, 'offer');
      }
    };
    await expectStuck();
    await accepted(running.post(registered(shopIn(0, 'waiting'))));
    await running.stop();
    const before = await allPublished(workspace);
    await start();
    await expectStuck();
    await running.stop();
    const after = await allPublished(workspace);
    for (const partition of [0, 1]) {
      // Everything before the record was published, and nothing of it or behind it.
      const offsets = after
        .get(`capability/${partition}`)!
        .map(({ position }) => Number(position.split('/')[1]));
      expect(Math.max(...offsets)).toBeLessThan(stuck[partition]!);
      expect(after.get(`capability/${partition}`)).toEqual(before.get(`capability/${partition}`));
      expect(after.get(`decisions/${partition}`)).toEqual(before.get(`decisions/${partition}`));
    }
  }, 60_000);
});

async function accepted(sent: Promise<Response>): Promise<void> {
  const response = await sent;
  expect({ status: response.status, body: await response.json() }).toMatchObject({
    status: 202,
    body: { refused: 0 },
  });
}

/** The first take-over of every partition of every stage. */
async function takeOvers(running: ProcessUnderTest): Promise<{ readonly from: string | null }[]> {
  return until('all partitions taken over', () => {
    const starts = running.told.flatMap((each) => (each.kind === 'taken-over' ? [each] : []));
    const all = Object.values(STAGES).reduce((sum, partitions) => sum + partitions, 0);
    return starts.length === all ? starts : null;
  });
}

async function explained(running: ProcessUnderTest, id: string, language = 'en'): Promise<Answer> {
  const path = `/v1/decisions/${id.replaceAll('/', '-')}`;
  return (await running.get(path, { 'accept-language': language })).body as Answer;
}

async function offsetOf(running: ProcessUnderTest, partition: number, value: Buffer): Promise<number> {
  for await (const { records } of running.backbone.logs.read('activity', partition, 0)) {
    for (const record of records) if (record.value.equals(value)) return record.offset;
  }
  throw new Error(`the record is not in activity ${partition}`);
}

function shopIn(partition: number, name: string): string {
  return merchantIn(partition, PARTITIONS, name);
}

type Published = Map<string, Awaited<ReturnType<typeof publishedIn>>>;

async function allPublished(workspace: BackboneUnderTest): Promise<Published> {
  const { logs, close } = workspace.connect();
  const published: Published = new Map();
  for (const log of ['capability', 'decisions', 'grants', 'dead-letters']) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      published.set(`${log}/${partition}`, await publishedIn(logs, log, partition));
    }
  }
  await close();
  return published;
}

/** What was published stands as it did, nothing twice, and what follows is chained to it. */
async function expectToGoOn(workspace: BackboneUnderTest, before: Published): Promise<void> {
  const after = await allPublished(workspace);
  for (const [name, records] of before) {
    const now = after.get(name)!;
    if (!name.startsWith('grants')) expect(now.slice(0, records.length)).toEqual(records);
    // A dead letter may be sent again, in order; its readers take each number once.
    if (name.startsWith('dead-letters')) continue;
    expect(new Set(now.map(({ position }) => position)).size).toBe(now.length);
  }
  const { logs, close } = workspace.connect();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const chain = await decisionsIn(logs, partition);
    expect(chain.map(({ sequence }) => sequence)).toEqual(chain.map((_, index) => index + 1));
    expect(chain.slice(1).map(({ previousHash }) => previousHash)).toEqual(
      chain.slice(0, -1).map(({ hash }) => hash),
    );
  }
  await close();
}

/** As an operator would, or a disk that was lost: the stages begin again from genesis. */
async function discardSnapshots(workspace: BackboneUnderTest): Promise<void> {
  const { store, close } = workspace.connect();
  for (const [stage, partitions] of Object.entries(STAGES)) {
    for (let partition = 0; partition < partitions; partition++) {
      const { takeover } = await store.head(stage, partition);
      const claim = { stage, partition, owner: 'spec', takeover: takeover + 1 };
      expect(await store.claim(claim)).toBe(true);
      await store.discard(claim);
    }
  }
  await close();
}
