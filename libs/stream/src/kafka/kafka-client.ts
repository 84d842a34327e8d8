import kafkajs, { type ISocketFactory, type Kafka, type KafkaConfig, type Message } from 'kafkajs';
import type { Appended } from '../log.ts';

/**
 * What the adapter wants a person to know. kafkajs' own log lines come as `debug`: it calls expected
 * answers errors ("concurrent transactions" before most publications), and every outcome that matters is
 * told by us.
 */
export type KafkaNotice = (
  level: 'error' | 'warn' | 'debug',
  message: string,
  detail: Readonly<Record<string, unknown>>,
) => void;

export interface KafkaLogsOptions {
  readonly brokers: readonly string[];
  /** Put before every log, group and transactional id: the workspace. */
  readonly prefix: string;
  readonly clientId: string;
  /** A member that is silent for this long loses its partitions. */
  readonly sessionTimeoutMs?: number;
  /** A request that is not answered for this long has failed, with an unknown outcome. */
  readonly requestTimeoutMs?: number;
  /** Of topics that `create` makes; the broker's default if absent. */
  readonly replicationFactor?: number;
  readonly notice?: KafkaNotice;
  readonly socketFactory?: ISocketFactory;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
}

export const SESSION_TIMEOUT_MS = 6_000;
export const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 3_000;

/** Encoding is synchronous: a send of very many tiny records would hold up the event loop. */
export const SEND_RECORDS_MAX = 5_000;
/** Beyond key and value a record costs lengths, offsets and a share of the batch's header. */
const RECORD_OVERHEAD_BYTES = 24;
/**
 * Key and value together must fit the broker's default `max.message.bytes` of 1,048,588 with room for
 * headers.
 */
export const KEY_AND_VALUE_BYTES_MAX = 1_000_000;

export function createKafkaClient(options: KafkaLogsOptions): Kafka {
  const notice = options.notice ?? printNotice;
  return new kafkajs.Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    // Set, because kafkajs has other defaults under NODE_ENV=test than in production.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2, retries: 5 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, timestamp: _, ...detail } = entry.log;
      notice('debug', `kafkajs: ${message}`, detail);
    },
    ...(options.socketFactory === undefined ? {} : { socketFactory: options.socketFactory }),
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
  });
}

/** Where nobody listens, warnings and errors go to standard error. */
export function printNotice(level: 'error' | 'warn' | 'debug', message: string): void {
  if (level !== 'debug') process.stderr.write(`${level}: ${message}\n`);
}

/** Partitions are always explicit: one function of ours decides them, never a client's. */
export const explicitPartitioner =
  () =>
  ({ message }: { message: Message }): number => {
    if (message.partition === undefined) throw new TypeError('a record without a partition');
    return message.partition;
  };

export function sizeOf(record: Appended): number {
  const key = record.key === null ? 0 : Buffer.byteLength(record.key);
  return key + record.value.length + RECORD_OVERHEAD_BYTES;
}

/** The Kafka error types from an error down through its causes. */
function errorTypes(error: unknown): string[] {
  const types: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('type' in at && typeof at.type === 'string') types.push(at.type);
    // kafkajs 2.2.4 predates PRODUCER_FENCED and knows it only by its code.
    if (at.message === 'Unknown error code 90') types.push('PRODUCER_FENCED');
  }
  return types;
}

export function isErrorType(error: unknown, ...types: readonly string[]): boolean {
  return errorTypes(error).some((type) => types.includes(type));
}

export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Waits for `work` at most this long; kafkajs' disconnect waits for answers that may never come. */
export async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
