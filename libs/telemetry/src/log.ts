import { pino, type DestinationStream, type Logger } from 'pino';

// JSON lines for people and machines who run the service. There is no line per event: what is counted is a metric,
// and what happened to one event is in the logs of records.

export type Log = Logger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level?: LogLevel;
  /** Standard output where nothing else is given. */
  readonly destination?: DestinationStream;
}

/** A log whose lines carry `name`, the time in ISO form and the level in words. */
export function createLog(name: string, options: LogOptions = {}): Log {
  const settings = {
    level: options.level ?? 'info',
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // An error's own words and stack, wherever it is passed as `error`.
    serializers: { error: pino.stdSerializers.err },
    redact: ['authorization', '*.authorization', 'token', '*.token', 'pseudonymKey', '*.pseudonymKey'],
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
