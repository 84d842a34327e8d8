import { randomUUID } from 'node:crypto';
import { LOGS } from '#contracts/logs';
import type { Genesis } from '#domain/controls';
import { writeGenesis } from '#stage/begin-log';
import { systemClock } from '#stage/clock';
import { EMBEDDED_LIMITS } from '#stage/limit';
import { createShadowHost } from '#stage/shadow/shadow-host';
import { createShadowDesk } from '#store/shadow-desk';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { starterBundle, type CompiledBundle, type WorkspaceInMemory } from '#tools/replay/workspace-fixture';
import { describeInBothModes, type BackboneUnderTest } from './backbone-under-test.ts';
import { merchantIn, registered, trained } from './events-to-send.ts';
import { ProcessUnderTest, until, type Answer } from './process-under-test.ts';
import { digestsOf } from './published.ts';
import { copyActivity, PARTITIONS, prepare, recordSeason } from './recorded-season.ts';
import { startStages } from './stages-under-test.ts';

// A candidate beside the live bundle: what it says over HTTP, and that nothing but its report tells that it was there.

const LIVE = starterBundle();
const WELCOME = 'welcome-boost';
/** Gives half as much to newcomers. */
const CANDIDATE = welcomeOf('perHeadroom: 75, minimum: 150');
const THIRD = welcomeOf('perHeadroom: 125, minimum: 150');
const WAIT_MS_MAX = 60_000;

/** The starter policy with another size of the first boost. */
function welcomeOf(size: string): CompiledBundle {
  return starterBundle((yaml) => yaml.replace('perHeadroom: 150, minimum: 300', size));
}

function pathOf({ hash }: { readonly hash: string }): string {
  return `/v1/policies/${hash}/shadow`;
}

describeInBothModes('shadows over HTTP', (open) => {
  let workspace: BackboneUnderTest;
  let genesis: Genesis;
  let running: ProcessUnderTest;

  beforeAll(async () => {
    workspace = await open();
    const { logs, database, close } = workspace.connect();
    const wish = { logId: 'shadowed', partitions: PARTITIONS };
    ({ genesis } = await writeGenesis(logs, database, wish, { clockMs: Date.now(), isLive: true }));
    const writer = logs.writer('registry');
    for (const { hash, text } of [CANDIDATE, THIRD]) {
      await writer.append('policies', 0, [{ key: hash, value: Buffer.from(text) }]);
    }
    await writer.close();
    await close();
    running = await ProcessUnderTest.start(workspace.connect(), genesis);
    await running.goLive();
  }, 60_000);

  afterAll(async () => {
    await running?.stop();
    await workspace?.close();
  }, 30_000);

  let nudges = 0;
  let nudgedAtMs = 0;
  /** Where something arrives time goes on by the second; elsewhere only every 15 s. */
  const nudge = async (): Promise<void> => {
    if (performance.now() - nudgedAtMs < 1_000) return;
    nudgedAtMs = performance.now();
    nudges += 1;
    const markers = Array.from({ length: PARTITIONS }, (_, partition) =>
      registered(merchantIn(partition, PARTITIONS, `marker-${nudges}`)),
    );
    expect((await running.post(...markers)).status).toBe(202);
  };

  const reported = (
    bundle: { readonly hash: string },
    isThere: (report: Answer) => boolean,
  ): Promise<Answer> =>
    until(
      `the report of ${bundle.hash}`,
      async () => {
        await nudge();
        const { body } = await running.get(pathOf(bundle));
        if (body.state === 'failed') throw new Error(body.failure as string);
        return body.report !== null && isThere(body.report) ? (body.report as Answer) : null;
      },
      WAIT_MS_MAX,
    );
  const welcomeIn = (report: Answer): Answer =>
    report.programmes.find(({ programme }: Answer) => programme === WELCOME);

  test(
    'a shadow of the live bundle reports no difference, and one of a candidate what differs',
    async () => {
      for (const bundle of [LIVE, CANDIDATE]) {
        const { status, body } = await running.order(pathOf(bundle), {});
        expect([status, body]).toEqual([
          202,
          expect.objectContaining({ bundle: bundle.hash, state: 'reading', askedBy: 'operator' }),
        ]);
      }
      const full = await running.order(pathOf(THIRD), {});
      expect([full.status, full.body.detail]).toEqual([
        409,
        expect.stringContaining('2 shadows read already'),
      ]);
      await Promise.all(
        [LIVE, CANDIDATE].map((bundle) => reported(bundle, ({ isComparing }) => isComparing)),
      );
      const shops = Array.from({ length: 6 }, (_, number) => `shop-${number}`);
      expect((await running.post(...shops.flatMap((shop) => [registered(shop), trained(shop)]))).status).toBe(
        202,
      );
      for (const shop of shops) await running.decision(shop, WELCOME, 'issue');

      const all = (report: Answer): boolean =>
        welcomeIn(report)?.live.grants === shops.length && welcomeIn(report).shadow.grants === shops.length;
      const same = await reported(LIVE, all);
      expect(same.programmes.filter(({ differing }: Answer) => differing > 0)).toEqual([]);
      expect(same.before.differing).toBe(0);
      const other = await reported(CANDIDATE, all);
      expect(welcomeIn(other)).toMatchObject({
        live: { grants: 6, granted: 3_600, merchants: 6 },
        shadow: { grants: 6, granted: 1_800, merchants: 6 },
        differing: 6,
        newlyGet: 0,
        noLongerGet: 0,
      });
      expect(welcomeIn(other).examples[0]).toMatchObject({ live: { size: 600 }, shadow: { size: 300 } });
      expect(other.liveBundles).toEqual([LIVE.hash]);
      expect(other.cost.cpuUsPer1000Records).toBeGreaterThan(0);
      expect(other.cost.memoryBytes).toBeGreaterThan(0);
    },
    2 * WAIT_MS_MAX,
  );

  test('no log names the candidate but that in which it was published', async () => {
    const { logs, close } = workspace.connect();
    const naming: string[] = [];
    for (const log of LOGS) {
      for (let partition = 0; partition < (await logs.partitions(log)); partition++) {
        for await (const { records } of logs.read(log, partition, 0)) {
          const count = records.filter(({ value }) => value.includes(CANDIDATE.hash)).length;
          if (count > 0) naming.push(log);
        }
      }
    }
    await close();
    expect(naming).toEqual([]);
  });

  test('a stopped shadow keeps its last report and makes room; begun anew it reads from the beginning', async () => {
    const stopped = await running.order(pathOf(CANDIDATE), {}, {}, 'DELETE');
    expect([stopped.status, stopped.body.state]).toEqual([200, 'stopped']);
    expect(welcomeIn(stopped.body.report).differing).toBe(6);
    const { status, body } = await running.order(pathOf(THIRD), { since: 'genesis' });
    expect([status, body.since]).toEqual([202, '1970-01-01T00:00:00.000Z']);
    const report = await reported(THIRD, (each) => welcomeIn(each)?.live.grants === 6);
    expect(welcomeIn(report)).toMatchObject({ shadow: { granted: 3_000 }, differing: 6 });
  }, 90_000);

  test.each([
    ['POST', 'f'.repeat(64), {}, 404, `no bundle ${'f'.repeat(64)} was submitted`],
    ['DELETE', 'f'.repeat(64), {}, 404, 'was ever asked for'],
    ['POST', 'live', {}, 400, 'must be the hash of a bundle'],
    ['POST', LIVE.hash, { since: 'yesterday', for: 'ever' }, 400, 'since "yesterday": must be genesis'],
  ] as const)('%s of %s with %j is answered %d', async (method, hash, body, status, detail) => {
    const answer = await running.order(pathOf({ hash }), body, {}, method);
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(detail)]);
  });

  test.each(['auditor', 'producer'])('who is %s may not begin or end a shadow', async (role) => {
    const asked = { authorization: `Bearer token-of-${role}` };
    for (const method of ['POST', 'DELETE'] as const) {
      const answer = await running.order(pathOf(LIVE), {}, asked, method);
      expect([answer.status, answer.body.detail]).toEqual([
        403,
        `role ${role} may not begin or end a shadow: only operator may`,
      ]);
    }
  });
});

