import type { BeforeApplicationShutdown, OnApplicationShutdown } from '@nestjs/common';
import type { Genesis, Stop } from '#domain/controls';
import { readGenesis } from '#stage/begin-log';
import { sendStop, unknownScope } from '#stage/stop';
import { STOP_WRITER, stopPorts } from '#stage/stop-ports';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Sql } from '#store/sql';
import { UnavailableError, type Logs, type LogWriter } from '#stream/log';
import type { Log } from '#telemetry/log';
import { unavailable } from './http/refusal.ts';

/** How long an answer waits for partitions to confirm. What was sent stands in the log and is done all the same. */
const CONFIRM_MS_MAX = 10_000;

export interface Sent {
  readonly scope: string;
  /** Partitions that have confirmed. */
  readonly confirmed: number;
  readonly partitions: number;
}

/** Sends stops and resumptions for people who ask over HTTP. */
export class StopDesk implements BeforeApplicationShutdown, OnApplicationShutdown {
  private genesis: Genesis | null = null;
  private writer: LogWriter | null = null;
  private isClosing = false;

  constructor(
    private readonly logs: Logs,
    private readonly database: Sql,
    private readonly store: SnapshotStore,
    private readonly log: Log,
  ) {}

  /** The rule that the scope breaks by the live bundle; null: none. */
  unknown(scope: string): Promise<string | null> {
    return unknownScope({ logs: this.logs, store: this.store }, scope);
  }

  async send(stop: Omit<Stop, 'sequence'>): Promise<Sent> {
    const genesis = (this.genesis ??= await readGenesis(this.logs));
    if (genesis === null) throw unavailable('the workspace was not begun', CONFIRM_MS_MAX / 1_000);
    // Opened by the first who asks: nearly no console ever sends one.
    const writer = (this.writer ??= this.logs.writer(STOP_WRITER));
    const { logs, database, store } = this;
    const { partitions } = genesis;
    let confirmed: number | null = null;
    let sinceMs: number | null = null;
    try {
      await sendStop(
        stopPorts({ logs, writer, database, store, genesis }),
        stop,
        (count) => (confirmed = count),
        () => !this.isClosing && performance.now() - (sinceMs ??= performance.now()) < CONFIRM_MS_MAX,
      );
    } catch (error) {
      if (confirmed === null) throw error instanceof UnavailableError ? unavailable(error.message, 5) : error;
      // It stands everywhere. That nobody can be asked whether it was read does not undo it.
      this.log.warn({ error }, 'a stop or resumption was sent, and its confirmation could not be read');
    }
    const { scope, by, reason } = stop;
    this.log.warn({ scope, by, reason, confirmed }, stop.isStopped ? 'issuing stopped' : 'issuing resumed');
    return { scope, confirmed: confirmed ?? 0, partitions };
  }

  beforeApplicationShutdown(): void {
    this.isClosing = true;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writer?.close();
  }
}
