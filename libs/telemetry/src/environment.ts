import { LOG_LEVELS, type LogLevel } from './log.ts';
import type { TraceConfig } from './trace.ts';

// What a process is told. Each app's own `*.config.ts` says which variables it reads and with what defaults; how a
// variable is checked, and how its error reads, is the same for all of them.

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables and collects errors, each with variable, value and rule, instead of stopping at the first. */
export interface EnvironmentReader {
  readonly errors: readonly string[];
  text(name: string, fallback: string, isValid: (value: string) => boolean, rule: string): string;
  whole(name: string, fallback: number, low: number, high: number, what: string): number;
  port(name: string, fallback: number): number;
  host(name: string): string;
  directory(name: string, fallback: string): string;
  /** Put before every log name: the workspace. */
  prefix(): string;
  logLevel(): LogLevel;
  /** Empty list: absent, where `isRequired` allows it. */
  brokers(isRequired: boolean): readonly string[];
  /** A secret: never shown in an error. Null: absent, where `isRequired` allows it. */
  databaseUrl(isRequired: boolean): string | null;
  /** The whole name of a topic that is not ours; null where it is absent. */
  topic(name: string): string | null;
  /** Where traces go, and of how many events. */
  traces(): TraceConfig;
  /** For a secret that is wrong: the rule without the value. */
  refuse(name: string, rule: string): void;
}

const BROKER = /^[^\s:,]+:\d{1,5}$/;
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
const PREFIX = /^[A-Za-z0-9._-]{0,100}$/;
const DATABASE_URL = /^postgres(ql)?:\/\/\S+$/;
const PORT_MAX = 65_535;
/** Without a password: what is sent with the spans stands in a variable of the exporter's own. */
const COLLECTOR = /^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/;
const RATIO = /^(0(\.\d{1,9})?|1(\.0{1,9})?)$/;
const TRACE_RATIO_DEFAULT = '0.001';
const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

export function readEnvironment(env: Environment): EnvironmentReader {
  const errors: string[] = [];
  const text: EnvironmentReader['text'] = (name, fallback, isValid, rule) => {
    const value = env[name] ?? fallback;
    if (!isValid(value)) errors.push(`${name}: ${JSON.stringify(value)} ${rule}`);
    return value;
  };
  const refuse = (name: string, rule: string): void => {
    errors.push(`${name}: the value (not shown) ${rule}`);
  };
  const whole: EnvironmentReader['whole'] = (name, fallback, low, high, what) => {
    const isWithin = (value: string): boolean =>
      /^\d{1,9}$/.test(value) && Number(value) >= low && Number(value) <= high;
    return Number(text(name, String(fallback), isWithin, `must be ${what}, ${low} to ${high}`));
  };
  const isSet = (value: string): boolean => value !== '';
  return {
    errors,
    text,
    whole,
    refuse,
    port: (name, fallback) => whole(name, fallback, 0, PORT_MAX, 'a port'),
    host: (name) => text(name, '127.0.0.1', isSet, 'must be an address to listen on'),
    directory: (name, fallback) => text(name, fallback, isSet, 'must be a directory'),
    prefix: () =>
      text('UPDRAFT_PREFIX', 'updraft.', (value) => PREFIX.test(value), 'must be A-Z a-z 0-9 . _ -'),
    topic(name) {
      const isTopic = (value: string): boolean => value === '' || TOPIC.test(value);
      const value = text(name, '', isTopic, 'must be the name of a Kafka topic, or absent');
      return value === '' ? null : value;
    },
    traces() {
      const isCollector = (value: string): boolean => COLLECTOR.test(value);
      const isAbsent = env[ENDPOINT] === undefined;
      const isRatio = (value: string): boolean => RATIO.test(value);
      return {
        traceEndpoint: isAbsent
          ? null
          : text(ENDPOINT, '', isCollector, 'must be http://HOST:PORT or https://HOST:PORT'),
        traceRatio: Number(
          text('UPDRAFT_TRACE_RATIO', TRACE_RATIO_DEFAULT, isRatio, 'must be 0 to 1, as a decimal'),
        ),
      };
    },
    logLevel() {
      const isLevel = (value: string): boolean => (LOG_LEVELS as readonly string[]).includes(value);
      return text('LOG_LEVEL', 'info', isLevel, `must be one of ${LOG_LEVELS.join(', ')}`) as LogLevel;
    },
    brokers(isRequired) {
      const areBrokers = (value: string): boolean =>
        value.split(',').every((broker) => BROKER.test(broker.trim()));
      const rule = 'must be a list of HOST:PORT with commas between';
      const value = isRequired
        ? text('KAFKA_BROKERS', '', areBrokers, rule)
        : text(
            'KAFKA_BROKERS',
            '',
            (list) => list === '' || areBrokers(list),
            `${rule}, or absent: the logs are then tables`,
          );
      return value === '' ? [] : value.split(',').map((broker) => broker.trim());
    },
    databaseUrl(isRequired) {
      const value = env['DATABASE_URL'] ?? null;
      if (value === null && !isRequired) return null;
      if (value === null || !DATABASE_URL.test(value)) {
        refuse('DATABASE_URL', 'must be postgres://USER:PASSWORD@HOST:PORT/DATABASE');
      }
      return value;
    },
  };
}

/** A database URL that can be printed. */
export function maskedUrl(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//***@');
}
