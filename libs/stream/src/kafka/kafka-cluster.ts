// Fetching without a consumer group. kafkajs has no `assign`: its consumer reads only as a group member,
// costs a join for every tail read, waits for the handlers of all batches before it fetches again, and
// hides the markers. Its cluster object underneath does just what we need, so this file, and only this
// file, reaches for it. What is used is written down as types below; the version is pinned and the contract
// suite runs over all of it.
import type { Kafka } from 'kafkajs';
import { UnavailableError, type LogRecord } from '../log.ts';
import { committedRecords, type AbortedTransaction, type FetchedRecord } from './committed-records.ts';
import { atMost, describeError, isErrorType } from './kafka-client.ts';

const READ_COMMITTED = 1;
const METADATA_MAX_AGE_MS = 60_000;
const DISCONNECT_MS_MAX = 2_000;

export interface PartitionFetch {
  readonly partition: number;
  readonly from: number;
}

export interface FetchLimits {
  /** How long the broker may hold an answer that would be empty. */
  readonly waitMs: number;
  readonly partitionBytesMax: number;
  readonly answerBytesMax: number;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
  /** The last stable offset. */
  readonly endOffset: number;
}

/** A partition was asked for an offset that it does not have: records are missing, or were removed. */
export class OffsetGoneError extends Error {
  override readonly name = 'OffsetGoneError';
  readonly partition: number;

  constructor(topic: string, partition: number) {
    super(`${topic}: partition ${partition} does not have the offset it was asked for`);
    this.partition = partition;
  }
}

export interface KafkaCluster {
  /** The leader's node id per partition. */
  leaders(topic: string): Promise<readonly string[]>;
  /** The last stable offset per partition. */
  ends(topic: string): Promise<readonly number[]>;
  /**
   * One request to one node. Requests of one cluster object wait for each other, so a long poll needs its
   * own.
   */
  fetch(
    node: string,
    topic: string,
    wanted: readonly PartitionFetch[],
    limits: FetchLimits,
  ): Promise<readonly FetchedPartition[]>;
  close(): Promise<void>;
}

interface ClusterInside {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { partitionId: number; leader: number }[];
  findBroker(wanted: { nodeId: string }): Promise<BrokerInside>;
  fetchTopicsOffset(
    topics: readonly {
      topic: string;
      fromBeginning: boolean;
      partitions: readonly { partition: number }[];
    }[],
  ): Promise<readonly { partitions: readonly { partition: number; offset: string }[] }[]>;
}

interface BrokerInside {
  fetch(request: {
    isolationLevel: number;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: readonly {
      topic: string;
      partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[];
    }[];
  }): Promise<{
    responses: readonly {
      partitions: readonly {
        partition: number;
        lastStableOffset: string;
        abortedTransactions: readonly AbortedTransaction[] | null;
        messages: readonly FetchedRecord[];
      }[];
    }[];
  }>;
}

type OpenCluster = (options: {
  metadataMaxAge: number;
  allowAutoTopicCreation: boolean;
  isolationLevel: number;
}) => ClusterInside;

