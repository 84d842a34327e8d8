import { LOG_LEVELS, type LogLevel } from '#telemetry/log';

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

const BROKER = /^[^\s:,]+:\d{1,5}$/;
const PREFIX = /^[A-Za-z0-9._-]{0,100}$/;
const DATABASE_URL = /^postgres(ql)?:\/\/\S+$/;

/** Reads and checks everything; every error names variable, value and rule, and they come all at once. */
export function readConsoleConfig(env: Readonly<Record<string, string | undefined>>): ConfigOutcome {
  const errors: string[] = [];
  const read = (
    name: string,
    fallback: string,
    isValid: (value: string) => boolean,
    rule: string,
  ): string => {
    const value = env[name] ?? fallback;
    if (!isValid(value)) errors.push(`${name}: ${JSON.stringify(value)} ${rule}`);
    return value;
  };
  const databaseUrl = env['DATABASE_URL'] ?? '';
  if (!DATABASE_URL.test(databaseUrl)) {
    errors.push('DATABASE_URL: the value (not shown) must be postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  }
  const brokers = read(
    'KAFKA_BROKERS',
    '',
    (value) => value === '' || value.split(',').every((broker) => BROKER.test(broker.trim())),
    'must be a list of HOST:PORT with commas between, or absent: the logs are then tables',
  );
  const prefix = read(
    'UPDRAFT_PREFIX',
    'updraft.',
    (value) => PREFIX.test(value),
    'must be A-Z a-z 0-9 . _ -',
  );
  const host = read('CONSOLE_HOST', '127.0.0.1', (value) => value !== '', 'must be an address to listen on');
  const port = read('CONSOLE_PORT', '8081', isPort, 'must be a port, 0 to 65535');
  const dataDirectory = read('UPDRAFT_DATA', '.updraft', (value) => value !== '', 'must be a directory');
  const logLevel = read(
    'LOG_LEVEL',
    'info',
    (value) => LOG_LEVELS.includes(value as LogLevel),
    `must be one of ${LOG_LEVELS.join(', ')}`,
  ) as LogLevel;
  if (errors.length > 0) return { config: null, errors };
  return {
    config: Object.freeze({
      databaseUrl,
      brokers: brokers === '' ? null : brokers.split(',').map((broker) => broker.trim()),
      prefix,
      host,
      port: Number(port),
      dataDirectory,
      logLevel,
    }),
  };
}

/** What `--check-config` prints. */
export function maskedConfig(config: ConsoleConfig): object {
  return { ...config, databaseUrl: config.databaseUrl.replace(/\/\/[^/]*@/, '//***@') };
}

function isPort(value: string): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
}
