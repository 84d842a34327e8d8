import 'reflect-metadata';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AllocatorModule } from '#apps/allocator/src/allocator.module';
import { ScoringModule } from '#apps/scoring/src/scoring.module';
import { allocator } from '#domain/allocator/allocator-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import type { Backbone } from '#stage/backbone';
import type { RunnerLimits } from '#stage/limit';
import type { Reporter } from '#stage/report';
import { createStageService, type StageService } from '#stage/stage-service';
import { Health } from '#telemetry/health';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';

/**
 * Scoring and the allocator as their processes run them, without a door and without the read side. Nor does the
 * treasury run: what it answered stands in the activity that these suites recorded.
 */
export interface StagesUnderTest {
  /** Outputs that were met again in the log and not published twice. */
  suppressed(): number;
  /** Orderly: finishes the batch and saves a last snapshot. */
  stop(): Promise<void>;
  /** All partitions are lost at once, as when the group throws a member out: nothing more is saved. */
  lose(): Promise<void>;
}

let starts = 0;

export async function startStages(backbone: Backbone, limits: RunnerLimits): Promise<StagesUnderTest> {
  const { logs, store } = backbone;
  starts += 1;
  let suppressed = 0;
  const common = {
    logs,
    store,
    quarantine: null,
    limits,
    owner: `spec ${starts}`,
    health: new Health(),
    log: createLog('e2e', { level: 'silent' }),
    onReport: ((_stage, _partition, report) => {
      if (report.kind === 'suppressed') suppressed += report.outputs;
    }) satisfies Reporter,
  };
  const services = [scoring, allocator].map((stage) =>
    createStageService({ ...common, registry: createRegistry() }, stage),
  ) as [StageService, StageService];
  const apps = [
    await serve(ScoringModule.forRoot(services[0]), services[0]),
    await serve(AllocatorModule.forRoot(services[1]), services[1]),
  ];
  const stop = async (): Promise<void> => {
    for (const app of apps) await app.close();
    await backbone.close();
  };
  return {
    suppressed: () => suppressed,
    stop,
    async lose() {
      const all = Array.from({ length: await logs.partitions('activity') }, (_, partition) => partition);
      for (const { runner } of services) runner.revoked(all);
      await stop();
    },
  };
}

async function serve(
  module: ReturnType<typeof ScoringModule.forRoot>,
  { transport }: StageService,
): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(module, { strategy: transport, logger: false });
  await app.listen();
  return app;
}
