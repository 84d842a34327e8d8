import { logShapes } from '#contracts/logs';
import type { Appended, LogRecord } from '#stream/log';
import { playedWorkspace, type WorkspaceInMemory } from '#tools/replay/workspace-fixture';
import type { BackboneUnderTest } from './backbone-under-test.ts';

// One simulated stretch of history, recorded once: every run gets the same bytes in the same order.

export const PARTITIONS = 2;

export function recordSeason(): Promise<WorkspaceInMemory> {
  return playedWorkspace({ partitions: PARTITIONS, merchants: 7, days: 11, seed: 20_261_126 });
}

/** The logs of a new workspace, with the policies of the recorded one and nothing in activity yet. */
export async function prepare(workspace: BackboneUnderTest, recorded: WorkspaceInMemory): Promise<void> {
  const { logs, close } = workspace.connect();
  await logs.create(logShapes(PARTITIONS, 1));
  const writer = logs.writer('copy');
  await writer.append('policies', 0, recorded.partition('policies', 0).map(bare));
  await writer.close();
  await close();
}

/** Copies records `from` up to `to` of an activity partition, byte for byte. */
export async function copyActivity(
  workspace: BackboneUnderTest,
  partition: number,
  records: readonly LogRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const { logs, close } = workspace.connect();
  const writer = logs.writer('copy');
  await writer.append('activity', partition, records.map(bare));
  await writer.close();
  await close();
}

function bare({ key, value }: LogRecord): Appended {
  return { key, value };
}
