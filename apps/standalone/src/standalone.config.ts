import { LOG_LEVELS, type LogLevel } from '#telemetry/log';

// All that the one-process Updraft can be told, read from the environment once. The command line's options come first.

export interface StandaloneConfig {
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

const PARTITIONS_MAX = 256;

/** Every error names variable, value and rule, and they come all at once. */
export function readStandaloneConfig(
  env: Readonly<Record<string, string | undefined>>,
): StandaloneConfigOutcome {
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
  const isSet = (value: string): boolean => value !== '';
  const isWithin = (low: number, high: number) => (value: string) =>
    /^\d{1,5}$/.test(value) && Number(value) >= low && Number(value) <= high;
  const databaseUrl = env['DATABASE_URL'] ?? null;
  if (databaseUrl !== null && !/^postgres(ql)?:\/\/\S+$/.test(databaseUrl)) {
    errors.push('DATABASE_URL: the value (not shown) must be postgres://USER:PASSWORD@HOST:PORT/DATABASE');
  }
  const config: StandaloneConfig = {
    dataDirectory: read('UPDRAFT_DATA', '.updraft', isSet, 'must be a directory'),
    databaseUrl,
    prefix: read(
      'UPDRAFT_PREFIX',
      'updraft.',
      (value) => /^[A-Za-z0-9._-]{1,100}$/.test(value),
      'must be A-Z a-z 0-9 . _ -',
    ),
    partitions: Number(
      read(
        'UPDRAFT_PARTITIONS',
        '4',
        isWithin(1, PARTITIONS_MAX),
        `must be a number, 1 to ${PARTITIONS_MAX}`,
      ),
    ),
    zone: read('UPDRAFT_ZONE', 'Asia/Shanghai', isZone, 'must be an IANA time zone'),
    policy: read('UPDRAFT_POLICY', 'policies/starter/bundle.yaml', isSet, 'must be a policy file'),
    host: read('STANDALONE_HOST', '127.0.0.1', isSet, 'must be an address to listen on'),
    port: Number(read('STANDALONE_PORT', '8080', isWithin(0, 65_535), 'must be a port, 0 to 65535')),
    logLevel: read(
      'LOG_LEVEL',
      'info',
      (value) => LOG_LEVELS.includes(value as LogLevel),
      `must be one of ${LOG_LEVELS.join(', ')}`,
    ) as LogLevel,
  };
  return errors.length > 0 ? { config: null, errors } : { config: Object.freeze(config) };
}

/** What `--check-config` prints. */
export function maskedStandaloneConfig(config: StandaloneConfig): object {
  const databaseUrl = config.databaseUrl?.replace(/\/\/[^@/]*@/, '//***@') ?? null;
  return { ...config, databaseUrl };
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
