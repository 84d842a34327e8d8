import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { StageDefinition } from '#domain/stage/stage';
import { createQuarantineDesk } from '#store/quarantine-desk';
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
const CLOSING_TOLD_MS = 5_000;

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
  try {
    await run(options, outcome.config, log);
  } catch (error) {
    log.fatal({ error }, `${stage.name} did not start`);
    process.exitCode = 1;
  }
}

async function run(
  { stage, moduleOf, companion }: StageProcessOptions,
  config: StageConfig,
  log: Log,
): Promise<void> {
  const backbone = await openBackbone({ ...config, clientId: `updraft-${stage.name}`, log });
  try {
    await checkBackbone(backbone);
    const { logs, store, database } = backbone;
    const quarantine = createQuarantineDesk(database);
    const health = new Health();
    const registry = createRegistry();
    const owner = ownerName(stage.name);
    const traces = await openTraces(stage.name, config, log);
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
    await app.startAllMicroservices();
    await app.listen(config.port, config.host);
    const beside = await companion?.(backbone, owner, health, log);
    log.info({ owner, url: await app.getUrl() }, `${stage.name} runs`);
    const stop = async (signal: string): Promise<void> => {
      log.info({ signal }, `${stage.name} is closing`);
      await telling(log, 'ticker', beside?.stop() ?? Promise.resolve());
      await telling(log, 'partitions and their group', app.close());
      await telling(log, 'traces', traces?.close() ?? Promise.resolve());
      await telling(log, 'logs and database', backbone.close());
      log.info({ signal }, `${stage.name} has closed`);
    };
    let stopping: Promise<void> | null = null;
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void (stopping ??= stop(signal)));
  } catch (error) {
    await backbone.close();
    throw error;
  }
}

/** Whoever is killed in the middle of closing has said before what it waited for. */
async function telling(log: Log, step: string, work: Promise<unknown>): Promise<void> {
  const timer = setInterval(() => log.warn({ step }, 'closing takes long'), CLOSING_TOLD_MS);
  await work.finally(() => clearInterval(timer));
}

class StageProcess {}
