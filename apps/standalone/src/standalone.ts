import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AllocatorModule } from '#apps/allocator/src/allocator.module';
import { CensusModule } from '#apps/census/src/census.module';
import * as consoleLimits from '#apps/console/src/console-limits';
import { ConsoleModule, HTTP_OPTIONS } from '#apps/console/src/console.module';
import { IngestModule } from '#apps/ingest/src/ingest.module';
import { ScoringModule } from '#apps/scoring/src/scoring.module';
import { TreasuryModule } from '#apps/treasury/src/treasury.module';
import type { TokenRecord } from '#contracts/tokens';
import { allocator } from '#domain/allocator/allocator-machine';
import { census } from '#domain/census/census-machine';
import type { Genesis } from '#domain/controls';
import { scoring } from '#domain/scoring/scoring-machine';
import { treasury } from '#domain/treasury/treasury-machine';
import type { Backbone } from '#stage/backbone';
import { readBundleFile } from '#stage/bundle-file';
import { systemClock } from '#stage/clock';
import { CLUSTER_LIMITS, EMBEDDED_LIMITS } from '#stage/limit';
import { startLiveTime } from '#stage/live-time';
import { enterFirstPolicy } from '#stage/registry/enter-policy';
import { followActivation } from '#stage/registry/follow-activation';
import { REGISTRY_WRITER, registryPorts } from '#stage/registry/registry-ports';
import { submissionOf } from '#stage/registry/submit';
import type { Reporter } from '#stage/report';
import { ownerName, type Companion } from '#stage/stage-process';
import { createStageService } from '#stage/stage-service';
import { createQuarantineDesk } from '#store/quarantine-desk';
import { hangUp } from '#telemetry/hang-up';
import { Health } from '#telemetry/health';
import { HttpHealthModule } from '#telemetry/http-health.controller';
import type { Log } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import { nestLog } from '#telemetry/nest-log';
import { openTraces, type TraceConfig } from '#telemetry/trace';
import { watchDisk } from './disk-watch.ts';

// Every stage, the door and the read side in one process, in data order. The logs are tables of the backbone's
// database; nothing here knows which kind of database that is.

export interface StandaloneParts {
  readonly backbone: Backbone;
  readonly genesis: Genesis;
  readonly tokens: readonly TokenRecord[];
  readonly pseudonymKey: Uint8Array;
  readonly log: Log;
  /** Absent: no traces. */
  readonly config?: TraceConfig;
  readonly onReport?: Reporter;
  /** Where the embedded database is; its disk is watched. Null or absent: the database is somebody else's. */
  readonly embeddedIn?: string | null;
}

export interface FirstPolicy {
  /** Of the file. */
  readonly id: string;
  readonly hash: string;
  /** False: another one that people put live stays. */
  readonly isOurs: boolean;
}

export interface Standalone {
  /**
   * Enters the policy file in the registry and activates it in every partition; a no-op when it is live, and where
   * people have activated another one: that stays.
   */
  activate(path: string, onProgress: (confirmed: number, all: number) => void): Promise<FirstPolicy>;
  /**
   * Live ticks from here on, once history is over. Resolves when the first one is written: after a pause of the log
   * an event that stood before it would be from the future.
   */
  startTime(): Promise<void>;
  /** Opens the door; returns where. */
  listen(port: number, host: string): Promise<string>;
  readonly app: NestFastifyApplication;
  /** Stops taking in, finishes every partition, saves. The backbone stays open. */
  close(): Promise<void>;
}

/** A workspace that stays in history is given no tick; its door opens after this long all the same. */
const FIRST_TICK_MS_MAX = 15_000;

class StandaloneProcess {}

/** Starts the stages and the read side; the door stays shut until `listen`. */
export async function startStandalone(parts: StandaloneParts): Promise<Standalone> {
  const { backbone, genesis, tokens, pseudonymKey, log } = parts;
  const { logs, store, database, isEmbedded } = backbone;
  const { partitions } = genesis;
  const health = new Health();
  const registry = createRegistry();
  const owner = ownerName('standalone');
  const { embeddedIn = null } = parts;
  const disk = embeddedIn === null ? null : await watchDisk({ directory: embeddedIn }, health);
  const traces = parts.config ? await openTraces('standalone', parts.config, log) : null;
  const ports = {
    logs,
    store,
    quarantine: createQuarantineDesk(database),
    limits: isEmbedded ? EMBEDDED_LIMITS : CLUSTER_LIMITS,
    owner,
    registry,
    health,
    log,
    traces,
    ...(parts.onReport === undefined ? {} : { onReport: parts.onReport }),
  };
  const scores = createStageService(ports, scoring);
  const allocates = createStageService(ports, allocator);
  const leases = createStageService(ports, treasury);
  const counts = createStageService(ports, census);
  const both = { logs, partitions, tokens, health, registry, log };
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: StandaloneProcess,
      imports: [
        IngestModule.forRoot({
          ...both,
          config: { pseudonymKey },
          closedBecause: () => disk?.full() ?? null,
          traces,
        }),
        ScoringModule.forRoot(scores),
        AllocatorModule.forRoot(allocates),
        TreasuryModule.forRoot(leases),
        CensusModule.forRoot(counts),
        ConsoleModule.forRoot({
          ...both,
          database,
          snapshots: store,
          config: isEmbedded ? consoleLimits.EMBEDDED_LIMITS : consoleLimits.CONSOLE_LIMITS,
        }),
        HttpHealthModule.forRoot({ health, registry }),
      ],
    },
    new FastifyAdapter(HTTP_OPTIONS),
    { logger: nestLog(log), abortOnError: false },
  );
  for (const { transport } of [scores, allocates, leases, counts]) {
    app.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
  }
  await app.startAllMicroservices();
  const writer = logs.writer(REGISTRY_WRITER);
  let time: Companion | null = null;
  let isClosing = false;

  return {
    app,
    async activate(path, onProgress) {
      const first = await readBundleFile(path);
      const ports = registryPorts({ logs, writer, database, store, genesis });
      const activation = await enterFirstPolicy(ports, submissionOf(first), 'start');
      if (activation !== null) await followActivation(ports, activation, onProgress, () => !isClosing);
      return { id: first.bundle.id, hash: first.hash, isOurs: activation !== null };
    },
    async startTime() {
      const live = await startLiveTime(backbone, owner, health);
      time = live;
      await Promise.race([live.ticked, systemClock.sleep(FIRST_TICK_MS_MAX)]);
    },
    async listen(port, host) {
      await app.listen(port, host);
      return app.getUrl();
    },
    async close() {
      isClosing = true;
      disk?.stop();
      await time?.stop();
      await writer.close();
      hangUp(app.getHttpServer() as Server);
      await app.close();
      await traces?.close();
    },
  };
}
