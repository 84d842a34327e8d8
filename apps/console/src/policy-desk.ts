import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import type { Genesis } from '#domain/controls';
import { readGenesis } from '#stage/begin-log';
import { followActivation } from '#stage/registry/follow-activation';
import { activationSeen, type ReadingPorts } from '#stage/registry/readings';
import { REGISTRY_WRITER, registryPorts, type RegistryPorts } from '#stage/registry/registry-ports';
import { pendingPolicyActivation, type PolicyActivation } from '#store/policy/policy-activations';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Database } from '#store/sql';
import type { Logs, LogWriter } from '#stream/log';
import type { Log } from '#telemetry/log';
import { unavailable } from './http/refusal.ts';

/** How often it looks for an activation that somebody else asked for and left. */
const LOOK_MS = 2_000;
/** After a fault: the database or the log is away. */
const BACK_OFF_MS = 5_000;
const RETRY_SECONDS = 5;

/**
 * Takes what people ask of the registry over HTTP, and sees every pending activation through, whoever asked for it:
 * what a console or a command that ended has left is gone on with.
 */
export class PolicyDesk implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private genesis: Genesis | null = null;
  private writer: LogWriter | null = null;
  private isClosing = false;
  private wake: () => void = () => undefined;
  private watching: Promise<void> | null = null;

  constructor(
    private readonly logs: Logs,
    private readonly database: Database,
    private readonly store: SnapshotStore,
    private readonly log: Log,
  ) {}

  async reading(): Promise<ReadingPorts> {
    const { partitions, treasuries } = await this.begun();
    return { database: this.database, store: this.store, partitions, treasuries };
  }

  /** Asks, and answers with how far it is; the rest happens behind. */
  async ask(work: (ports: RegistryPorts) => Promise<PolicyActivation>): Promise<unknown> {
    const activation = await work(await this.ports());
    this.wake();
    return activationSeen(await this.reading(), activation);
  }

  onApplicationBootstrap(): void {
    this.watching = this.watch();
  }

  beforeApplicationShutdown(): void {
    this.isClosing = true;
    this.wake();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.watching;
    await this.writer?.close();
  }

  private async watch(): Promise<void> {
    while (!this.isClosing) {
      let pauseMs = LOOK_MS;
      try {
        const pending = await pendingPolicyActivation(this.database);
        if (pending !== null) await this.seeThrough(pending);
      } catch (error) {
        if (!this.isClosing) this.log.warn({ error }, 'pending activations are not gone on with for now');
        pauseMs = BACK_OFF_MS;
      }
      await this.pause(pauseMs);
    }
  }

  private async seeThrough(pending: PolicyActivation): Promise<void> {
    const { hash, sequence, approvedBy } = pending;
    const ports = await this.ports();
    const outcome = await followActivation(
      ports,
      pending,
      () => undefined,
      () => !this.isClosing,
    );
    this.log.info({ hash, sequence, approvedBy, outcome }, 'an activation was seen through');
  }

  private async pause(ms: number): Promise<void> {
    if (this.isClosing) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => undefined;
  }

  private async ports(): Promise<RegistryPorts> {
    const { logs, database, store } = this;
    const genesis = await this.begun();
    // Opened by the first who asks: most consoles never send one.
    const writer = (this.writer ??= logs.writer(REGISTRY_WRITER));
    return registryPorts({ logs, writer, database, store, genesis });
  }

  private async begun(): Promise<Genesis> {
    const genesis = (this.genesis ??= await readGenesis(this.logs));
    if (genesis === null) throw unavailable('the workspace was not begun', RETRY_SECONDS);
    return genesis;
  }
}
