import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkExport } from '#tools/checker/check-export';
import { replayAltered, withText } from './altered-workspace.ts';
import { exportSource } from './export-format.ts';
import { exportLogs } from './export.ts';
import { logSource } from './record-source.ts';
import { replay } from './replay.ts';
import { playedWorkspace, starterBundle, type WorkspaceInMemory } from './workspace-fixture.ts';

// A season under a policy that ranks merchants in their category and compares them with the mean of all.

const RANKED = `metrics:
  - { id: rank, names: { en: Rank }, unit: rate, rank: orders_30d, by: category, cuts: [40%, 80%] }
  - { id: usual, names: { en: Usual }, unit: count, mean: orders_30d, by: all }
`;
const CENSUSES = 2;
let workspace: WorkspaceInMemory;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-census-'));
  const bundle = starterBundle((yaml) => yaml.replace('metrics:\n', RANKED));
  workspace = await playedWorkspace({ partitions: 2, treasuries: CENSUSES, merchants: 12, days: 6, bundle });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const typed = (type: string, log: 'activity' | 'census'): number[][] =>
  [0, 1].map((partition) =>
    workspace
      .partition(log, partition)
      .flatMap(({ value }, place) => (value.includes(`"${type}"`) ? [place] : [])),
  );

test('the season is worth replaying: values are said, counted and published', () => {
  expect(typed('updraft.census.value.v1', 'census').flat().length).toBeGreaterThan(24);
  expect(typed('updraft.census.counted.v1', 'census').flat().length).toBeGreaterThanOrEqual(4);
  const [one, other] = typed('updraft.control.statistics.v1', 'activity');
  expect(one!.length).toBeGreaterThan(10);
  expect(other!.length).toBeGreaterThan(10);
});

test('the census is replayed to the same bytes, also from an export, and stands in the digest', async () => {
  const result = await replay(logSource(workspace.logs, 'spec'));
  expect(result.difference).toBeNull();
  expect(result.outcome).toBe('equal');
  const censuses = result.logs.filter(({ log }) => log === 'census');
  expect(censuses.map(({ notYetPublished, notCompared }) => notYetPublished + notCompared)).toEqual([0, 0]);
  expect(result.censusRecords).toBe(censuses.reduce((sum, { recorded }) => sum + recorded, 0));
  const dir = join(folder, 'whole');
  await exportLogs(logSource(workspace.logs, 'spec'), dir);
  expect((await replay(await exportSource(dir))).digest).toBe(result.digest);
});

test('the checker finds nothing wrong in it', async () => {
  const dir = join(folder, 'checked');
  await exportLogs(logSource(workspace.logs, 'spec'), dir);
  expect((await checkExport(dir, null)).findings).toEqual([]);
});

test('a value that was altered is a difference where it was said', async () => {
  const place = typed('updraft.census.value.v1', 'census')[0]![5]!;
  const result = await replayAltered(workspace, 'census', 0, (records) => {
    records[place] = withText(records[place]!, '"merchant":"', '"merchant":"x');
  });
  expect(result.outcome).toBe('different');
  expect(result.difference).toMatchObject({ log: 'census', partition: 0 });
});
