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
/** A process that did not start is gone after so long, closed or not. */
const FAILED_MS_MAX = 10_000;
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

/** Closed in the opposite order of opening, whether the process ends or did not start. */
interface Opened {
  readonly step: string;
  readonly close: () => Promise<unknown>;
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
    fail(log, stage.name, error);
  }
}

async function run(
  { stage, moduleOf, companion }: StageProcessOptions,
  config: StageConfig,
  log: Log,
): Promise<void> {
  const backbone = await openBackbone({ ...config, clientId: `updraft-${stage.name}`, log });
  const opened: Opened[] = [{ step: 'logs and database', close: () => backbone.close() }];
  const close = async (): Promise<void> => {
    for (const { step, close: work } of opened.toReversed()) await telling(log, step, work());
  };
  try {
    await checkBackbone(backbone);
    const { logs, store, database } = backbone;
    const quarantine = createQuarantineDesk(database);
    const health = new Health();
    health.declare(STARTED);
    const registry = createRegistry();
    const owner = ownerName(stage.name);
    const traces = await openTraces(stage.name, config, log);
    if (traces) opened.push({ step: 'traces', close: () => traces.close() });
    const service = createStageService(
      { logs, store, quarantine, limits: CLUSTER_LIMITS, owner, registry, health, log, traces },
      stage,
    );
    const app = await NestFactory.create<NestFastifyApplication>(
      { module: StageProcess, imports: [moduleOf(service), HttpHealthModule.forRoot({ health, registry })] },
      new FastifyAdapter(),
      { logger: nestLog(log), abortOnError: false },
    );
    opened.push({ step: 'partitions and their group', close: () => app.close() });
    app.connectMicroservice({ strategy: service.transport }, { inheritAppConfig: true });
    // First of all: who cannot listen must not take partitions from those who can.
    await listen(app, config);
    await app.startAllMicroservices();
    const beside = await companion?.(backbone, owner, health, log);
    if (beside) opened.push({ step: 'ticker', close: () => beside.stop() });
    health.set(STARTED, true);
    log.info({ owner, url: await app.getUrl() }, `${stage.name} runs`);
    const stop = async (signal: string): Promise<void> => {
      log.info({ signal }, `${stage.name} is closing`);
      await close();
      log.info({ signal }, `${stage.name} has closed`);
    };
    let stopping: Promise<void> | null = null;
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void (stopping ??= stop(signal)));
  } catch (error) {
    fail(log, stage.name, error);
    await close();
  }
}

/** Whoever starts this process again must not wait for what its closing waits for. */
function fail(log: Log, name: string, error: unknown): void {
  log.fatal({ error }, `${name} did not start`);
  process.exitCode = 1;
  setTimeout(() => process.exit(), FAILED_MS_MAX).unref();
}

async function listen(app: NestFastifyApplication, { port, host }: StageConfig): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    throw new Error(`port ${port} of ${host} cannot be listened on`, { cause: error });
  }
}

/** Whoever is killed in the middle of closing has said before what it waited for. */
async function telling(log: Log, step: string, work: Promise<unknown>): Promise<void> {
  const timer = setInterval(() => log.warn({ step }, 'closing takes long'), CLOSING_TOLD_MS);
  await work.finally(() => clearInterval(timer));
}

class StageProcess {}
