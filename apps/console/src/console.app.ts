import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HttpHealthModule } from '#telemetry/http-health.controller';
import { nestLog } from '#telemetry/nest-log';
import { ConsoleModule, HTTP_OPTIONS, type ConsoleParts } from './console.module.ts';

class ConsoleProcess {}

/** The console as a process of its own: the read side, health and metrics. */
export function createConsoleApp(parts: ConsoleParts): Promise<NestFastifyApplication> {
  const { health, registry, log } = parts;
  return NestFactory.create<NestFastifyApplication>(
    {
      module: ConsoleProcess,
      imports: [ConsoleModule.forRoot(parts), HttpHealthModule.forRoot({ health, registry })],
    },
    new FastifyAdapter(HTTP_OPTIONS),
    { logger: nestLog(log), abortOnError: false },
  );
}
