import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.ts';

/** Nest's own lines in our form. Its start-up chatter is only for those who debug. */
export function nestLog(log: Log): LoggerService {
  return {
    log: (message: unknown, context?: string) => log.debug({ context }, String(message)),
    warn: (message: unknown, context?: string) => log.warn({ context }, String(message)),
    error: (message: unknown, stack?: string, context?: string) =>
      log.error({ context, stack }, String(message)),
    fatal: (message: unknown, context?: string) => log.fatal({ context }, String(message)),
    debug: (message: unknown, context?: string) => log.debug({ context }, String(message)),
    verbose: () => undefined,
  };
}
