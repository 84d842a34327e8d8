import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HttpHealthModule } from '#telemetry/http-health.controller';
import { nestLog } from '#telemetry/nest-log';
import { IngestModule, type IngestOptions } from './ingest.module.ts';

/** A client that does not get its request across in this time is hung up on, ms. */
const REQUEST_MS_MAX = 30_000;

class IngestProcess {}

/** The door as a process of its own: events, health and metrics. */
export function createIngestApp(options: IngestOptions): Promise<NestFastifyApplication> {
  const { health, registry, log } = options;
  return NestFactory.create<NestFastifyApplication>(
    {
      module: IngestProcess,
      imports: [IngestModule.forRoot(options), HttpHealthModule.forRoot({ health, registry })],
    },
    new FastifyAdapter({ requestTimeout: REQUEST_MS_MAX }),
    { logger: nestLog(log), abortOnError: false },
  );
}
