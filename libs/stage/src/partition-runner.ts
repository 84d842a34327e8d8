import type { StageDefinition } from '#domain/stage/stage';
import type { QuarantineRequest } from '#store/quarantine-desk';
import { LostOwnershipError, StoreUnavailableError } from '#store/snapshot-store';
import { AmbiguousError, FencedError, UnavailableError, type Claim, type LogBatch } from '#stream/log';
import { createPartitionQueue } from './partition-queue.ts';
import { HaltError, type StageReport } from './report.ts';
import type { RunnerPorts } from './runner-ports.ts';
import { approvedFor, enterQuarantine } from './quarantine.ts';
import { takeOver, type Owned } from './take-over.ts';
import { createWork } from './work.ts';

/** How often a halted partition looks whether people have acted. */
const QUARANTINE_POLL_MS = 2_000;

export interface PartitionRunner {
  /** Takes over and runs until stopped, dropped or halted. Never rejects. */
  run(): Promise<void>;
  offer(batch: LogBatch): void;
  /** Orderly: finishes the batch, publishes, saves a last snapshot. */
  stop(): Promise<void>;
  /** The partition went to somebody else: nothing is saved. */
  drop(): void;
}

/**
 * One loop per partition: take over, then load, step and publish batch after batch. Whatever happens to ownership, the
 * log or the store, everything in memory is dropped and the partition is taken over again, as long as this process is
 * a confirmed member of its group. A bug or a difference halts the partition: it stays assigned, unready and alarmed.
 */
export function createPartitionRunner(
  ports: RunnerPorts,
  stage: StageDefinition,
  partition: number,
  report: (report: StageReport) => void,
): PartitionRunner {
  const { clock, control, limits } = ports;
  const queue = createPartitionQueue(limits.queueRecordsMax);
  let mode: 'running' | 'stopping' | 'dropped' = 'running';
  let wakeUp: () => void = () => undefined;
  let running: Promise<void> = Promise.resolve();
  let claim: Claim | null = null;
  let abandon: () => void = () => undefined;
  const isRunning = (): boolean => mode === 'running';

  /** Resolves when something was offered or asked, or after `ms`. */
  async function idle(ms: number | null): Promise<void> {
    const woken = new Promise<void>((resolve) => (wakeUp = resolve));
    await (ms === null ? woken : Promise.race([woken, clock.sleep(ms)]));
  }

  /** What looks like a bug may only be the view of an owner that somebody else has followed: that one is lost. */
  async function isStillOurs(): Promise<boolean> {
    if (claim === null) return true;
    try {
      const { takeover, owner } = await ports.store.head(stage.name, partition);
      return takeover === claim.takeover && owner === claim.owner;
    } catch (error) {
      return !isPassing(error);
    }
  }

  /** `request`: an approved one for the record that this partition was halted at. */
  async function own(request: QuarantineRequest | null): Promise<void> {
    claim = null;
    const taken = await takeOver(ports, stage, partition, ports.owner, report);
    claim = taken.claim;
    try {
      await run(request === null ? taken : await enterQuarantine(ports, taken, request, report));
    } finally {
      await taken.publisher?.close();
    }
  }

  async function run(owned: Owned): Promise<void> {
    const work = createWork(ports, stage, owned, report, () => wakeUp());
    ({ abandon } = work);
    try {
      queue.clear();
      if (isRunning()) control.resume(partition, work.nextOffset());
      while (isRunning()) {
        const taken = queue.take(limits.batchRecordsMax);
        if (taken === null) {
          work.considerSnapshot();
          await idle(work.idleMs());
          continue;
        }
        const readOnAt = queue.readOnAt();
        if (readOnAt !== null) control.resume(partition, readOnAt);
        await work.process(taken, isRunning);
        await work.holdWhileOverdue(isRunning);
      }
      if (mode === 'stopping') await work.finish();
    } finally {
      work.abandon();
    }
  }

  /** Halted: nothing is skipped and nothing goes on until people act. Null: this runner ends. */
  async function untilQuarantined(error: unknown): Promise<QuarantineRequest | null> {
    const { quarantine } = ports;
    if (quarantine === null || !(error instanceof HaltError) || error.recordHash === null) return null;
    for (;;) {
      await idle(QUARANTINE_POLL_MS);
      if (!isRunning()) return null;
      // A desk that cannot be asked now is asked again: the partition stands still and says so anyhow.
      const request = await approvedFor(quarantine, error).catch(() => null);
      if (request !== null) return request;
    }
  }

  async function untilMember(): Promise<void> {
    let backOffMs = limits.retryFirstMs;
    do {
      await Promise.race([clock.sleep(backOffMs * (0.5 + clock.random())), idle(null)]);
      backOffMs = Math.min(backOffMs * 2, limits.retryMaxMs);
    } while (isRunning() && !control.isMember());
  }

  async function loop(): Promise<void> {
    let request: QuarantineRequest | null = null;
    while (isRunning()) {
      try {
        const wanted = request;
        request = null;
        await own(wanted);
      } catch (error) {
        control.pause(partition);
        queue.clear();
        if (!isRunning()) return;
        if (!isPassing(error) && (await isStillOurs())) {
          const at = error instanceof HaltError ? error.at : 'take-over';
          report({ kind: 'halted', at, why: messageOf(error) });
          request = await untilQuarantined(error);
          if (request === null) return;
          continue;
        }
        report({ kind: 'lost', why: messageOf(error) });
        await untilMember();
      }
    }
  }

  return {
    run: () => (running = loop()),
    offer(batch) {
      if (!isRunning()) return;
      if (queue.push(batch)) control.pause(partition);
      wakeUp();
    },
    async stop() {
      if (mode === 'running') mode = 'stopping';
      wakeUp();
      await running;
    },
    drop() {
      mode = 'dropped';
      abandon();
      wakeUp();
    },
  };
}

/** Ownership or a dependency, not a bug: take over again. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof FencedError ||
    error instanceof LostOwnershipError ||
    error instanceof AmbiguousError ||
    error instanceof UnavailableError ||
    error instanceof StoreUnavailableError
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
