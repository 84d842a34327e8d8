import type { Appended } from './log.ts';

export interface Addressed extends Appended {
  readonly partition: number;
}

/** Records by partition, in the order they came: a merchant's events keep theirs. */
export function byPartition(records: readonly Addressed[]): ReadonlyMap<number, readonly Appended[]> {
  const groups = new Map<number, Appended[]>();
  for (const { partition, key, value } of records) {
    const group = groups.get(partition);
    if (group === undefined) groups.set(partition, [{ key, value }]);
    else group.push({ key, value });
  }
  return groups;
}
