import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Genesis } from '#domain/controls';
import { writeGenesis } from '#stage/begin-log';
import { askActivation } from '#stage/registry/ask-activation';
import { REGISTRY_WRITER, registryPorts } from '#stage/registry/registry-ports';
import { checkExport } from '#tools/checker/check-export';
import { exportLogs } from '#tools/replay/export';
import { logSource } from '#tools/replay/record-source';
import { replay } from '#tools/replay/replay';
import { describeInBothModes, type BackboneUnderTest } from './backbone-under-test.ts';
import { merchantIn, paid, registered, trained } from './events-to-send.ts';
import { ProcessUnderTest, SECOND_OPERATOR, tokenOf, until, type Answer } from './process-under-test.ts';
import { decisionsIn } from './published.ts';

// The life of a policy over HTTP while events flow: submitted, approved, live, rolled back from. The tests follow each
// other.

const PARTITIONS = 2;
const PLACES = PARTITIONS + 1;
const SLOW_MS = 120_000;
const EVERY_MS = 200;
const STARTER = new URL('../../policies/starter/bundle.yaml', import.meta.url);
const ASKED = { reason: 'spec' };
const SECOND = { authorization: `Bearer ${tokenOf(SECOND_OPERATOR)}` };
const BOTH = { 'x-second-authorization': SECOND.authorization };

/** The starter bundle with a metric over a fact that was always counted, and a programme that asks for it. */
function withTurnover(id: string): object {
  const source = parse(readFileSync(STARTER, 'utf8')) as {
    metrics: { unit?: string }[];
    programmes: object[];
  };
  const unit = source.metrics[0]!.unit === undefined ? {} : { unit: 'minor' };
  const metric = { id: 'turnover', names: { en: 'Turnover' }, sum: 'gmvMinor', window: '30d', ...unit };
  const programme = {
    id: 'insight',
    names: { en: 'Insight' },
    kind: 'tool',
    gives: { access: ['insight'] },
    who: { id: 'insight.turnover', metric: 'turnover', op: '>=', value: 15_000 },
    duration: '30d',
    coolDown: '1d',
    limits: { openings: 12 },
  };
  const { metrics, programmes } = source;
  return { ...source, bundle: id, metrics: [...metrics, metric], programmes: [...programmes, programme] };
}

