import type { Admin, Kafka } from 'kafkajs';
import { UnavailableError } from '../log.ts';
import { groupOffsets } from './group-offsets.ts';
import { createKafkaClient, describeError } from './kafka-client.ts';
import type { KafkaInboxOptions } from './kafka-inbox.ts';

/** What a member of no group can know of one: whether it is behind by more than a time. */
export interface InboxAge {
  /**
   * True where a record that is older than `ageMs` was not passed by the group, by the records' own times. Rejects with
   * UnavailableError where that cannot be asked.
   */
  isBehind(ageMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export function openKafkaInboxAge(options: KafkaInboxOptions): InboxAge {
  const kafka = createKafkaClient(options);
  const groupId = options.prefix + options.group;
  const { topic } = options;
  let admin: Promise<Admin> | null = null;

  return {
    async isBehind(ageMs) {
      const used = (admin ??= connect(kafka));
      try {
        return await isGroupBehind(await used, groupId, topic, Date.now() - ageMs);
      } catch (error) {
        if (admin === used) admin = null;
        void used.then((broken) => broken.disconnect()).catch(() => undefined);
        throw new UnavailableError(`how far ${topic} was read cannot be asked: ${describeError(error)}`);
      }
    },
    async close() {
      await (await admin?.catch(() => null))?.disconnect();
    },
  };
}

async function connect(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin();
  await admin.connect();
  return admin;
}

async function isGroupBehind(
  admin: Admin,
  groupId: string,
  topic: string,
  beforeMs: number,
): Promise<boolean> {
  const [offsets, young] = await Promise.all([
    groupOffsets(admin, groupId, topic),
    // The first record that is not that old; the end where all are.
    admin.fetchTopicOffsetsByTimestamp(topic, beforeMs),
  ]);
  return young.some(({ partition, offset }) => {
    const { oldest, next } = offsets.get(partition) ?? { oldest: 0, next: -1 };
    return Math.max(oldest, next) < Number(offset);
  });
}
