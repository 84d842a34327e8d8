import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandalone } from '#apps/standalone/src/standalone';
import { DAY_MS } from '#domain/time';
import { packFolder, shapeOf, SHAPES, type ShapeName } from '#sim/marketplace/shapes';
import { writeGenesis } from '#stage/begin-log';
import type { Backbone } from '#stage/backbone';
import type { Logs } from '#stream/log';
import { createLog } from '#telemetry/log';
import { checkExport } from '#tools/checker/check-export';
import { exportLogs } from '#tools/replay/export';
import { logSource } from '#tools/replay/record-source';
import { replay } from '#tools/replay/replay';
import type { DemoPlan } from '#tools/start/demo';
import { createPlanPlayer } from '#tools/start/play-plan';
import { describeOnServers, type BackboneUnderTest } from './backbone-under-test.ts';
import { expectAMarket, tellIntent } from './pack-season.ts';

// Each pack's whole season once more, on Apache Kafka and PostgreSQL, in several partitions: played by what
// `npm start -- --pack NAME` plays it with, then replayed, and its export checked by other means. What it came to is
// printed. Embedded seasons are in pack-seasons.long.spec.ts.
//
// It may run beside other suites: all stages are in this one process, which waits for the next turn about as long as it
// works, and nothing in it is measured.

const PARTITIONS = 3;
const MERCHANTS = 12;
const SEED = 7;
/** Whose policies compare merchants with each other, by the census. */
const RANKED: readonly ShapeName[] = ['jd', 'taobao', 'xiaohongshu'];
const TEST_MS_MAX = 600_000;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-packs-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeOnServers('the season of a pack', (open) => {
  let workspace: BackboneUnderTest;
  let backbone: Backbone;

  beforeEach(async () => {
    workspace = await open();
    backbone = workspace.connect();
  });

  afterEach(async () => {
    await backbone.close();
    await workspace.close();
  });

  test.each(SHAPES)(
    '%s is played by its pack, replays to the same bytes, and the checker finds nothing',
    async (name) => {
      const output = await playSeasonOn(backbone, name);
      tellIntent(name, output);
      expectAMarket(output, { name, merchants: MERCHANTS });
      const types = await typesInActivity(backbone.logs);
      expect(types).toContain('updraft.control.lease.v1');
      expect(types.has('updraft.control.statistics.v1')).toBe(RANKED.includes(name));
      const source = logSource(backbone.logs, name);
      expect(await replay(source, { workers: 1 })).toMatchObject({ outcome: 'equal', difference: null });
      await exportLogs(source, join(folder, name));
      expect(await checkExport(join(folder, name), null)).toMatchObject({ found: 0, findings: [] });
    },
    TEST_MS_MAX,
  );
});

/** What everybody wrote to it: treasury and census as well. */
async function typesInActivity(logs: Logs): Promise<ReadonlySet<string>> {
  const types = new Set<string>();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for await (const { records } of logs.read('activity', partition, 0)) {
      for (const { value } of records)
        types.add((JSON.parse(value.toString('utf8')) as { type: string }).type);
    }
  }
  return types;
}

/** Ends with a summary of what was decided, like the command. */
async function playSeasonOn(backbone: Backbone, name: ShapeName): Promise<string> {
  const { zone, options } = shapeOf(name);
  const plan: DemoPlan = {
    pack: name,
    seed: SEED,
    merchants: MERCHANTS,
    days: options.days,
    startMs: options.startMs,
    endMs: options.startMs + options.days * DAY_MS,
    seasonShiftDays: options.seasonShiftDays ?? 0,
  };
  let said = '';
  const { logs, database } = backbone;
  const begin = { clockMs: plan.startMs, isLive: false };
  const { genesis } = await writeGenesis(logs, database, { partitions: PARTITIONS, zone }, begin);
  const parts = {
    backbone,
    genesis,
    tokens: [],
    pseudonymKey: Buffer.alloc(32, 7),
    log: createLog('e2e', { level: 'warn' }),
  };
  const player = createPlanPlayer(parts, { write: (text: string) => (said += text) });
  const standalone = await startStandalone({ ...parts, onReport: player.onReport });
  try {
    await standalone.activate(`policies/${packFolder(name)}/bundle.yaml`, () => undefined);
    await player.play(plan);
    return `${said}\n${player.summary.table()}`;
  } finally {
    await standalone.close();
  }
}