describeInBothModes('the life of a policy over HTTP', (open) => {
  let workspace: BackboneUnderTest;
  let genesis: Genesis;
  let running: ProcessUnderTest;
  let starter: string;
  let turnover: string;
  let flow: { stop(): Promise<readonly string[]> };

  const start = async (): Promise<void> => {
    running = await ProcessUnderTest.start(workspace.connect(), genesis);
    await running.goLive();
  };

  beforeAll(async () => {
    workspace = await open();
    const { logs, database, close } = workspace.connect();
    const wish = { logId: 'policies', partitions: PARTITIONS };
    ({ genesis } = await writeGenesis(logs, database, wish, { clockMs: Date.now(), isLive: true }));
    await close();
    await start();
    flow = flowing(() => running);
  }, SLOW_MS);

  afterAll(async () => {
    await flow?.stop();
    await running?.stop();
    await workspace?.close();
  }, 30_000);

  const isLive = (hash: string): Promise<Answer> =>
    running.known(
      `/v1/policies/${hash}`,
      ({ state, activation }) =>
        state === 'live' && activation.state === 'confirmed' && activation.confirmed === PLACES,
    );
  const submit = async (source: object): Promise<string> => {
    const { status, body } = await running.order('/v1/policies', { source, ...ASKED });
    expect([status, body.state]).toEqual([201, 'checked']);
    return body.hash as string;
  };
  const stepsOf = async (hash: string): Promise<string[]> =>
    (await running.get(`/v1/policies/${hash}`)).body.steps.map(({ step }: Answer) => step as string);

  test('the first policy of a workspace was entered by its start, which says so', async () => {
    const { body } = await running.get('/v1/policies');
    starter = body.live;
    const approvedBy = ['start'];
    expect(body).toMatchObject({
      activation: { hash: starter, state: 'confirmed', approvedBy, confirmed: PLACES, partitions: PLACES },
      policies: [{ hash: starter, bundle: 'starter', state: 'live', submittedBy: 'start', approvedBy: null }],
    });
    expect(await stepsOf(starter)).toEqual(['submitted', 'checked', 'activation-asked', 'live']);
  });

  test(
    'what one person submitted goes live once another has approved it, and a metric that is new has its whole history',
    async () => {
      const [rich, poor] = [shop(0, 'rich'), shop(1, 'poor')];
      await running.post(registered(rich), paid(rich, 'o-1'), paid(rich, 'o-2'));
      await running.post(registered(poor), paid(poor, 'o-1'));
      await running.decision(rich, 'welcome-boost', 'offer');
      await running.decision(poor, 'welcome-boost', 'offer');

      turnover = await submit(withTurnover('turnover'));
      const at = `/v1/policies/${turnover}`;
      const early = await running.order(`${at}/activations`, ASKED);
      expect([early.status, early.body.detail]).toEqual([403, expect.stringContaining('a second person')]);
      const alone = await running.order(`${at}/approvals`, ASKED);
      expect([alone.status, alone.body.detail]).toEqual([
        403,
        `operator: submitted ${turnover}; another person must approve it`,
      ]);
      const { body: told } = await running.get(`${at}/diff?against=live`);
      const words = told.changes.map((change: Answer) => change.words as string);
      expect(words).toEqual(expect.arrayContaining(['metric turnover: added', 'programme insight: added']));
      expect((await running.order(`${at}/approvals`, ASKED, SECOND)).status).toBe(200);
      const asked = await running.order(`${at}/activations`, ASKED);
      expect([asked.status, asked.body]).toEqual([
        202,
        expect.objectContaining({ state: 'pending', approvedBy: ['operator', SECOND_OPERATOR] }),
      ]);
      await isLive(turnover);
      const issued = await running.decision(rich, 'insight', 'issue');
      expect(issued).toMatchObject({ programme: 'insight' });
      const withheld = await running.decision(poor, 'insight', 'withhold');
      expect(withheld.reasons).toEqual(['insight.turnover']);
      const { body: why } = await running.get(`/v1/decisions/${withheld.id.replaceAll('/', '-')}`);
      expect(why.record.data.conditions).toContainEqual(
        expect.objectContaining({ id: 'insight.turnover', value: 9_900, line: 15_000, verdict: 'false' }),
      );
      const steps = ['submitted', 'checked', 'approved', 'activation-asked', 'live'];
      expect(await stepsOf(turnover)).toEqual(steps);
      expect((await running.get(`/v1/policies/${starter}`)).body.state).toBe('superseded');
    },
    SLOW_MS,
  );

  test(
    'two people roll back to what was live before; one may not, and asking again changes nothing',
    async () => {
      const at = `/v1/policies/${starter}/rollbacks`;
      expect((await running.order(at, ASKED)).status).toBe(403);
      const first = await running.order(at, ASKED, BOTH);
      const again = await running.order(at, ASKED, BOTH);
      expect([first.status, again.status]).toEqual([202, 202]);
      expect(again.body.sequence).toBe(first.body.sequence);
      await isLive(starter);
      const later = shop(0, 'later');
      await running.post(registered(later), paid(later, 'o-1'), paid(later, 'o-2'));
      await running.decision(later, 'welcome-boost', 'offer');
      const { body } = await running.get(`/v1/decisions?merchant=${later}&programme=insight`);
      expect(body.decisions).toEqual([]);
      expect((await running.get(`/v1/policies/${turnover}`)).body.state).toBe('superseded');
    },
    SLOW_MS,
  );

  test(
    'an activation that was asked for and left is gone on with at the next start, which keeps its own policy back',
    async () => {
      const next = await submit(withTurnover('next'));
      expect((await running.order(`/v1/policies/${next}/approvals`, ASKED, SECOND)).status).toBe(200);
      const shops = await flow.stop();
      await running.stop();
      const { logs, database, store, close } = workspace.connect();
      const writer = logs.writer(REGISTRY_WRITER);
      const ports = registryPorts({ logs, writer, database, store, genesis });
      expect(await askActivation(ports, next, 'operator', 'spec')).toMatchObject({ state: 'pending' });
      await writer.close();
      await close();
      await start();
      await isLive(next);
      for (const each of shops) await running.decision(each, 'welcome-boost', 'issue');
      const late = shop(1, 'late');
      await running.post(registered(late), paid(late, 'o-1'), paid(late, 'o-2'));
      await running.decision(late, 'insight', 'issue');
      await expectNothingLostOrDoubled(running, shops);
    },
    SLOW_MS,
  );

  const shop = (partition: number, name: string): string => merchantIn(partition, PARTITIONS, name);

  /** Replay crosses every activation to the same bytes, and the checker, which shares no code, agrees. */
  async function expectNothingLostOrDoubled(
    { backbone }: ProcessUnderTest,
    shops: readonly string[],
  ): Promise<void> {
    const { logs } = backbone;
    const replayed = await until('everything decided', async () => {
      const result = await replay(logSource(logs, 'policies'), { workers: 1 });
      return result.outcome === 'equal' ? result : null;
    });
    expect(replayed.difference).toBeNull();
    const issues: string[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const chain = await decisionsIn(logs, partition);
      expect(chain.map(({ sequence }) => sequence)).toEqual(chain.map((_, index) => index + 1));
      expect(new Set(chain.map(({ bundle }) => bundle))).toEqual(
        new Set([starter, turnover, chain.at(-1)!.bundle]),
      );
      issues.push(
        ...chain
          .filter(({ programme, outcome }) => programme === 'welcome-boost' && outcome === 'issue')
          .map(({ merchant }) => merchant),
      );
    }
    expect(shops.length).toBeGreaterThan(10);
    expect(issues.sort()).toEqual([...shops].sort());
    const folder = mkdtempSync(join(tmpdir(), 'updraft-policies-'));
    try {
      await exportLogs(logSource(logs, 'policies'), join(folder, 'all'));
      expect((await checkExport(join(folder, 'all'), null)).findings).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
});

/** Shops that register and train, one after the other, whatever else happens, until it is stopped. */
function flowing(running: () => ProcessUnderTest): { stop(): Promise<readonly string[]> } {
  const shops: string[] = [];
  let isFlowing = true;
  const done = (async () => {
    for (let number = 0; isFlowing; number++) {
      const shop = `flow-${number}`;
      const { status } = await running().post(registered(shop), trained(shop));
      if (status === 202) shops.push(shop);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    async stop() {
      isFlowing = false;
      await done;
      return shops;
    },
  };
}
