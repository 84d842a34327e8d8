import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { UnavailableError, type LogSpec } from '../log.ts';
import { describeError, isErrorType, KEY_AND_VALUE_BYTES_MAX } from './kafka-client.ts';

const BROKER_DEFAULT = -1;
const SERVED_MS_MAX = 30_000;
const SERVED_POLL_MS = 50;
const NOT_YET_SERVED = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
] as const;
/** Room for a batch's header around the largest record. */
const MESSAGE_BYTES_MIN = KEY_AND_VALUE_BYTES_MAX + 1_024;

export interface AdminSetting {
  readonly kafka: Kafka;
  readonly topicOf: (log: string) => string;
  readonly replicationFactor: number | undefined;
}

/** Creates what is missing and alters nothing: an existing topic that differs is for `check` to tell. */
export async function createTopics(setting: AdminSetting, specs: readonly LogSpec[]): Promise<void> {
  await withAdmin(setting.kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter(({ log }) => !existing.has(setting.topicOf(log)));
    // One at a time, so that one that another process just made does not hide another's failure.
    for (const spec of missing) {
      try {
        await admin.createTopics({
          // Ours is below: kafkajs' own waiting ends at once where a broker has not heard of the topic yet.
          waitForLeaders: false,
          topics: [
            {
              topic: setting.topicOf(spec.log),
              numPartitions: spec.partitions,
              replicationFactor: setting.replicationFactor ?? BROKER_DEFAULT,
              configEntries: Object.entries(wantedConfig(spec)).map(([name, value]) => ({ name, value })),
            },
          ],
        });
      } catch (error) {
        if (!isErrorType(error, 'TOPIC_ALREADY_EXISTS')) throw error;
      }
    }
  });
  await untilServed(setting, specs);
}

/** A new topic is announced first and served a little later, on a busy broker seconds later. */
async function untilServed(setting: AdminSetting, specs: readonly LogSpec[]): Promise<void> {
  const giveUpAt = performance.now() + SERVED_MS_MAX;
  for (;;) {
    try {
      // Asks every partition's leader, which metadata may name before it knows of that itself.
      return await withAdmin(setting.kafka, async (admin) => {
        for (const { log } of specs) await admin.fetchTopicOffsets(setting.topicOf(log));
      });
    } catch (error) {
      if (!isErrorType(error, ...NOT_YET_SERVED) || performance.now() > giveUpAt) throw error;
      await sleep(SERVED_POLL_MS);
    }
  }
}

/** What differs, in words, one sentence each. */
export function checkTopics(setting: AdminSetting, specs: readonly LogSpec[]): Promise<string[]> {
  return withAdmin(setting.kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const present = specs.filter(({ log }) => existing.has(setting.topicOf(log)));
    const differences = specs
      .filter(({ log }) => !existing.has(setting.topicOf(log)))
      .map(({ log }) => `log ${log}: topic ${setting.topicOf(log)} does not exist`);
    if (present.length === 0) return differences;

    const topics = present.map(({ log }) => setting.topicOf(log));
    const { topics: metadata } = await admin.fetchTopicMetadata({ topics });
    const configs = await describeConfigs(admin, topics);
    for (const spec of present) {
      const topic = setting.topicOf(spec.log);
      const count = metadata.find(({ name }) => name === topic)?.partitions.length ?? 0;
      if (count !== spec.partitions) {
        differences.push(`log ${spec.log}: partitions is ${count}, must be ${spec.partitions}`);
      }
      differences.push(...configDifferences(spec, configs.get(topic) ?? new Map<string, string>()));
    }
    return differences;
  });
}

/** Records stay for ever; a compacted log keeps the newest per key. */
function wantedConfig(spec: LogSpec): Record<string, string> {
  return {
    'cleanup.policy': spec.compacted === true ? 'compact' : 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
  };
}

function configDifferences(spec: LogSpec, config: ReadonlyMap<string, string>): string[] {
  const differences: string[] = [];
  for (const [name, wanted] of Object.entries(wantedConfig(spec))) {
    const actual = config.get(name);
    if (actual !== wanted)
      differences.push(`log ${spec.log}: ${name} is ${actual ?? 'unknown'}, must be ${wanted}`);
  }
  const bytes = Number(config.get('max.message.bytes'));
  if (bytes < MESSAGE_BYTES_MIN) {
    differences.push(`log ${spec.log}: max.message.bytes is ${bytes}, must be at least ${MESSAGE_BYTES_MIN}`);
  }
  return differences;
}

async function describeConfigs(
  admin: Admin,
  topics: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
}

export async function withAdmin<T>(kafka: Kafka, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await use(admin);
  } catch (error) {
    throw new UnavailableError(`kafka: ${describeError(error)}`, { cause: error });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
