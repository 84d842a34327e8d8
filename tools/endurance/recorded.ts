import { LOGS, PARTITIONED } from '#contracts/logs';
import type { Logs } from '#stream/log';
import { openWorkspace } from '#tools/cli/open-workspace';
import { NumberSet } from './number-set.ts';
import { PARTITIONS, WORKSPACE } from './play-endurance.ts';
import { numberOf } from './traffic.ts';

export interface Recorded {
  /** The numbers of the events that stand in activity. */
  readonly numbers: NumberSet;
  /** Keys and values of all logs: what the logs say, without what keeping them costs. */
  readonly bytes: number;
}

/** Reads every log of the workspace, which nobody else may have open. */
export async function readRecorded(directory: string): Promise<Recorded> {
  const opened = await openWorkspace({ data: directory, workspace: WORKSPACE, for: 'existing', env: {} });
  try {
    const numbers = new NumberSet();
    let bytes = 0;
    for (const log of LOGS) bytes += await readLog(opened.logs, log, numbers);
    return { numbers, bytes };
  } finally {
    await opened.close();
  }
}

async function readLog(logs: Logs, log: (typeof LOGS)[number], numbers: NumberSet): Promise<number> {
  let bytes = 0;
  for (let partition = 0; partition < (PARTITIONED.includes(log) ? PARTITIONS : 1); partition += 1) {
    for await (const { records } of logs.read(log, partition, 0)) {
      for (const { key, value } of records) {
        bytes += value.byteLength + (key?.length ?? 0);
        if (log !== 'activity' || key === null) continue;
        const number = numberOf((JSON.parse(value.toString('utf8')) as { id: string }).id);
        if (number !== null) numbers.add(number);
      }
    }
  }
  return bytes;
}
