import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AllocatorModule } from '#apps/allocator/src/allocator.module';
import * as consoleLimits from '#apps/console/src/console-limits';
import { ConsoleModule, HTTP_OPTIONS } from '#apps/console/src/console.module';
import { IngestModule } from '#apps/ingest/src/ingest.module';
import { ScoringModule } from '#apps/scoring/src/scoring.module';
import { TreasuryModule } from '#apps/treasury/src/treasury.module';
import type { TokenRecord } from '#contracts/tokens';
import { allocator } from '#domain/allocator/allocator-machine';
import type { Genesis } from '#domain/controls';
import { scoring } from '#domain/scoring/scoring-machine';
import { treasury } from '#domain/treasury/treasury-machine';
import { activateBundle, publishBundle } from '#stage/activation';
import type { Backbone } from '#stage/backbone';
import { readBundleFile, type BundleFile } from '#stage/bundle-file';
import { systemClock } from '#stage/clock';
import { CLUSTER_LIMITS, EMBEDDED_LIMITS } from '#stage/limit';
import { startLiveTime } from '#stage/live-time';
import type { Reporter } from '#stage/report';
import { ownerName, type Companion } from '#stage/stage-process';
import { createStageService } from '#stage/stage-service';
import { createQuarantineDesk } from '#store/quarantine-desk';
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

export interface Standalone {
  /** Publishes the policy file and activates it in every partition; a no-op when it is live. */
  activate(path: string, onProgress: (confirmed: number, all: number) => void): Promise<BundleFile>;
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

/** How long requests under way may take once closing began. */
const DRAIN_MS_MAX = 3_000;

/** A workspace that stays in history is given no tick; its door opens after this long all the same. */
const FIRST_TICK_MS_MAX = 15_000;

class StandaloneProcess {}

/** Starts the stages and the read side; the door stays shut until `listen`. */
export async function startStandalone(parts: StandaloneParts): Promise<Standalone> {
  const { backbone, genesis, tokens, pseudonymKey, log } = parts;
  const { logs, store, database, isEmbedded } = backbone;
  const { partitions, treasuries, logId } = genesis;
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
  for (const { transport } of [scores, allocates, leases]) {
    app.connectMicroservice({ strategy: transport }, { inheritAppConfig: true });
  }
  await app.startAllMicroservices();
  const writer = logs.writer('registry');
  let time: Companion | null = null;
  let isClosing = false;

  return {
    app,
    async activate(path, onProgress) {
      const file = await readBundleFile(path);
      const sizes = { partitions, treasuries };
      const activation = { logs, writer, store, clock: systemClock, logId, ...sizes, wallClock: Date.now };
      await publishBundle(activation, file.hash, file.text);
      await activateBundle(activation, file.hash, ['starter'], onProgress, () => !isClosing);
      return file;
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
      // Clients that opened a connection in advance would hold up the closing.
      const server = app.getHttpServer() as Server;
      setTimeout(() => server.closeAllConnections(), DRAIN_MS_MAX).unref();
      await app.close();
      await traces?.close();
    },
  };
}
