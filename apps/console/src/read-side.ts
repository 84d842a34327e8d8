import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Database } from '#store/sql';
import type { Logs } from '#stream/log';
import type { Health } from '#telemetry/health';
import type { Log } from '#telemetry/log';
import { counter, gauge, histogram, LATENCY_SECONDS_BUCKETS, type Registry } from '#telemetry/metrics';
import { deadLettersProjection } from './project/dead-letters.ts';
import { decisionsProjection } from './project/decisions.ts';
import { grantsProjection } from './project/grants.ts';
import {
  LogProjector,
  type PartitionStanding,
  type ProjectorLimits,
  type ProjectorObserver,
} from './project/log-projector.ts';
import { capabilityProjection } from './project/capability.ts';
import { treasuryProjection } from './project/treasury.ts';
import type { StreamClients } from './stream/stream-clients.ts';
import type { DecisionTail } from './stream/decision-tail.ts';

const BATCH_RECORDS_BUCKETS = [1, 10, 50, 100, 500, 1_000, 5_000, 10_000];

/** One running projection, whatever its rows are. */
interface Projector {
  start(): Promise<void>;
  stop(): Promise<void>;
  standing(): readonly PartitionStanding[];
  faults(): readonly string[];
}

export interface ReadSideParts {
  readonly logs: Logs;
  readonly database: Database;
  readonly tail: DecisionTail;
  readonly clients: StreamClients;
  readonly health: Health;
  readonly registry: Registry;
  readonly log: Log;
  readonly limits: ProjectorLimits;
}

/** The projections of this process: started and stopped with it, and shown in /readyz and /metrics. */
export class ReadSide implements OnApplicationBootstrap, BeforeApplicationShutdown, ProjectorObserver {
  private readonly projectors: ReadonlyMap<string, Projector>;
  /** What was last told of each log, so that an alarm is one line and not one a second. */
  private readonly alarmed = new Map<string, string>();
  private readonly metrics: ReturnType<typeof readSideMetrics>;

  constructor(private readonly parts: ReadSideParts) {
    const { logs, database, limits } = parts;
    this.projectors = new Map<string, Projector>([
      ['capability', new LogProjector(capabilityProjection, logs, database, this, limits)],
      ['decisions', new LogProjector(decisionsProjection, logs, database, this, limits)],
      ['grants', new LogProjector(grantsProjection, logs, database, this, limits)],
      ['treasury', new LogProjector(treasuryProjection, logs, database, this, limits)],
      ['dead-letters', new LogProjector(deadLettersProjection, logs, database, this, limits)],
    ]);
    parts.health.declare(...[...this.projectors.keys()].map(checkName));
    this.metrics = readSideMetrics(parts.registry);
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const projector of this.projectors.values()) await projector.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.parts.tail.close();
    await this.parts.clients.close();
    for (const projector of this.projectors.values()) await projector.stop();
  }

  standing(): readonly PartitionStanding[] {
    return [...this.projectors.values()].flatMap((projector) => projector.standing());
  }

  committed(log: string, records: number, elapsedMs: number): void {
    this.metrics.records.inc({ log }, records);
    this.metrics.batch.observe({ log }, records);
    this.metrics.seconds.observe({ log }, elapsedMs / 1_000);
    if (log === 'decisions') this.parts.tail.wake();
  }

  failed(log: string, error: Error): void {
    this.metrics.failures.inc({ log });
    this.parts.log.warn({ log, error }, 'projecting failed and is tried again');
  }

  looked(log: string): void {
    const projector = this.projectors.get(log)!;
    const faults = projector.faults();
    const detail = faults.join('; ');
    this.parts.health.set(checkName(log), faults.length === 0, detail);
    if (detail !== '' && detail !== this.alarmed.get(log)) this.parts.log.error({ log }, `alarm: ${detail}`);
    this.alarmed.set(log, detail);
    this.metrics.faults.set({ log }, faults.length);
    this.metrics.clients.set(this.parts.clients.count());
    for (const { partition, endOffset, nextOffset } of projector.standing()) {
      this.metrics.lag.set({ log, partition: String(partition) }, endOffset - nextOffset);
    }
  }

  lost(log: string, partition: number): void {
    this.metrics.lag.remove({ log, partition: String(partition) });
  }
}

function checkName(log: string): string {
  return `projection of ${log}`;
}

export function readSideMetrics(registry: Registry) {
  return {
    records: counter(registry, {
      name: 'console_projected_records_total',
      help: 'Records projected into the read side.',
      labels: ['log'],
    }),
    batch: histogram(registry, {
      name: 'console_batch_records',
      help: 'Records in one transaction of a projection.',
      labels: ['log'],
      buckets: BATCH_RECORDS_BUCKETS,
    }),
    seconds: histogram(registry, {
      name: 'console_batch_seconds',
      help: 'Time of one transaction of a projection.',
      labels: ['log'],
      buckets: LATENCY_SECONDS_BUCKETS,
    }),
    failures: counter(registry, {
      name: 'console_failures_total',
      help: 'Transactions of a projection that failed and were tried again.',
      labels: ['log'],
    }),
    faults: gauge(registry, {
      name: 'console_faults',
      help: 'What is wrong with a projection: stopped partitions, broken chains, a database that is away.',
      labels: ['log'],
    }),
    lag: gauge(registry, {
      name: 'console_lag_records',
      help: 'Records of a log that are not projected yet.',
      labels: ['log', 'partition'],
    }),
    clients: gauge(registry, {
      name: 'console_stream_clients',
      help: 'Clients that follow the live stream of decisions.',
    }),
  };
}
