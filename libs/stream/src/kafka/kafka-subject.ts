// Kafka under the contract suite, with the faults that can be caused from the client's side.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import type { Fault, LogContractSubject } from '../log-contract.ts';
import type { Appended, Logs } from '../log.ts';
import { createKafkaClient, explicitPartitioner, type KafkaLogsOptions } from './kafka-client.ts';
import { createKafkaLogs } from './kafka-logs.ts';

export const KAFKA_FAULTS: readonly Fault[] = ['dropNextAppendAnswer', 'abortedSend'];

const SESSION_TIMEOUT_MS = 3_000;
/** Short, so that a dropped answer is missed soon. */
const REQUEST_TIMEOUT_MS = 1_500;
const PRODUCE_API_KEY = 0;

export function openKafkaSubject(brokers: readonly string[], prefix: string): LogContractSubject {
  const dropper = answerDropper();
  const options: KafkaLogsOptions = {
    brokers,
    prefix,
    clientId: 'contract',
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    notice: () => undefined,
  };
  const logs = createKafkaLogs({ ...options, socketFactory: dropper.socketFactory });
  const others: Logs[] = [];
  return {
    logs,
    second: () => {
      const other = createKafkaLogs({ ...options, clientId: 'contract-second' });
      others.push(other);
      return other;
    },
    // Kafka fences by the transactional id alone.
    claimSetup: () => Promise.resolve(),
    faults: {
      dropNextAppendAnswer: dropper.arm,
      abortedSend: (log, partition, records) => sendAborted(options, prefix + log, partition, records),
    },
    close: async () => {
      await Promise.all([logs, ...others].map((one) => one.close()));
    },
  };
}

/**
 * Once armed, the connection of the next produce request goes deaf: the broker writes, the client never
 * learns.
 */
function answerDropper(): { socketFactory: ISocketFactory; arm: () => void } {
  let armed = false;
  const deaf = new WeakSet<Socket>();
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port, noDelay: true }, onConnect);
    const write = socket.write.bind(socket) as (data: Buffer, ...rest: unknown[]) => boolean;
    socket.write = (data: unknown, ...rest: unknown[]): boolean => {
      const request = data as Buffer;
      if (armed && request.length > 6 && request.readInt16BE(4) === PRODUCE_API_KEY) {
        armed = false;
        deaf.add(socket);
      }
      return write(request, ...rest);
    };
    const emit = socket.emit.bind(socket) as (event: string | symbol, ...rest: unknown[]) => boolean;
    socket.emit = (event: string | symbol, ...rest: unknown[]): boolean =>
      event === 'data' && deaf.has(socket) ? true : emit(event, ...rest);
    return socket;
  };
  return {
    socketFactory,
    arm: () => {
      armed = true;
    },
  };
}

async function sendAborted(
  options: KafkaLogsOptions,
  topic: string,
  partition: number,
  records: readonly Appended[],
): Promise<void> {
  const transactionalId = `aborted-${randomBytes(5).toString('hex')}`;
  const open = (): ReturnType<ReturnType<typeof createKafkaClient>['producer']> =>
    createKafkaClient(options).producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: explicitPartitioner,
    });
  const producer = open();
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: records.map(({ key, value }) => ({ key, value, partition })) });
  await transaction.abort();
  await producer.disconnect();
  // The abort is acknowledged before its marker is written; the id can be taken again only after that.
  const next = open();
  await next.connect();
  await next.transaction();
  await next.disconnect();
}
