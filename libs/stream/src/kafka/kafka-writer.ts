// A group-commit loop. Appends queue up while a send is in flight; the next send takes as many as fit.
// There is one send in flight, so "everything unacknowledged" is that send plus the queue behind it, in
// order.
//
// On any error of a send the producer is thrown away and the same records go through a new one. kafkajs
// would reuse the sequence number after an ambiguous error, and a later send of equal length would be
// answered "duplicate", that is success, without being written. A new producer has a new id: a record may
// stand in the log twice, never not.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka, Producer } from 'kafkajs';
import { OversizeError, UnavailableError, type Appended, type LogWriter } from '../log.ts';
import {
  atMost,
  describeError,
  explicitPartitioner,
  isErrorType,
  sizeOf,
  SEND_RECORDS_MAX,
  type KafkaNotice,
} from './kafka-client.ts';
import { assertFits, cutIntoSends, sendOnce, type Addressed } from './kafka-sends.ts';
import { SEND_BYTES_MAX } from '../log.ts';

/** Callers watch pendingBytes(); this is where a careless one is stopped. */
const PENDING_BYTES_MAX = 256 * 1024 * 1024;
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 2_000;
/** What `close` gives accepted records to be acknowledged. */
const FLUSH_MS_MAX = 5_000;
const DISCONNECT_MS_MAX = 2_000;

export interface WriterSetting {
  readonly kafka: Kafka;
  readonly name: string;
  readonly topicOf: (log: string) => string;
  readonly requestTimeoutMs: number;
  readonly notice: KafkaNotice;
}

/** One call of `append`; it is settled when its last piece is. */
interface Call {
  readonly log: string;
  resolve(): void;
  reject(error: Error): void;
  pieces: number;
  refused?: Error;
}

/** As much of an append as one send takes. */
interface Piece {
  readonly call: Call;
  readonly records: readonly Addressed[];
  readonly bytes: number;
}

export function createKafkaWriter(setting: WriterSetting): LogWriter {
  const queue: Piece[] = [];
  let pendingBytes = 0;
  let producer: Producer | undefined;
  let closing = false;
  let abandoned = false;
  let loop: Promise<void> | undefined;

  function settle(piece: Piece, refused?: Error): void {
    pendingBytes -= piece.bytes;
    const { call } = piece;
    call.pieces--;
    if (refused !== undefined) call.refused = refused;
    if (call.pieces > 0) return;
    if (call.refused === undefined) call.resolve();
    else call.reject(call.refused);
  }

  async function discardProducer(): Promise<void> {
    const old = producer;
    producer = undefined;
    if (old !== undefined) await atMost(DISCONNECT_MS_MAX, old.disconnect());
  }

  async function attempt(pieces: readonly Piece[]): Promise<void> {
    producer ??= createProducer(setting.kafka);
    // Connecting again is free; the first time it also fetches the producer's id.
    await producer.connect();
    const records = pieces.length === 1 ? pieces[0]!.records : pieces.flatMap((piece) => piece.records);
    await sendOnce(producer, records, setting.requestTimeoutMs);
  }

  async function deliver(pieces: readonly Piece[]): Promise<void> {
    for (let retryMs = RETRY_MS_MIN; ; retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)) {
      if (abandoned) {
        const error = new UnavailableError(
          `writer ${setting.name} was closed before the broker acknowledged`,
        );
        return pieces.forEach((piece) => settle(piece, error));
      }
      try {
        await attempt(pieces);
        return pieces.forEach((piece) => settle(piece));
      } catch (error) {
        void discardProducer();
        if (isErrorType(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) return refuse(pieces);
        const detail = { records: pieces.reduce((sum, { records }) => sum + records.length, 0), retryMs };
        setting.notice('warn', `writer ${setting.name} sends again: ${describeError(error)}`, detail);
        await sleep(retryMs);
      }
    }
  }

  /** The topic takes less than we assumed: find out whose records, so that nobody else's are lost. */
  async function refuse(pieces: readonly Piece[]): Promise<void> {
    const [only] = pieces;
    if (pieces.length === 1 && only !== undefined) {
      return settle(
        only,
        new OversizeError(`${only.call.log}: the broker refused ${only.bytes} bytes as too large`),
      );
    }
    for (const piece of pieces) await deliver([piece]);
  }

  async function run(): Promise<void> {
    // Appends of the same turn of the event loop share the first send.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) await deliver(takeSend(queue));
    loop = undefined;
  }

  function append(log: string, partition: number, records: readonly Appended[]): Promise<void> {
    if (closing) return Promise.reject(new UnavailableError(`writer ${setting.name} is closed`));
    if (pendingBytes > PENDING_BYTES_MAX) {
      const rule = `${pendingBytes} bytes are unacknowledged, at most ${PENDING_BYTES_MAX} may be`;
      return Promise.reject(new UnavailableError(`writer ${setting.name}: ${rule}`));
    }
    if (records.length === 0) return Promise.resolve();
    try {
      for (const record of records) assertFits(record, log);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    const topic = setting.topicOf(log);
    const sends = cutIntoSends(records.map(({ key, value }) => ({ topic, partition, key, value })));
    return new Promise((resolve, reject) => {
      const call: Call = { log, resolve, reject, pieces: sends.length };
      for (const send of sends) {
        const bytes = send.reduce((sum, record) => sum + sizeOf(record), 0);
        pendingBytes += bytes;
        queue.push({ call, records: send, bytes });
      }
      loop ??= run();
    });
  }

  return {
    append,
    pendingBytes: () => pendingBytes,
    close: async () => {
      closing = true;
      if (loop !== undefined) await atMost(FLUSH_MS_MAX, loop);
      abandoned = true;
      await discardProducer();
      await loop;
    },
  };
}

/** The longest run from the front that fits one send; at least one piece. */
function takeSend(queue: Piece[]): Piece[] {
  let bytes = 0;
  let records = 0;
  let count = 0;
  for (const piece of queue) {
    bytes += piece.bytes;
    records += piece.records.length;
    if (count > 0 && (bytes > SEND_BYTES_MAX || records > SEND_RECORDS_MAX)) break;
    count++;
  }
  return queue.splice(0, count);
}

function createProducer(kafka: Kafka): Producer {
  return kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: explicitPartitioner,
    // kafkajs asks for at least one; a repeat of the same send by the same producer is recognised by the
    // broker.
    retry: { retries: 1, initialRetryTime: RETRY_MS_MIN },
  });
}
