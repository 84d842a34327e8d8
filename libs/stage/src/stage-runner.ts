import type { StageDefinition } from '#domain/stage/stage';
import type { LogBatch } from '#stream/log';
import { createPartitionRunner, type PartitionRunner } from './partition-runner.ts';
import type { RunnerPorts } from './runner-ports.ts';
import type { Reporter } from './report.ts';

/** All partitions of one stage that this process owns. */
export interface StageRunner {
  assigned(partitions: readonly number[]): void;
  revoked(partitions: readonly number[]): void;
  offer(batch: LogBatch): void;
  /** Orderly end of every partition; of one that waits for a log or a store that is away, no longer than the limit. */
  close(): Promise<void>;
}

export function createStageRunner(ports: RunnerPorts, stage: StageDefinition, report: Reporter): StageRunner {
  const runners = new Map<number, PartitionRunner>();
  /** Runners that were dropped and have not come to rest: a partition's next runner waits for its last. */
  const resting = new Map<number, Promise<void>>();

  let isClosing = false;

  return {
    assigned(partitions) {
      // What arrives while leaving is left to whoever stays.
      if (isClosing) return;
      for (const partition of partitions) {
        if (runners.has(partition)) continue;
        const runner = createPartitionRunner(ports, stage, partition, (what) =>
          report(stage.name, partition, what),
        );
        runners.set(partition, runner);
        const before = resting.get(partition) ?? Promise.resolve();
        resting.set(
          partition,
          before.then(() => runner.run()),
        );
      }
    },
    revoked(partitions) {
      for (const partition of partitions) {
        runners.get(partition)?.drop();
        runners.delete(partition);
      }
    },
    offer: (batch) => runners.get(batch.partition)?.offer(batch),
    async close() {
      isClosing = true;
      const ended = Promise.all([
        ...[...runners.values()].map((runner) => runner.stop()),
        ...resting.values(),
      ]);
      const { stopMsMax } = ports.limits;
      await (stopMsMax === null ? ended : Promise.race([ended, ports.clock.sleep(stopMsMax)]));
      // Whoever has not ended yet saves nothing more and tries no more.
      for (const runner of runners.values()) runner.drop();
      runners.clear();
    },
  };
}
