import {
  Inject,
  Module,
  RequestMethod,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { TokenRecord } from '#contracts/tokens';
import type { Logs, LogWriter } from '#stream/log';
import type { Health } from '#telemetry/health';
import type { Log } from '#telemetry/log';
import type { Registry } from '#telemetry/metrics';
import { ProblemFilter } from '#telemetry/problem.filter';
import type { Traces } from '#telemetry/trace';
import { BODY_CONTENT_TYPES } from './cloudevents-http.ts';
import { BATCH_BYTES_MAX, DOOR_LIMITS, type DoorLimits } from './door-limits.ts';
import { DoorMiddleware } from './door.middleware.ts';
import { Door } from './door.ts';
import { EventsController } from './events.controller.ts';
import { ingestMetrics } from './ingest-metrics.ts';

export interface IngestOptions {
  readonly logs: Pick<Logs, 'writer'>;
  /** Partitions of the activity log. */
  readonly partitions: number;
  readonly config: { readonly pseudonymKey: Uint8Array; readonly limits?: Partial<DoorLimits> };
  readonly tokens: readonly TokenRecord[];
  /** Asked for each request: why nothing is taken in now; null: it is. */
  readonly closedBecause?: () => string | null;
  readonly health: Health;
  readonly registry: Registry;
  readonly log: Log;
  readonly traces?: Traces | null;
}

const WRITER = Symbol('WRITER');
const WRITER_NAME = 'ingest';

/** The HTTP door over whichever logs it is given. On Fastify; /healthz and its kin are mounted by the process. */
@Module({})
export class IngestModule
  implements NestModule, OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown
{
  static forRoot(options: IngestOptions): DynamicModule {
    const limits = { ...DOOR_LIMITS, ...options.config.limits };
    const { partitions, tokens, health, log } = options;
    const metrics = ingestMetrics(options.registry);
    return {
      module: IngestModule,
      controllers: [EventsController],
      providers: [
        { provide: WRITER, useFactory: () => options.logs.writer(WRITER_NAME) },
        {
          provide: Door,
          useFactory: (writer: LogWriter) =>
            new Door({
              partitions,
              pseudonymKey: options.config.pseudonymKey,
              limits,
              tokens,
              writer,
              metrics,
              health,
              closedBecause: options.closedBecause ?? (() => null),
              traces: options.traces ?? null,
            }),
          inject: [WRITER],
        },
        {
          provide: APP_FILTER,
          useFactory: (host: HttpAdapterHost) => new ProblemFilter(host, log),
          inject: [HttpAdapterHost],
        },
      ],
    };
  }

  constructor(
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
    private readonly door: Door,
    @Inject(WRITER) private readonly writer: LogWriter,
  ) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(DoorMiddleware).forRoutes({ path: 'v1/events', method: RequestMethod.POST });
  }

  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost;
    const parser = (_request: unknown, body: Buffer, done: (error: null, body: Buffer) => void): void =>
      done(null, body);
    httpAdapter.useBodyParser(BODY_CONTENT_TYPES, false, { bodyLimit: BATCH_BYTES_MAX }, parser);
  }

  beforeApplicationShutdown(): void {
    this.door.close();
  }

  /** The server has answered everybody by now; what timed out may still be under way, and `close` ends it. */
  async onApplicationShutdown(): Promise<void> {
    await this.writer.close();
  }
}
