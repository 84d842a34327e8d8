import type { LogName } from '#contracts/logs';
import type { LogRecord } from '#stream/log';
import { logSource } from './record-source.ts';
import { replay, type ReplayResult } from './replay.ts';
import type { WorkspaceInMemory } from './workspace-fixture.ts';

// For specs: a workspace with something in it changed, replayed, and put back.

/** Changes a partition of a log, replays, and puts everything back; `others`, as `grants/1`, too. */
export async function replayAltered(
  workspace: WorkspaceInMemory,
  log: LogName,
  partition: number,
  change: (records: LogRecord[]) => void,
  others: readonly `${LogName}/${number}`[] = [],
): Promise<ReplayResult> {
  const places = others.map((place) => place.split('/') as [LogName, string]);
  const touched = [workspace.partition(log, partition)];
  for (const [name, number] of places) touched.push(workspace.partition(name, Number(number)));
  const before = touched.map((records) => records.slice());
  change(touched[0]!);
  try {
    return await replay(logSource(workspace.logs, 'spec'));
  } finally {
    touched.forEach((records, place) => records.splice(0, records.length, ...before[place]!));
  }
}

export function withText(record: LogRecord, from: string | RegExp, to: string): LogRecord {
  const text = record.value.toString('utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing to change in ${text}`);
  return { ...record, value: Buffer.from(changed) };
}

/** Offsets as the log would give them. */
export function renumber(records: LogRecord[]): void {
  records.forEach((record, offset) => (records[offset] = { ...record, offset }));
}
