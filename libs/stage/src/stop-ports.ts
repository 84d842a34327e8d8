import { randomUUID } from 'node:crypto';
import type { Genesis } from '#domain/controls';
import { dropLease, keepLease, saveLeaseState } from '#store/lease';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Sql } from '#store/sql';
import type { Logs, LogWriter } from '#stream/log';
import { systemClock } from './clock.ts';
import type { StopPorts } from './stop.ts';

export const STOP_WRITER = 'stop';
const LEASE_NAME = 'stop';
/** Whoever sends keeps everybody else from sending for so long at most, should it die in between. */
const LEASE_MS = 5_000;

export interface StopParts {
  readonly logs: Logs;
  readonly writer: LogWriter;
  readonly database: Sql;
  readonly store: SnapshotStore;
  readonly genesis: Genesis;
}

/** Ports for one stop. Each sender is a holder of its own: two in one process must not both have the lease. */
export function stopPorts({ logs, writer, database, store, genesis }: StopParts): StopPorts {
  const { logId, partitions, treasuries } = genesis;
  const holder = randomUUID();
  return {
    logs,
    writer,
    store,
    clock: systemClock,
    logId,
    partitions,
    treasuries,
    wallClock: Date.now,
    lease: {
      keep: () => keepLease(database, LEASE_NAME, holder, LEASE_MS),
      save: (state) => saveLeaseState(database, LEASE_NAME, holder, state),
      drop: () => dropLease(database, LEASE_NAME, holder),
    },
  };
}
