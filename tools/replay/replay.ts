import {
  compareLog,
  differenceOf,
  type Difference,
  type LogComparison,
  type LogResult,
} from './compare-log.ts';
import { createDigest, digestOf, overallDigest } from './digest.ts';
import { findIsolation, type Isolation } from './isolation.ts';
import { createLatestByKey } from './latest-by-key.ts';
import type { Stop } from './partition-replay.ts';
import { readBundles, readQuarantine, takeEnd, type RawBatch, type RecordSource } from './record-source.ts';
import { asBatches, isAfter, lettersOnce, readGrants } from './recorded-log.ts';
import { openReplayWorker, type ReplayWorker } from './replay-worker.ts';
import type { ProducedRecord } from './wire.ts';

// Replay: the activity of every partition goes through pipes to workers that reach nothing else, and what they
// produce is compared with what the logs hold. This process reads and compares; it never steps a record.
//
// The ends of the output logs are taken before the end of activity, so that every recorded output has its cause in
// what is replayed, while the pipeline may go on publishing.

export interface ReplayOptions {
  /** Records that a worker steps before it freezes its rows. Outcomes must not depend on it. */
  readonly batchRecords?: number;
  readonly workers?: number;
  readonly isolation?: Isolation;
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  readonly records: number;
  /** Known as far as the partitions were opened. */
  readonly total: number;
  readonly partitionsDone: number;
  readonly partitions: number;
}

export interface ReplayResult {
  readonly outcome: 'equal' | 'different' | 'stopped';
  /** Of the partitions that were compared to their end, by partition. */
  readonly logs: readonly LogResult[];
  /** One digest over all recorded logs, and one over all that replay produced. */
  readonly digest: string;
  readonly producedDigest: string;
  readonly difference: Difference | null;
  readonly stop: Stop | null;
  readonly activityRecords: number;
  readonly isolation: Isolation;
}

/** About what a stage steps between two snapshots under load: freezing costs more than stepping where it is often. */
export const BATCH_RECORDS_DEFAULT = 40_000;
export const WORKERS_DEFAULT = 2;

export async function replay(source: RecordSource, options: ReplayOptions = {}): Promise<ReplayResult> {
  const { workers: workersMax = WORKERS_DEFAULT, batchRecords = BATCH_RECORDS_DEFAULT } = options;
  const isolation = options.isolation ?? findIsolation();
  const partitions = await source.partitions();
  const progress = { records: 0, total: 0, partitionsDone: 0, partitions };
  const logs: LogResult[] = [];
  const workers: ReplayWorker[] = [];
  let next = 0;
  let failure: Error | null = null;

  const work = async (): Promise<void> => {
    const worker = await openReplayWorker(isolation);
    workers.push(worker);
    while (next < partitions && failure === null) {
      const context = { source, worker, partition: next++, batchRecords, progress, tell: options.onProgress };
      logs.push(...(await replayPartition(context)));
      progress.partitionsDone += 1;
      options.onProgress?.(progress);
    }
  };
  const untilFailure = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failure ??= error as Error;
      // The others are in the middle of partitions that nobody asks about any more.
      for (const worker of workers) worker.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workersMax, partitions) }, untilFailure));
  for (const worker of workers) worker.close();
  // The compiler does not see that the loop above may have set it.
  const failed = failure as Error | null;
  if (failed !== null && !(failed instanceof FindingError)) throw failed;
  return resultOf(logs, failed, progress.records, isolation);
}

function resultOf(
  logs: LogResult[],
  finding: FindingError | null,
  activityRecords: number,
  isolation: Isolation,
): ReplayResult {
  logs.sort((a, b) => a.partition - b.partition);
  const producedDigests = logs.map((result) => ({ ...result, digest: result.producedDigest }));
  return {
    outcome: finding === null ? 'equal' : finding.difference === null ? 'stopped' : 'different',
    logs,
    digest: overallDigest(logs),
    producedDigest: overallDigest(producedDigests),
    difference: finding?.difference ?? null,
    stop: finding?.stop ?? null,
    activityRecords,
    isolation,
  };
}

/** Ends the replay of a partition at the first thing found. */
class FindingError extends Error {
  override readonly name = 'FindingError';

  constructor(
    readonly difference: Difference | null,
    readonly stop: Stop | null,
  ) {
    super(difference === null ? 'replay stopped' : 'replay differs');
  }
}

interface PartitionContext {
  readonly source: RecordSource;
  readonly worker: ReplayWorker;
  readonly partition: number;
  readonly batchRecords: number;
  readonly progress: { records: number; total: number; partitionsDone: number; partitions: number };
  readonly tell: ReplayOptions['onProgress'];
}

