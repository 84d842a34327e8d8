import { randomUUID } from 'node:crypto';
import type { Genesis } from '#domain/controls';
import { dropLease, keepLease } from '#store/lease';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Database } from '#store/sql';
import type { Logs, LogWriter } from '#stream/log';
import { systemClock } from '../clock.ts';
import type { ControlPorts } from '../until-confirmed.ts';

export const REGISTRY_WRITER = 'registry';
const LEASE_NAME = 'policy-activation';
/** Whoever activates keeps everybody else from it for so long at most, should it die in between. */
const LEASE_MS = 5_000;

/** What putting a bundle live needs, beside the registry's tables. */
export interface RegistryPorts extends ControlPorts {
  readonly database: Database;
  /** Of several processes that know of a pending activation one sends. */
  readonly lease: {
    keep(): Promise<boolean>;
    drop(): Promise<void>;
  };
}

export interface RegistryParts {
  readonly logs: Logs;
  readonly writer: LogWriter;
  readonly database: Database;
  readonly store: SnapshotStore;
  readonly genesis: Pick<Genesis, 'logId' | 'partitions' | 'treasuries'>;
}

/** Each caller is a holder of its own: two in one process must not both have the lease. */
export function registryPorts({ logs, writer, database, store, genesis }: RegistryParts): RegistryPorts {
  const { logId, partitions, treasuries } = genesis;
  const holder = randomUUID();
  return {
    logs,
    writer,
    database,
    store,
    clock: systemClock,
    logId,
    partitions,
    treasuries,
    wallClock: Date.now,
    lease: {
      keep: async () => (await keepLease(database, LEASE_NAME, holder, LEASE_MS)).isHeld,
      drop: () => dropLease(database, LEASE_NAME, holder),
    },
  };
}
