import { openKafkaInbox } from '#stream/kafka/kafka-inbox';
import { INBOX_GROUP, type Inbox } from '#stream/inbox';
import type { Logs } from '#stream/log';
import type { Health } from '#telemetry/health';
import type { Log } from '#telemetry/log';
import type { Registry } from '#telemetry/metrics';
import type { Traces } from '#telemetry/trace';
import { InboundDoor } from './inbound-door.ts';
import type { IngestConfig } from './ingest.config.ts';
import { ingestMetrics } from './ingest-metrics.ts';

export interface InboundOptions {
  readonly topic: string;
  readonly config: Pick<IngestConfig, 'brokers' | 'prefix'>;
  readonly pseudonymKey: Uint8Array;
  readonly logs: Logs;
  readonly partitions: number;
  readonly registry: Registry;
  readonly health: Health;
  readonly log: Log;
  readonly traces?: Traces | null;
}

const HEALTH_CHECK = 'inbound topic';

/** Opens the second door: from now on the platform's topic is read. */
export function openInbound(options: InboundOptions): Inbox {
  const { topic, config, logs, health, log } = options;
  const writer = logs.writer('inbound');
  const door = new InboundDoor({
    topic,
    partitions: options.partitions,
    pseudonymKey: options.pseudonymKey,
    writer,
    metrics: ingestMetrics(options.registry),
    traces: options.traces ?? null,
  });
  health.declare(HEALTH_CHECK);
  const inbox = openKafkaInbox(
    {
      brokers: config.brokers,
      prefix: config.prefix,
      clientId: 'updraft-inbound',
      topic,
      group: INBOX_GROUP,
      notice: (level, message, detail) => log[level](detail, message),
    },
    {
      batch: (batch) => door.take(batch),
      state: (isReading, detail) => health.set(HEALTH_CHECK, isReading, detail),
    },
  );
  return {
    async close() {
      await inbox.close();
      await writer.close();
    },
  };
}