async function replayPartition(context: PartitionContext): Promise<LogResult[]> {
  const { source, worker, partition, batchRecords, progress, tell } = context;
  const decisions = await takeEnd(source.read('decisions', partition));
  const capability = await takeEnd(source.read('capability', partition));
  const letters = await takeEnd(source.read('dead-letters', partition));
  const comparisons = {
    decisions: compareLog('decisions', partition, decisions),
    capability: compareLog('capability', partition, capability),
    'dead-letters': compareLog('dead-letters', partition, lettersOnce(letters, `scoring/${partition}`)),
  };
  const grants = await compareGrants(source, partition);
  try {
    const taken = await takeEnd(source.read('activity', partition));
    const activity = digestActivity(taken, partition, (records) => {
      progress.total += records;
    });
    // After the end of activity: whatever it names was written before it.
    const quarantine = await readQuarantine(source, partition);
    const bundles = await readBundles(source);
    await worker.run(
      { partition, batchRecords, quarantine, bundles, activity: activity.batches },
      {
        async produced(record) {
          if (record.log === 'grants') return grants.add(record);
          found(await comparisons[record.log].meet(record));
          if (record.log === 'decisions') grants.decided(comparisons.decisions.published());
        },
        stepped(records) {
          progress.records += records;
          tell?.(progress);
        },
        stopped(stop) {
          throw new FindingError(null, stop);
        },
      },
    );
    for (const comparison of Object.values(comparisons)) found(await comparison.finish());
    found(missingLetter(comparisons['dead-letters'], comparisons.capability));
    const grantsResult = await grants.finish();
    return [activity.result(), ...Object.values(comparisons).map((each) => each.result()), grantsResult];
  } finally {
    grants.close();
  }
}

/** Dead letters are acknowledged before what was published with them: one from before that must be there. */
function missingLetter(letters: LogComparison, capability: LogComparison): Difference | null {
  const letter = letters.firstUnpublished();
  const end = capability.publishedEnd();
  if (letter === null || end === null || isAfter(letter.position, end)) return null;
  const { log, partition } = letters.result();
  return differenceOf(log, partition, letter.position, null, letter);
}

function found(difference: Difference | null): void {
  if (difference !== null) throw new FindingError(difference, null);
}

interface GrantComparison {
  add(record: ProducedRecord): void;
  /** After each decision: how many of them the log holds. The grant of a decision comes right after it. */
  decided(published: number): void;
  finish(): Promise<LogResult>;
  close(): void;
}

/**
 * The newest record per grant. The log was read once, at a moment: replay's grants up to the newest position found
 * there are compared, later ones are not yet published. A grant whose decision is published must be there, because
 * both were published in one step.
 */
async function compareGrants(source: RecordSource, partition: number): Promise<GrantComparison> {
  const { latest: recorded, lastPosition } = await readGrants(source, partition);
  const published = createLatestByKey();
  const late = createLatestByKey();
  const comparison = compareLog('grants', partition, asBatches(recorded.entries()));
  let isDecisionPublished = false;
  let decisionsPublished = 0;
  return {
    add(record) {
      if (lastPosition !== null && !isAfter(record.position, lastPosition)) return published.add(record);
      if (!isDecisionPublished) return late.add(record);
      throw new FindingError(differenceOf('grants', partition, record.position, null, record), null);
    },
    decided(count) {
      isDecisionPublished = count > decisionsPublished;
      decisionsPublished = count;
    },
    async finish() {
      for (const record of published.entries()) found(await comparison.meet(record));
      found(await comparison.finish());
      const notYetPublished = late.keys();
      for (const record of late.entries()) published.add(record);
      return { ...comparison.result(), notYetPublished, producedDigest: digestOf(published.entries()) };
    },
    close() {
      for (const each of [recorded, published, late]) each.close();
    },
  };
}

/** Activity on its way to the worker, digested as it passes. */
function digestActivity(
  batches: AsyncIterable<RawBatch>,
  partition: number,
  onTotal: (records: number) => void,
): { readonly batches: AsyncIterable<RawBatch>; result(): LogResult } {
  const digest = createDigest();
  async function* pass(): AsyncGenerator<RawBatch, void, undefined> {
    let isFirst = true;
    for await (const batch of batches) {
      if (isFirst) onTotal(batch.endOffset);
      isFirst = false;
      for (const { offset, key, value } of batch.records) {
        digest.add({ position: `${partition}/${offset}`, key, value });
      }
      yield batch;
    }
  }
  return {
    batches: pass(),
    result() {
      const hex = digest.hex();
      const counts = { recorded: digest.records(), notYetPublished: 0 };
      return { log: 'activity', partition, ...counts, digest: hex, producedDigest: hex };
    },
  };
}
