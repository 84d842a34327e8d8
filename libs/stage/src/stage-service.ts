import type { StageDefinition } from '#domain/stage/stage';
import type { QuarantineDesk } from '#store/quarantine-desk';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Logs, LogWriter } from '#stream/log';
import type { Health } from '#telemetry/health';
import type { Log } from '#telemetry/log';
import type { Registry } from '#telemetry/metrics';
import type { Traces } from '#telemetry/trace';
import { BatchTransport } from './batch-transport.ts';
import { createBundleSource } from './bundle-source.ts';
import { systemClock } from './clock.ts';
import type { RunnerLimits } from './limit.ts';
import { sha256 } from './sha256.ts';
import type { Reporter } from './report.ts';
import { createStageRunner, type StageRunner } from './stage-runner.ts';
import { stageTelemetry } from './stage-telemetry.ts';

export interface StageServicePorts {
  readonly logs: Logs;
  readonly store: SnapshotStore;
  readonly quarantine: QuarantineDesk | null;
  readonly limits: RunnerLimits;
  /** Unique to this process and this start of it. */
  readonly owner: string;
  readonly registry: Registry;
  readonly health: Health;
  readonly log: Log;
  /** Of whoever opened them, who also closes them, after the stage. */
  readonly traces?: Traces | null;
  /** Told besides the metrics, for whoever shows progress. */
  readonly onReport?: Reporter;
}

/** One stage in one process: its runner, and the transport to give to Nest. */
export interface StageService {
  readonly runner: StageRunner;
  /** Closing it finishes and saves every partition, then leaves the group. */
  readonly transport: BatchTransport;
}

export function createStageService(ports: StageServicePorts, stage: StageDefinition): StageService {
  const { logs, store, quarantine, limits, owner, registry, health, log } = ports;
  const writer: LogWriter = logs.writer(`${stage.name}-${owner}`);
  const transport = new BatchTransport(
    logs,
    stage.input,
    stage.name,
    (error, batch) => log.error({ error, partition: batch.partition }, 'a batch was not queued'),
    async () => {
      await runner.close();
      await writer.close();
    },
  );
  const telemetry = stageTelemetry(registry, health, log);
  const runner: StageRunner = createStageRunner(
    {
      logs,
      store,
      clock: systemClock,
      hash: sha256,
      bundles: createBundleSource(logs, systemClock, sha256),
      writer,
      control: transport,
      quarantine,
      limits,
      traces: ports.traces ?? null,
      owner,
    },
    stage,
    (of, partition, report) => {
      telemetry(of, partition, report);
      ports.onReport?.(of, partition, report);
    },
  );
  transport.on('assigned', (partitions: readonly number[]) => runner.assigned(partitions));
  transport.on('revoked', (partitions: readonly number[]) => {
    for (const partition of partitions) health.remove(`${stage.name} ${partition}`);
    runner.revoked(partitions);
  });
  return { runner, transport };
}
