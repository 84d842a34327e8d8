import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { StageDefinition } from '#domain/stage/stage';
import { createQuarantineDesk } from '#store/quarantine-desk';
import { createEnding, type Ending } from '#telemetry/ending';
import { hangUp } from '#telemetry/hang-up';
import { Health } from '#telemetry/health';
import { HttpHealthModule } from '#telemetry/http-health.controller';
import { createLog, type Log } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { nestLog } from '#telemetry/nest-log';
import { openTraces } from '#telemetry/trace';
import { checkBackbone, openBackbone, type Backbone } from './backbone.ts';
import { CLUSTER_LIMITS } from './limit.ts';
import { maskedStageConfig, type StageConfig, type StageConfigOutcome } from './stage.config.ts';
import { createStageService, type StageService } from './stage-service.ts';

const EXIT_BAD_CONFIG = 2;
const STARTED = 'start';

/** Something that runs beside the stage in its process, for example the ticker. */
export interface Companion {
  stop(): Promise<void>;
}

export interface StageProcessOptions {
  readonly stage: StageDefinition;
  readonly outcome: StageConfigOutcome;
  /** The module whose controller takes the stage's batches. */
  readonly moduleOf: (service: StageService) => DynamicModule;
  readonly companion?: (backbone: Backbone, owner: string, health: Health, log: Log) => Promise<Companion>;
}

/** Unique to this process and this start of it: what a claim is made in the name of. */
export function ownerName(stage: string): string {
  return `${stage}@${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
}

/** A stage as a process of its own: config, database, logs, runner, health; and back in the opposite order. */
export async function runStageProcess(options: StageProcessOptions): Promise<void> {
  const { outcome, stage } = options;
  if (outcome.config === null) {
    for (const error of outcome.errors) process.stderr.write(`${error}\n`);
    process.exitCode = EXIT_BAD_CONFIG;
    return;
  }
  if (process.argv.includes('--check-config')) {
    process.stdout.write(`${JSON.stringify(maskedStageConfig(outcome.config), null, 2)}\n`);
    return;
  }
  const log = createLog(stage.name, { level: outcome.config.logLevel });
  const ending = createEnding(log, stage.name);
  try {
    await run(options, outcome.config, log, ending);
  } catch (error) {
    await ending.failed(error);
  }
}

async function run(
  { stage, moduleOf, companion }: StageProcessOptions,
  config: StageConfig,
  log: Log,
  ending: Ending,
): Promise<void> {
  const backbone = await openBackbone({ ...config, clientId: `updraft-${stage.name}`, log });
  ending.opened('logs and database', () => backbone.close());
  await checkBackbone(backbone);
  const { logs, store, database } = backbone;
  const quarantine = createQuarantineDesk(database);
  const health = new Health();
  health.declare(STARTED);
  const registry = createRegistry();
  const owner = ownerName(stage.name);
  const traces = await openTraces(stage.name, config, log);
  if (traces) ending.opened('traces', () => traces.close());
  const service = createStageService(
    { logs, store, quarantine, limits: CLUSTER_LIMITS, owner, registry, health, log, traces },
    stage,
  );
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: StageProcess, imports: [moduleOf(service), HttpHealthModule.forRoot({ health, registry })] },
    new FastifyAdapter(),
    { logger: nestLog(log), abortOnError: false },
  );
  app.connectMicroservice({ strategy: service.transport }, { inheritAppConfig: true });
  ending.opened('server, partitions and their group', () => {
    hangUp(app.getHttpServer() as Server);
    return app.close();
  });
  // First of all: who cannot listen must not take partitions from those who can.
  await listen(app, config);
  if (ending.isAsked()) return;
  await app.startAllMicroservices();
  const beside = await companion?.(backbone, owner, health, log);
  if (beside) ending.opened('ticker', () => beside.stop());
  if (ending.isAsked()) return;
  health.set(STARTED, true);
  log.info({ owner, url: await app.getUrl() }, `${stage.name} runs`);
}

async function listen(app: NestFastifyApplication, { port, host }: StageConfig): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    throw new Error(`port ${port} of ${host} cannot be listened on`, { cause: error });
  }
}

class StageProcess {}
