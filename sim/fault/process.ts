import { allocator } from '#domain/allocator/allocator-machine';
import { census } from '#domain/census/census-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import { treasury } from '#domain/treasury/treasury-machine';
import type { StageDefinition } from '#domain/stage/stage';
import { createBundleSource } from '#stage/bundle-source';
import { CLUSTER_LIMITS } from '#stage/limit';
import type { StageReport } from '#stage/report';
import { sha256 } from '#stage/sha256';
import { createStageRunner, type StageRunner } from '#stage/stage-runner';
import type { Subscription } from '#stream/log';
import type { Scene } from './cluster.ts';
import { createModelledLogs } from './modelled-log.ts';
import { createModelledStore } from './modelled-store.ts';
import type { Actor } from './world.ts';

/** One process that runs one stage, with the product's own runner over modelled ports. */
export interface ModelledProcess {
  readonly actor: Actor;
  readonly stage: StageDefinition;
  start(): void;
  /** Orderly end. */
  stop(): Promise<void>;
}

export const STAGES = { scoring, allocator, treasury, census } as const;

/** Batches of a schedule with many partitions are larger by this. */
const WIDE_PACE = 8;

export function createProcess(
  { world, broker, tables, audit, isWide }: Scene,
  name: string,
  stage: StageDefinition,
  report: (partition: number, report: StageReport) => void,
): ModelledProcess {
  const actor: Actor = { name, isAlive: true, isFrozen: false };
  const logs = createModelledLogs(broker, world, actor);
  const clock = world.clockOf(actor);
  const pace = isWide ? WIDE_PACE : 1;
  let subscription: Subscription | null = null;
  let waiting: (() => void)[] = [];
  const control = {
    resume: (partition: number, offset: number) => whenJoined((joined) => joined.resume(partition, offset)),
    pause: (partition: number) => whenJoined((joined) => joined.pause(partition)),
    isMember: () => subscription?.isMember() ?? false,
  };
  function whenJoined(act: (joined: Subscription) => void): void {
    if (subscription === null) waiting.push(() => act(subscription!));
    else act(subscription);
  }
  const runner: StageRunner = createStageRunner(
    {
      logs,
      store: createModelledStore(tables, world, actor, audit),
      clock,
      hash: sha256,
      bundles: createBundleSource(logs, clock, sha256),
      writer: logs.writer(name),
      control,
      quarantine: null,
      limits: {
        ...CLUSTER_LIMITS,
        batchRecordsMax: 1 + world.chance.below(12 * pace),
        queueRecordsMax: 1 + world.chance.below(30 * pace),
        publishBytesMax: world.chance.of(0.3) ? 3_000 : 1_000_000,
        snapshotEveryMs: 20 + world.chance.below(400),
        snapshotRowsMax: 1 + world.chance.below(20 * pace),
        rowsLoadedMax: world.chance.below(6),
        // An end that takes longer is a kill in the middle of closing, and kills are among the faults.
        stopMsMax: null,
        retryFirstMs: 10,
        retryMaxMs: 200,
      },
      owner: name,
    },
    stage,
    (_stage, partition, what) => report(partition, what),
  );
  return {
    actor,
    stage,
    start() {
      void logs
        .subscribe(stage.input, stage.name, {
          assigned: (partitions) => runner.assigned(partitions),
          revoked: (partitions) => runner.revoked(partitions),
          batch: (batch) => runner.offer(batch),
        })
        .then((joined) => {
          subscription = joined;
          for (const act of waiting) act();
          waiting = [];
        });
    },
    async stop() {
      await runner.close();
      await subscription?.close();
    },
  };
}
