import type { Kafka } from 'kafkajs';
import type { Subscription, SubscriptionHandlers } from '../log.ts';
import { describeError, type KafkaNotice } from './kafka-client.ts';
import { openKafkaCluster } from './kafka-cluster.ts';
import { joinGroup, type Membership } from './kafka-membership.ts';
import { createPartitionReader } from './partition-reader.ts';

export interface SubscriptionSetting {
  readonly kafka: Kafka;
  readonly log: string;
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly notice: KafkaNotice;
}

/**
 * Membership tells which partitions are ours, a reader reads those that were resumed; they share nothing
 * else.
 */
export function openKafkaSubscription(
  setting: SubscriptionSetting,
  handlers: SubscriptionHandlers,
): Subscription {
  const { kafka, log, topic, groupId, sessionTimeoutMs, notice } = setting;
  let owned: ReadonlySet<number> = new Set();
  let closed = false;
  const reader = createPartitionReader({
    // A connection of its own: its long polls would hold up everybody else's reads.
    cluster: openKafkaCluster(kafka),
    topic,
    log,
    notice,
    batch: (batch) => handlers.batch(batch),
  });

  /**
   * A listener of kafkajs that throws would end the membership; a partition nobody resumes only stands
   * still.
   */
  const tell = (what: string, partitions: readonly number[], handle: () => void): void => {
    if (partitions.length === 0) return;
    try {
      handle();
    } catch (error) {
      notice('error', `${topic}: the handler of ${what} failed: ${describeError(error)}`, { partitions });
    }
  };

  const takeAssignment = (partitions: readonly number[]): void => {
    const before = owned;
    owned = new Set(partitions);
    const revoked = [...before].filter((partition) => !owned.has(partition));
    const assigned = partitions.filter((partition) => !before.has(partition));
    for (const partition of revoked) reader.pause(partition);
    tell('revoked', revoked, () => handlers.revoked(revoked));
    if (!closed) tell('assigned', assigned, () => handlers.assigned(assigned));
  };

  let membership: Membership | undefined;
  // Not before the caller holds the subscription: its handlers will want to resume.
  const joining = setImmediate(() => {
    membership = joinGroup({ kafka, topic, groupId, sessionTimeoutMs, notice, assigned: takeAssignment });
  });

  return {
    resume: (partition, offset) => {
      // It may just have been revoked; the caller learns of that by `revoked`.
      if (owned.has(partition) && !closed) reader.resume(partition, offset);
    },
    pause: (partition) => reader.pause(partition),
    isMember: () => membership?.isMember() ?? false,
    close: async () => {
      closed = true;
      clearImmediate(joining);
      await reader.close();
      await membership?.close();
    },
  };
}
