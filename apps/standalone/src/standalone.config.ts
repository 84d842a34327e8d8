import { maskedUrl, readEnvironment, type Environment } from '#telemetry/environment';
import type { LogLevel } from '#telemetry/log';
import type { TraceConfig } from '#telemetry/trace';

// All that the one-process Updraft can be told, read from the environment once. The command line's options come first.

export interface StandaloneConfig extends TraceConfig {
  /** Where the embedded database, tokens and keys are. */
  readonly dataDirectory: string;
  /** Secret. Null: the embedded database in the data directory. */
  readonly databaseUrl: string | null;
  /** The workspace: put before every log name, and the database's schema. */
  readonly prefix: string;
  readonly partitions: number;
  /** Market zone, IANA name. */
  readonly zone: string;
  /** Policy file to activate. */
  readonly policy: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
}

export type StandaloneConfigOutcome =
  { readonly config: StandaloneConfig } | { readonly config: null; readonly errors: readonly string[] };

const PARTITIONS_DEFAULT = 4;
const PARTITIONS_MAX = 256;
const PORT_DEFAULT = 8080;

/** All errors come at once. */
export function readStandaloneConfig(env: Environment): StandaloneConfigOutcome {
  const reader = readEnvironment(env);
  const isSet = (value: string): boolean => value !== '';
  const config = {
    dataDirectory: reader.directory('UPDRAFT_DATA', '.updraft'),
    databaseUrl: reader.databaseUrl(false),
    prefix: reader.prefix(),
    partitions: reader.whole('UPDRAFT_PARTITIONS', PARTITIONS_DEFAULT, 1, PARTITIONS_MAX, 'a number'),
    zone: reader.text('UPDRAFT_ZONE', 'Asia/Shanghai', isZone, 'must be an IANA time zone'),
    policy: reader.text('UPDRAFT_POLICY', 'policies/starter/bundle.yaml', isSet, 'must be a policy file'),
    host: reader.host('STANDALONE_HOST'),
    port: reader.port('STANDALONE_PORT', PORT_DEFAULT),
    ...reader.traces(),
    logLevel: reader.logLevel(),
  };
  const { errors } = reader;
  return errors.length > 0 ? { config: null, errors } : { config: Object.freeze(config) };
}

/** What `--check-config` prints. */
export function maskedStandaloneConfig(config: StandaloneConfig): object {
  return { ...config, databaseUrl: config.databaseUrl === null ? null : maskedUrl(config.databaseUrl) };
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
