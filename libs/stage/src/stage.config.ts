import { LOG_LEVELS, type LogLevel } from '#telemetry/log';

// All that a stage's process can be told, read from the environment once. Each stage's own config names its role.

export interface StageConfig {
  /** Secret: it may hold a password. */
  readonly databaseUrl: string;
  /** Null: the logs are tables of the same database. */
  readonly brokers: readonly string[] | null;
  /** Put before every log name: the workspace. */
  readonly prefix: string;
  /** Where health and metrics are served. */
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
}

export type StageConfigOutcome =
  { readonly config: StageConfig } | { readonly config: null; readonly errors: readonly string[] };

const BROKER = /^[^\s:,]+:\d{1,5}$/;
const PREFIX = /^[A-Za-z0-9._-]{0,100}$/;
const DATABASE_URL = /^postgres(ql)?:\/\/\S+$/;

/** Every error names variable, value and rule, and they come all at once. `role` is the variables' prefix. */
export function readStageConfig(
  env: Readonly<Record<string, string | undefined>>,
  role: 'SCORING' | 'ALLOCATOR',
  portDefault: number,
): StageConfigOutcome {
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
  const areBrokers = (value: string): boolean =>
    value === '' || value.split(',').every((broker) => BROKER.test(broker.trim()));
  const brokers = read(
    'KAFKA_BROKERS',
    '',
    areBrokers,
    'must be a list of HOST:PORT with commas between, or absent',
  );
  const prefix = read(
    'UPDRAFT_PREFIX',
    'updraft.',
    (value) => PREFIX.test(value),
    'must be A-Z a-z 0-9 . _ -',
  );
  const host = read(`${role}_HOST`, '127.0.0.1', (value) => value !== '', 'must be an address to listen on');
  const port = read(`${role}_PORT`, String(portDefault), isPort, 'must be a port, 0 to 65535');
  const isLevel = (value: string): boolean => LOG_LEVELS.includes(value as LogLevel);
  const logLevel = read('LOG_LEVEL', 'info', isLevel, `must be one of ${LOG_LEVELS.join(', ')}`);
  if (errors.length > 0) return { config: null, errors };
  return {
    config: Object.freeze({
      databaseUrl,
      brokers: brokers === '' ? null : brokers.split(',').map((broker) => broker.trim()),
      prefix,
      host,
      port: Number(port),
      logLevel: logLevel as LogLevel,
    }),
  };
}

/** What `--check-config` prints. */
export function maskedStageConfig(config: StageConfig): object {
  return { ...config, databaseUrl: config.databaseUrl.replace(/\/\/[^@/]*@/, '//***@') };
}

/** `updraft.` names schema `updraft`: one workspace, one schema, as the store spells it. */
export function workspaceOf(prefix: string): string {
  return prefix.replace(/\.$/, '').toLowerCase().replaceAll(/[.-]/g, '_');
}

function isPort(value: string): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
}
