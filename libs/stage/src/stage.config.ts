import { maskedUrl, readEnvironment, type Environment } from '#telemetry/environment';
import type { LogLevel } from '#telemetry/log';
import type { TraceConfig } from '#telemetry/trace';

// All that a stage's process can be told, read from the environment once. Each stage's own config names its role.

export interface StageConfig extends TraceConfig {
  /** Secret: it may hold a password. */
  readonly databaseUrl: string;
  /** Null: the logs are tables of the same database. */
  readonly brokers: readonly string[] | null;
  /** Put before every log name: the workspace. */
  readonly prefix: string;
  /** The platform's topic that ingest reads; scoring's ticker looks whether it is behind. Null: there is none. */
  readonly inboundTopic: string | null;
  /** Where health and metrics are served. */
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
}

export type StageConfigOutcome =
  { readonly config: StageConfig } | { readonly config: null; readonly errors: readonly string[] };

/** All errors come at once. `role` is the variables' prefix. */
export function readStageConfig(
  env: Environment,
  role: 'SCORING' | 'ALLOCATOR' | 'TREASURY' | 'CENSUS',
  portDefault: number,
): StageConfigOutcome {
  const reader = readEnvironment(env);
  const databaseUrl = reader.databaseUrl(true);
  const brokers = reader.brokers(false);
  const config = {
    databaseUrl: databaseUrl ?? '',
    brokers: brokers.length === 0 ? null : brokers,
    prefix: reader.prefix(),
    inboundTopic: role === 'SCORING' ? reader.topic('INBOUND_TOPIC') : null,
    host: reader.host(`${role}_HOST`),
    port: reader.port(`${role}_PORT`, portDefault),
    ...reader.traces(),
    logLevel: reader.logLevel(),
  };
  if (config.inboundTopic !== null && config.brokers === null)
    reader.refuse('INBOUND_TOPIC', 'needs KAFKA_BROKERS: it is a topic of theirs');
  const { errors } = reader;
  return errors.length > 0 ? { config: null, errors } : { config: Object.freeze(config) };
}

/** What `--check-config` prints. */
export function maskedStageConfig(config: StageConfig): object {
  return { ...config, databaseUrl: maskedUrl(config.databaseUrl) };
}

/** `updraft.` names schema `updraft`: one workspace, one schema, as the store spells it. */
export function workspaceOf(prefix: string): string {
  return prefix.replace(/\.$/, '').toLowerCase().replaceAll(/[.-]/g, '_');
}