/** Any error but a missing offset discards the connection; the next call opens a new one. */
export function openKafkaCluster(kafka: Kafka): KafkaCluster {
  let current: Promise<ClusterInside> | undefined;
  let closed = false;

  const open = async (): Promise<ClusterInside> => {
    const cluster = createInside(kafka);
    await cluster.connect();
    return cluster;
  };

  /** Calls under way on each connection. One that is between two requests would connect again after a disconnect. */
  const underWay = new Map<Promise<ClusterInside>, Set<Promise<unknown>>>();

  const discard = async (used: Promise<ClusterInside>): Promise<void> => {
    if (current === used) current = undefined;
    const calls: Iterable<Promise<unknown>> = underWay.get(used) ?? [];
    await atMost(DISCONNECT_MS_MAX, Promise.allSettled(calls));
    await atMost(
      DISCONNECT_MS_MAX,
      used.then((cluster) => cluster.disconnect()),
    );
  };

  const tracked = async <T>(used: Promise<ClusterInside>, call: Promise<T>): Promise<T> => {
    const calls = underWay.get(used) ?? new Set();
    underWay.set(used, calls);
    calls.add(call);
    try {
      return await call;
    } finally {
      calls.delete(call);
      if (calls.size === 0) underWay.delete(used);
    }
  };

  const withTopic = async <T>(topic: string, use: (cluster: ClusterInside) => Promise<T>): Promise<T> => {
    if (closed) throw new UnavailableError('the logs were closed');
    const used = (current ??= open());
    const call = async (): Promise<T> => {
      const cluster = await used;
      await cluster.addTargetTopic(topic);
      await cluster.refreshMetadataIfNecessary();
      return use(cluster);
    };
    try {
      return await tracked(used, call());
    } catch (error) {
      if (isErrorType(error, 'OFFSET_OUT_OF_RANGE')) {
        throw new OffsetGoneError(topic, (error as { partition?: number }).partition ?? -1);
      }
      void discard(used);
      if (isErrorType(error, 'UNKNOWN_TOPIC_OR_PARTITION'))
        throw new UnavailableError(`${topic} does not exist`);
      throw new UnavailableError(`${topic}: ${describeError(error)}`, { cause: error });
    }
  };

  return {
    leaders: (topic) => withTopic(topic, async (cluster) => leadersOf(cluster, topic)),
    ends: (topic) => withTopic(topic, (cluster) => endsOf(cluster, topic)),
    fetch: (node, topic, wanted, limits) =>
      withTopic(topic, (cluster) => fetchFrom(cluster, node, topic, wanted, limits)),
    close: async () => {
      closed = true;
      if (current !== undefined) await discard(current);
    },
  };
}

function createInside(kafka: Kafka): ClusterInside {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (symbol === undefined) throw new Error('this kafkajs is not the pinned 2.2.4: it has no createCluster');
  const create = (kafka as unknown as Record<symbol, OpenCluster>)[symbol] as OpenCluster;
  return create({
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
  });
}

function leadersOf(cluster: ClusterInside, topic: string): string[] {
  const leaders: string[] = [];
  for (const { partitionId, leader } of cluster.findTopicPartitionMetadata(topic)) {
    leaders[partitionId] = String(leader);
  }
  return leaders;
}

async function endsOf(cluster: ClusterInside, topic: string): Promise<number[]> {
  const partitions = leadersOf(cluster, topic).map((_, partition) => ({ partition }));
  const [answer] = await cluster.fetchTopicsOffset([{ topic, fromBeginning: false, partitions }]);
  const ends: number[] = [];
  for (const { partition, offset } of answer?.partitions ?? []) ends[partition] = Number(offset);
  if (ends.length !== partitions.length || ends.includes(undefined as never)) {
    throw new UnavailableError(`${topic}: not every partition told its end`);
  }
  return ends;
}

async function fetchFrom(
  cluster: ClusterInside,
  node: string,
  topic: string,
  wanted: readonly PartitionFetch[],
  limits: FetchLimits,
): Promise<FetchedPartition[]> {
  const broker = await cluster.findBroker({ nodeId: node });
  const { responses } = await broker.fetch({
    isolationLevel: READ_COMMITTED,
    maxWaitTime: limits.waitMs,
    minBytes: 1,
    maxBytes: limits.answerBytesMax,
    topics: [
      {
        topic,
        partitions: wanted.map(({ partition, from }) => ({
          partition,
          fetchOffset: String(from),
          maxBytes: limits.partitionBytesMax,
        })),
      },
    ],
  });
  const fromOf = new Map(wanted.map(({ partition, from }) => [partition, from]));
  return responses.flatMap(({ partitions }) =>
    partitions.map(({ partition, lastStableOffset, abortedTransactions, messages }) => ({
      partition,
      ...committedRecords(messages, abortedTransactions ?? [], fromOf.get(partition) ?? 0),
      endOffset: Number(lastStableOffset),
    })),
  );
}
