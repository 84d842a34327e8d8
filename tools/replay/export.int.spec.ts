import { ENGINE } from '#domain/engine';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportSource, readManifest } from './export-format.ts';
import { exportLogs } from './export.ts';
import { merchantStates, type MerchantState } from './merchant-state.ts';
import { logSource, type RecordSource } from './record-source.ts';
import { replay } from './replay.ts';
import { playedWorkspace, workspaceInMemory, type WorkspaceInMemory } from './workspace-fixture.ts';

const PARTITIONS = 2;
let workspace: WorkspaceInMemory;
let folder: string;
let exported: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-export-'));
  exported = join(folder, 'first');
  workspace = await playedWorkspace({ partitions: PARTITIONS, treasuries: 2, merchants: 12, days: 11 });
  await exportLogs(logSource(workspace.logs, 'spec'), exported);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an export is replayed to the digest that its manifest names', async () => {
  const result = await replay(await exportSource(exported));
  expect(result.difference).toBeNull();
  expect(result.outcome).toBe('equal');
  expect(result.digest).toBe(readManifest(exported).digest);
  const ofLogs = await replay(logSource(workspace.logs, 'spec'));
  expect(ofLogs.digest).toBe(result.digest);
});

test('an export of an export is the same bytes', async () => {
  const second = join(folder, 'second');
  await exportLogs(await exportSource(exported), second);
  const files = filesBelow(exported);
  expect(files).toEqual(expect.arrayContaining(['activity/0/000000.ndjson', 'treasury/1/000000.ndjson']));
  expect(filesBelow(second)).toEqual(files);
  for (const file of files) {
    expect(readFileSync(join(second, file)).equals(readFileSync(join(exported, file)))).toBe(true);
  }
});

test('the manifest says what is there: genesis, policies, chain heads and counts', () => {
  const manifest = readManifest(exported);
  expect(manifest).toMatchObject({ format: 1, logId: 'spec', partitions: PARTITIONS });
  expect(manifest.genesis).toMatchObject({ zone: 'Asia/Shanghai', engine: ENGINE });
  expect(manifest.policies).toHaveLength(1);
  expect(manifest.chainHeads.map(({ partition }) => partition)).toEqual([0, 1]);
  for (const { partition, sequence, hash } of manifest.chainHeads) {
    const last = workspace.partition('decisions', partition).at(-1)!.value.toString('utf8');
    expect(JSON.parse(last)).toMatchObject({ data: { sequence, hash } });
  }
  const activity = manifest.logs.find(({ log, partition }) => log === 'activity' && partition === 1);
  expect(activity!.records).toBe(workspace.partition('activity', 1).length);
});

test('a folder that holds anything is not exported into', async () => {
  await expect(exportLogs(logSource(workspace.logs, 'spec'), exported)).rejects.toThrow('must be empty');
});

test('a workspace without genesis has nothing to export', async () => {
  const empty = logSource(workspaceInMemory(1).logs, 'an empty one');
  await expect(exportLogs(empty, join(folder, 'empty'))).rejects.toThrow('nothing to export');
});

test.each([
  ['a byte changed', (path: string) => writeFileSync(path, flipped(readFileSync(path)))],
  ['a line lost', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(/^.*\n/, ''))],
  ['a file lost', (path: string) => rmSync(path)],
])('%s shows before anything is replayed, with the file', async (_what, change) => {
  const copy = mkdtempSync(join(folder, 'changed-'));
  cpSync(exported, copy, { recursive: true });
  change(join(copy, 'decisions/1/000000.ndjson'));
  await expect(exportSource(copy)).rejects.toThrow('decisions/1/000000.ndjson');
});

test('a folder without a manifest is no export', async () => {
  await expect(exportSource(folder)).rejects.toThrow('no export here');
});

test('the state of every merchant is the same from the logs and from their export', async () => {
  const states = await all(logSource(workspace.logs, 'spec'));
  expect(await all(await exportSource(exported))).toEqual(states);
  expect(states.map(({ merchantId }) => merchantId).sort()).toEqual([...merchantsInActivity()].sort());
});

test('the state counts every order once', async () => {
  const states = await all(logSource(workspace.logs, 'spec'));
  const paid = states
    .flatMap(({ days }) => days)
    .reduce((sum, { facts }) => sum + (facts['ordersPaid'] ?? 0), 0);
  const refused = refusedPositions();
  const inTime = paidEvents().filter(({ position }) => !refused.has(position));
  expect(paid).toBe(new Set(inTime.map(({ id }) => id)).size);
  expect(inTime.length).toBeGreaterThan(paid);
  expect(paidEvents().length).toBeGreaterThan(inTime.length);
});

function flipped(bytes: Buffer): Buffer {
  bytes[bytes.length >> 1]! ^= 1;
  return bytes;
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name))
    .sort();
}

async function all(source: RecordSource): Promise<MerchantState[]> {
  const states: MerchantState[] = [];
  for await (const state of merchantStates(source)) states.push(state);
  return states;
}

function merchantsInActivity(): Set<string> {
  const records = [0, 1].flatMap((partition) => workspace.partition('activity', partition));
  return new Set(records.flatMap(({ key }) => (key === null ? [] : [key])));
}

function refusedPositions(): Set<string> {
  const letters = [0, 1].flatMap((partition) => workspace.partition('dead-letters', partition));
  return new Set(
    letters.map(({ value }) => {
      return (JSON.parse(value.toString('utf8')) as { data: { position: string } }).data.position;
    }),
  );
}

function paidEvents(): { id: string; position: string }[] {
  return [0, 1].flatMap((partition) =>
    workspace.partition('activity', partition).flatMap(({ offset, value }) => {
      const { id, type } = JSON.parse(value.toString('utf8')) as { id: string; type: string };
      return type === 'updraft.order.paid.v1' ? [{ id, position: `${partition}/${offset}` }] : [];
    }),
  );
}
