// The transactional publisher of one stage partition: step 1 of a take-over and every publication after it.
//
// A producer object sends InitProducerId at its first `transaction()`, which raises the epoch of the
// transactional id: the broker aborts what an earlier owner left open, waits until its markers are written,
// and refuses the earlier owner from then on. So the first transaction is begun here, before the publisher
// is handed out. Nothing is open at the broker by that (a transaction begins there with its first send), so
// it may stay open for as long as it likes.
//
// Only one transactional producer per partition is ever alive, and logs with several writers are never
// written transactionally, so a dead writer holds up nobody else's last stable offset.
import type { Kafka, Producer, Transaction } from 'kafkajs';
import { AmbiguousError, FencedError, UnavailableError, type Published, type Publisher } from '../log.ts';
import { atMost, describeError, explicitPartitioner, isErrorType } from './kafka-client.ts';
import { assertFits, cutIntoSends, sendOnce } from './kafka-sends.ts';

/** The broker aborts a transaction that is open for longer than this. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** A publication that takes longer has an unknown outcome. Longer than a transaction can last. */
const PUBLISH_TIMEOUT_MS = 20_000;
const DISCONNECT_MS_MAX = 2_000;
const FENCING_ERRORS = ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED'] as const;

export interface PublisherSetting {
  readonly kafka: Kafka;
  readonly transactionalId: string;
  readonly topicOf: (log: string) => string;
  readonly requestTimeoutMs: number;
}

export async function openKafkaPublisher(setting: PublisherSetting): Promise<Publisher> {
  const producer = createProducer(setting);
  let open: Transaction | undefined;
  try {
    await producer.connect();
    open = await producer.transaction();
  } catch (error) {
    void atMost(DISCONNECT_MS_MAX, producer.disconnect());
    const message = `publisher ${setting.transactionalId} could not begin: ${describeError(error)}`;
    throw new UnavailableError(message, { cause: error });
  }

  let unusable: Error | undefined;
  let busy = false;

  const publishAll = async (outputs: readonly Published[]): Promise<ReadonlyMap<string, number>> => {
    const transaction = open ?? (await producer.transaction());
    open = undefined;
    const firstOffsets = new Map<string, number>();
    try {
      const addressed = outputs.map((output) => ({ ...output, topic: setting.topicOf(output.log) }));
      for (const send of cutIntoSends(addressed)) {
        const firstByTopic = await sendOnce(transaction, send, setting.requestTimeoutMs);
        for (const { log, topic } of send) {
          const first = firstByTopic.get(topic);
          if (first !== undefined && !firstOffsets.has(log)) firstOffsets.set(log, first);
        }
      }
    } catch (error) {
      // Without a commit nothing of it will ever be visible; the abort only spares readers the time-out.
      await transaction.abort().catch(() => undefined);
      throw error;
    }
    await transaction.commit();
    return firstOffsets;
  };

  return {
    publish: async (outputs) => {
      if (unusable !== undefined) throw unusable;
      if (busy) throw new Error(`publisher ${setting.transactionalId} was called while it was publishing`);
      for (const output of outputs) assertFits(output, output.log);
      if (outputs.length === 0) return new Map();
      busy = true;
      try {
        return await withDeadline(publishAll(outputs), setting.transactionalId);
      } catch (error) {
        // A failed commit leaves kafkajs' object unusable, and an unknown outcome must not be published over.
        unusable = toPublishError(error, setting.transactionalId);
        void atMost(DISCONNECT_MS_MAX, producer.disconnect());
        throw unusable;
      } finally {
        busy = false;
      }
    },
    close: async () => {
      unusable ??= new FencedError(`publisher ${setting.transactionalId} was closed`);
      await atMost(DISCONNECT_MS_MAX, producer.disconnect());
    },
  };
}

function createProducer({ kafka, transactionalId }: PublisherSetting): Producer {
  return kafka.producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    allowAutoTopicCreation: false,
    createPartitioner: explicitPartitioner,
    // The next transaction often meets CONCURRENT_TRANSACTIONS while the markers of the last one are being
    // written; kafkajs' first back-off of 300 ms would be most of the latency.
    retry: { initialRetryTime: 5, maxRetryTime: 200, retries: 50 },
  });
}

async function withDeadline<T>(work: Promise<T>, transactionalId: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `publisher ${transactionalId} did not end within ${PUBLISH_TIMEOUT_MS} ms`;
    timer = setTimeout(() => reject(new Error(message)), PUBLISH_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function toPublishError(error: unknown, transactionalId: string): Error {
  const message = `publisher ${transactionalId}: ${describeError(error)}`;
  if (isErrorType(error, ...FENCING_ERRORS)) return new FencedError(message, { cause: error });
  return new AmbiguousError(message, { cause: error });
}
