import type { Admin } from 'kafkajs';

/** Where a group stands in one partition of a topic. */
export interface GroupOffset {
  /** The oldest record that the topic still has. */
  readonly oldest: number;
  /** Where the group reads on; -1: it has never committed. */
  readonly next: number;
}

export async function groupOffsets(
  admin: Admin,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, GroupOffset>> {
  const [ends, groups] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ]);
  const next = new Map(groups[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  return new Map(
    ends.map(({ partition, low }) => [partition, { oldest: Number(low), next: next.get(partition) ?? -1 }]),
  );
}
