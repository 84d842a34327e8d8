import { partitionOf } from '#contracts/partition';
import type { Addressed } from '#stream/by-partition';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import { CommandError } from '#tools/cli/command-error';
import { appendByPartition } from './append-by-partition.ts';
import { patientAppends } from './patient-appends.ts';
import type { Target } from './target.ts';

export interface InboundTargetOptions {
  readonly brokers: readonly string[];
  /** The platform's, by its whole name. */
  readonly topic: string;
  /** Of a topic that is not there yet. */
  readonly partitions: number;
}

/** The platform's own topic, as a platform writes it: one event a record, a merchant's events in one partition. */
export function inboundTarget({ brokers, topic, partitions }: InboundTargetOptions): Target {
  const logs = createKafkaLogs({ brokers, prefix: '', clientId: 'updraft-simulate' });
  const writer = logs.writer('simulate');
  const appends = patientAppends();
  let count = partitions;
  return {
    name: `topic ${topic}`,
    async knock() {
      try {
        await logs.create([{ log: topic, partitions }]);
        count = await logs.partitions(topic);
      } catch (error) {
        throw new CommandError(`topic ${topic} at ${brokers.join(',')}: ${(error as Error).message}`);
      }
    },
    async send(events, signal) {
      const records = events.map((event) => recordOf(event, count));
      await appends(events, () => appendByPartition(writer, topic, records), signal);
      return { kind: 'written' };
    },
    async close() {
      await writer.close();
      await logs.close();
    },
  };
}

function recordOf(event: unknown, partitions: number): Addressed {
  const key = subjectOf(event);
  return { partition: partitionOf(key ?? '', partitions), key, value: Buffer.from(JSON.stringify(event)) };
}

/** What is malformed may have none, or be no event. */
function subjectOf(event: unknown): string | null {
  const { subject } = Object(event) as { readonly subject?: unknown };
  return typeof subject === 'string' ? subject : null;
}
