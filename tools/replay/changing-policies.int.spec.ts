import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkExport } from '#tools/checker/check-export';
import type { CheckResult } from '#tools/checker/finding';
import { exportLogs } from './export.ts';
import { logSource } from './record-source.ts';
import { replay } from './replay.ts';
import {
  playedWorkspace,
  starterBundle,
  type PlayedSeason,
  type WorkspaceInMemory,
} from './workspace-fixture.ts';

// What is cut, moved and taken away while money is out: the checker keeps its own books through all of it.

const PARTITIONS = 3;
let folder: string;

beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'updraft-changing-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Edit = readonly [from: string | RegExp, to: string];

function edited(yaml: string, ...edits: readonly Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`the starter policy has no ${String(from)}`);
    return changed;
  }, yaml);
}

/** Little money, by the week, with stages, renewals, a pace, and programmes that exclude each other. */
const scarce = (yaml: string): string =>
  edited(
    yaml,
    ['total: 3400000', 'total: 60000'],
    ['total: 600000, within', 'total: 40000, within'],
    ['total: 3000000, within: season-2026', 'total: 40000, within: season-2026, period: week'],
    ['period: month', 'period: week'],
    ['size: { perHeadroom: 150, minimum: 300, maximum: 2000 }', 'size: { fixed: 2000 }'],
    [
      'limits: { openings: 2, perMerchant: 4000, shrinkBelow: 60% }',
      `limits: { openings: 2, perMerchant: 8000 }
    exclusive: traffic
    stages:
      - { id: second, size: 1000, after: 1d, within: 3d }
      - { id: third, size: 500, after: 1d, within: 2d, earned: { by: clicks, atLeast: 10%, minimum: 200 } }
    renew: { times: 2 }`,
    ],
    [
      'limits: { openings: 60, perMerchant: 200000, shrinkBelow: 60% }',
      `limits: { openings: 60, perMerchant: 200000, shrinkBelow: 60% }
    exclusive: traffic`,
    ],
    ['gives: { boost: { weight: 150% } }', 'gives: { guarantee: { weight: 100%, maximum: 300% } }'],
  );

/** Less of everything; a campaign on its own, and a programme gone. */
const cut = (yaml: string): string =>
  edited(
    scarce(yaml),
    ['total: 60000', 'total: 41000'],
    ['total: 40000, within: season-2026 }', 'total: 9000 }'],
    [/ {2}- id: operator-help[\s\S]*?\n\n/, ''],
    ['total: 5000000', 'total: 2000000'],
    ['unit: seats, total: 10 }', 'unit: seats, total: 2 }'],
  );

async function checked(
  season: Partial<PlayedSeason>,
): Promise<{ workspace: WorkspaceInMemory; result: CheckResult }> {
  const size = { partitions: PARTITIONS, treasuries: 2, merchants: 24, days: 11, seed: 5 };
  const workspace = await playedWorkspace({ ...size, ...season });
  const dir = mkdtempSync(join(folder, 'export-'));
  await exportLogs(logSource(workspace.logs, 'spec'), join(dir, 'all'));
  return { workspace, result: await checkExport(join(dir, 'all'), null) };
}

test('nothing is found where budgets are cut, moved out of others, and raised again', async () => {
  const { workspace, result } = await checked({
    bundle: starterBundle(scarce),
    changes: [
      { afterSteps: 14, bundle: starterBundle(cut) },
      { afterSteps: 30, bundle: starterBundle() },
    ],
  });
  expect(result.findings).toEqual([]);
  expect(outcomesIn(workspace)).toEqual(
    expect.arrayContaining(['advance', 'forfeit', 'pace', 'settle', 'wait']),
  );
  expect(result.accounts.some(({ owed }) => owed > 0)).toBe(true);
  expect((await replay(logSource(workspace.logs, 'spec'))).outcome).toBe('equal');
}, 120_000);

test('an account that comes to lie within one of another treasury is found: both lease its whole total', async () => {
  const { result } = await checked({
    bundle: starterBundle(cut),
    changes: [{ afterSteps: 18, bundle: starterBundle(scarce) }],
  });
  expect(result.findings).toEqual([
    { rule: 'treasury', where: 'season-2026', what: 'is leased by more than one treasury' },
  ]);
}, 120_000);

test('nothing is found while the treasury is away and what is said to it waits', async () => {
  const { result } = await checked({ treasurySteps: 30 });
  expect(result.findings).toEqual([]);
}, 120_000);

function outcomesIn(workspace: WorkspaceInMemory): string[] {
  const outcomes = new Set<string>();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (const { value } of workspace.partition('decisions', partition)) {
      outcomes.add((JSON.parse(value.toString('utf8')) as { data: { outcome: string } }).data.outcome);
    }
  }
  return [...outcomes];
}
