import { maskedUrl, readEnvironment, type Environment } from '#telemetry/environment';
import type { LogLevel } from '#telemetry/log';

// All that the console process can be told, read from the environment once.

export interface ConsoleConfig {
  /** Secret: it may hold a password. */
  readonly databaseUrl: string;
  /** Null: the logs are tables of the same database. */
  readonly brokers: readonly string[] | null;
  /** Put before every log name: the workspace. */
  readonly prefix: string;
  readonly host: string;
  readonly port: number;
  /** Where tokens.json is. */
  readonly dataDirectory: string;
  readonly logLevel: LogLevel;
}

export type ConfigOutcome =
  { readonly config: ConsoleConfig } | { readonly config: null; readonly errors: readonly string[] };

const PORT_DEFAULT = 8081;

/** Reads and checks everything; all errors come at once. */
export function readConsoleConfig(env: Environment): ConfigOutcome {
  const reader = readEnvironment(env);
  const databaseUrl = reader.databaseUrl(true);
  const brokers = reader.brokers(false);
  const config = {
    databaseUrl: databaseUrl ?? '',
    brokers: brokers.length === 0 ? null : brokers,
    prefix: reader.prefix(),
    host: reader.host('CONSOLE_HOST'),
    port: reader.port('CONSOLE_PORT', PORT_DEFAULT),
    dataDirectory: reader.directory('UPDRAFT_DATA', '.updraft'),
    logLevel: reader.logLevel(),
  };
  const { errors } = reader;
  return errors.length > 0 ? { config: null, errors } : { config: Object.freeze(config) };
}

/** What `--check-config` prints. */
export function maskedConfig(config: ConsoleConfig): object {
  return { ...config, databaseUrl: maskedUrl(config.databaseUrl) };
}