describeInBothModes('a season with shadows beside it', (open) => {
  let recorded: WorkspaceInMemory;

  beforeAll(async () => {
    recorded = await recordSeason();
  }, 180_000);

  test('what is published is the same bytes as without', async () => {
    const workspace = await open();
    const beside = workspace.connect();
    const { database, logs, store: snapshots } = beside;
    await prepare(workspace, recorded);
    const desk = createShadowDesk(database);
    for (const { hash, text } of [LIVE, CANDIDATE]) {
      expect(await desk.ask({ hash, bundleText: text, sinceMs: 0, askedBy: 'spec' })).toBe('begun');
    }
    const parts = { logs, database, snapshots, clock: systemClock, owner: randomUUID(), memoryMbMax: 512 };
    const log = createLog('e2e', { level: 'silent' });
    const host = createShadowHost({ ...parts, log, registry: createRegistry() });
    void host.run();
    const stages = await startStages(workspace.connect(), { ...EMBEDDED_LIMITS, snapshotEveryMs: 150 });
    let records = 0;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const all = recorded.partition('activity', partition);
      records += all.length;
      for (let at = 0; at < all.length; at += 500) {
        await copyActivity(workspace, partition, all.slice(at, at + 500));
      }
    }
    // What stands behind the last tick of the slowest partition waits for the next.
    const near = Math.floor(records * 0.95);
    for (const { hash } of [LIVE, CANDIDATE]) {
      await until(
        `the shadow of ${hash} has read`,
        async () => {
          const stored = await desk.find(hash);
          if (stored!.failure !== null) throw new Error(stored!.failure);
          return Number((JSON.parse(stored!.summary ?? '{}') as { records?: number }).records ?? 0) > near;
        },
        WAIT_MS_MAX,
      );
    }
    await host.stop();
    await stages.stop();
    expect(await digestsOf(logs, PARTITIONS)).toEqual(await digestsOf(recorded.logs, PARTITIONS));
    await beside.close();
    await workspace.close();
  }, 180_000);
});
