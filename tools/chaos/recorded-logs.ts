import { comparePositions, parsePosition } from '#domain/stage/position';
import { readChain } from '#store/read/find-decisions';
import type { Sql } from '#store/sql';
import type { Logs } from '#stream/log';
import { positionIn } from './partition-watch.ts';

// What stands in the logs at the end, looked at without any code of the stages that wrote it.

/** Where the positions of a partition do not strictly increase, and how many records it has. */
export async function positionFaults(
  logs: Logs,
  log: string,
  partition: number,
): Promise<{ records: number; faults: string[] }> {
  const faults: string[] = [];
  let records = 0;
  let last: string | null = null;
  for await (const batch of logs.read(log, partition, 0)) {
    for (const { value } of batch.records) {
      const position = positionIn(value);
      if (last !== null && comparePositions(parsePosition(position), parsePosition(last)) <= 0) {
        faults.push(`${log} ${partition}: ${position} follows ${last}`);
      }
      last = position;
      records += 1;
    }
  }
  return { records, faults };
}

/** Ids of the merchants' events that stand in activity. */
export async function eventIds(logs: Logs, partitions: number): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let partition = 0; partition < partitions; partition += 1) {
    for await (const batch of logs.read('activity', partition, 0)) {
      for (const { key, value } of batch.records) {
        if (key !== null) ids.add((JSON.parse(value.toString('utf8')) as { id: string }).id);
      }
    }
  }
  return ids;
}

const PAGE = 1_000;

/** Where the console's table says other than the log of decisions. */
export async function tableFaults(logs: Logs, sql: Sql, partition: number): Promise<string[]> {
  const faults: string[] = [];
  let sequence = 0;
  for await (const batch of logs.read('decisions', partition, 0)) {
    for (let from = 0; from < batch.records.length; from += PAGE) {
      const recorded = batch.records.slice(from, from + PAGE).map(({ value }) => value.toString('utf8'));
      const rows = await readChain(sql, partition, sequence, sequence + recorded.length, {}, PAGE);
      for (const [index, text] of recorded.entries()) {
        if (rows[index]?.record === text) continue;
        faults.push(`decision ${sequence + index + 1} of partition ${partition} is not the log's`);
      }
      sequence += recorded.length;
    }
  }
  const beyond = await readChain(sql, partition, sequence, Number.MAX_SAFE_INTEGER, {}, PAGE);
  if (beyond.length > 0)
    faults.push(`partition ${partition} has ${beyond.length} decisions that no log holds`);
  return faults;
}
