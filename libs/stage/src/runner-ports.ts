import type { Hash } from '#domain/stage/stage';
import type { QuarantineDesk } from '#store/quarantine-desk';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Logs, LogWriter } from '#stream/log';
import type { Traces } from '#telemetry/trace';
import type { BundleSource } from './bundle-source.ts';
import type { Clock } from './clock.ts';
import type { RunnerLimits } from './limit.ts';

/** How the runner steers the reading of its partition. */
export interface ReadingControl {
  resume(partition: number, offset: number): void;
  pause(partition: number): void;
  isMember(): boolean;
}

export interface RunnerPorts {
  readonly logs: Logs;
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly hash: Hash;
  readonly bundles: BundleSource;
  /** Idempotent writer for logs with several writers. */
  readonly writer: LogWriter;
  readonly control: ReadingControl;
  readonly limits: RunnerLimits;
  /** Where a halted partition looks whether it may pass over what halted it; null: nowhere. */
  readonly quarantine: QuarantineDesk | null;
  /** Absent: nothing is computed for traces. */
  readonly traces?: Traces | null;
  /** This process. */
  readonly owner: string;
}
