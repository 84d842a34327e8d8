import { LOG_LEVELS, type LogLevel } from '#telemetry/log';

// All that the ingest process can be told, read from the environment once.

export interface IngestConfig {
  readonly brokers: readonly string[];
  /** Put before every log name: the workspace. */
  readonly prefix: string;
  readonly host: string;
  readonly port: number;
  /** Where tokens.json, tokens and pseudonym.key are. */
  readonly dataDirectory: string;
  /** Secret. Null: the key file in the data directory. */
  readonly pseudonymKeyHex: string | null;
  readonly logLevel: LogLevel;
}

export type ConfigOutcome =
  { readonly config: IngestConfig } | { readonly config: null; readonly errors: readonly string[] };

const BROKER = /^[^\s:,]+:\d{1,5}$/;
const PREFIX = /^[A-Za-z0-9._-]{0,100}$/;
const KEY_HEX = /^(?:[0-9a-fA-F]{2}){32,}$/;

/** Reads and checks everything; every error names variable, value and rule, and they come all at once. */
export function readIngestConfig(env: Readonly<Record<string, string | undefined>>): ConfigOutcome {
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
  const brokers = read(
    'KAFKA_BROKERS',
    '',
    (value) => value.split(',').every((broker) => BROKER.test(broker.trim())),
    'must be a list of HOST:PORT with commas between',
  );
  const prefix = read(
    'UPDRAFT_PREFIX',
    'updraft.',
    (value) => PREFIX.test(value),
    'must be A-Z a-z 0-9 . _ -',
  );
  const host = read('INGEST_HOST', '127.0.0.1', (value) => value !== '', 'must be an address to listen on');
  const port = read('INGEST_PORT', '8080', isPort, 'must be a port, 0 to 65535');
  const dataDirectory = read('UPDRAFT_DATA', '.updraft', (value) => value !== '', 'must be a directory');
  const logLevel = read(
    'LOG_LEVEL',
    'info',
    (value) => LOG_LEVELS.includes(value as LogLevel),
    `must be one of ${LOG_LEVELS.join(', ')}`,
  ) as LogLevel;
  const pseudonymKeyHex = env['UPDRAFT_PSEUDONYM_KEY'] ?? null;
  if (pseudonymKeyHex !== null && !KEY_HEX.test(pseudonymKeyHex)) {
    errors.push('UPDRAFT_PSEUDONYM_KEY: the value (not shown) must be at least 32 bytes in hex');
  }
  if (errors.length > 0) return { config: null, errors };
  return {
    config: Object.freeze({
      brokers: brokers.split(',').map((broker) => broker.trim()),
      prefix,
      host,
      port: Number(port),
      dataDirectory,
      pseudonymKeyHex,
      logLevel,
    }),
  };
}

/** What `--check-config` prints. */
export function maskedConfig(config: IngestConfig): object {
  return { ...config, pseudonymKeyHex: config.pseudonymKeyHex === null ? null : '***' };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function isPort(value: string): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
}
