import type { Appended, LogWriter } from '#stream/log';

export interface Addressed extends Appended {
  readonly partition: number;
}

/** Appends each record to its partition, in the order in which they came. */
export function appendByPartition(
  writer: LogWriter,
  log: string,
  records: readonly Addressed[],
): Promise<unknown> {
  const groups = new Map<number, Appended[]>();
  for (const { partition, key, value } of records) {
    const group = groups.get(partition);
    if (group === undefined) groups.set(partition, [{ key, value }]);
    else group.push({ key, value });
  }
  return Promise.all([...groups].map(([partition, group]) => writer.append(log, partition, group)));
}
