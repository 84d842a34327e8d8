import { readEnvironment, type Environment } from '#telemetry/environment';
import type { LogLevel } from '#telemetry/log';
import type { TraceConfig } from '#telemetry/trace';

// All that the ingest process can be told, read from the environment once.

export interface IngestConfig extends TraceConfig {
  readonly brokers: readonly string[];
  /** Put before every log name: the workspace. */
  readonly prefix: string;
  readonly host: string;
  readonly port: number;
  /** The platform's own topic to read events from, by its whole name; null: the HTTP door alone. */
  readonly inboundTopic: string | null;
  /** Where tokens.json, tokens and pseudonym.key are. */
  readonly dataDirectory: string;
  /** Secret. Null: the key file in the data directory. */
  readonly pseudonymKeyHex: string | null;
  readonly logLevel: LogLevel;
}

export type ConfigOutcome =
  { readonly config: IngestConfig } | { readonly config: null; readonly errors: readonly string[] };

const KEY_HEX = /^(?:[0-9a-fA-F]{2}){32,}$/;
const PORT_DEFAULT = 8080;

/** Reads and checks everything; all errors come at once. */
export function readIngestConfig(env: Environment): ConfigOutcome {
  const reader = readEnvironment(env);
  const pseudonymKeyHex = env['UPDRAFT_PSEUDONYM_KEY'] ?? null;
  const config = {
    brokers: reader.brokers(true),
    prefix: reader.prefix(),
    host: reader.host('INGEST_HOST'),
    port: reader.port('INGEST_PORT', PORT_DEFAULT),
    inboundTopic: reader.topic('INBOUND_TOPIC'),
    dataDirectory: reader.directory('UPDRAFT_DATA', '.updraft'),
    pseudonymKeyHex,
    ...reader.traces(),
    logLevel: reader.logLevel(),
  };
  if (pseudonymKeyHex !== null && !KEY_HEX.test(pseudonymKeyHex)) {
    reader.refuse('UPDRAFT_PSEUDONYM_KEY', 'must be at least 32 bytes in hex');
  }
  const { errors } = reader;
  return errors.length > 0 ? { config: null, errors } : { config: Object.freeze(config) };
}

/** What `--check-config` prints. */
export function maskedConfig(config: IngestConfig): object {
  return { ...config, pseudonymKeyHex: config.pseudonymKeyHex === null ? null : '***' };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
