import { byPartition, type Addressed } from '#stream/by-partition';
import type { LogWriter } from '#stream/log';

/** Appends each record to its partition, in the order in which they came. */
export function appendByPartition(
  writer: LogWriter,
  log: string,
  records: readonly Addressed[],
): Promise<unknown> {
  return Promise.all(
    [...byPartition(records)].map(([partition, group]) => writer.append(log, partition, group)),
  );
}
