import { SHARED } from '#contracts/logs';
import type { Difference, LogResult } from './compare-log.ts';
import { overallDigest } from './digest.ts';
import type { Stop } from './driven-stage.ts';
import { findIsolation, type Isolation } from './isolation.ts';
import type { RecordSource } from './record-source.ts';
import { FindingError } from './replay-finding.ts';
import { replayPartition, type ReplayContext, type Replayed, type Said } from './replay-partition.ts';
import { replayShared } from './replay-shared.ts';
import { openReplayWorker, type ReplayWorker } from './replay-worker.ts';
import { createSaidSpool } from './said-spool.ts';
import type { ReplayedLog } from './wire.ts';

// Replay: the activity of every partition, and then every log of treasury and census, goes through pipes to workers
// that reach nothing else, and what they produce is compared with what the logs hold. This process reads and compares;
// it never steps a record.
//
// The ends of the output logs are taken before the end of what leads to them, so that every recorded output has its
// cause in what is replayed, while the pipeline may go on publishing. What a treasury or census is told stands in its
// log before the end of activity is taken, and what it says stands in activity before its own end is.

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
  readonly treasuryRecords: number;
  readonly censusRecords: number;
  readonly isolation: Isolation;
}

/** About what a stage steps between two snapshots under load: freezing costs more than stepping where it is often. */
export const BATCH_RECORDS_DEFAULT = 40_000;
export const WORKERS_DEFAULT = 2;

export async function replay(source: RecordSource, options: ReplayOptions = {}): Promise<ReplayResult> {
  const { workers = WORKERS_DEFAULT, batchRecords = BATCH_RECORDS_DEFAULT, onProgress } = options;
  const isolation = options.isolation ?? findIsolation();
  const [partitions, treasuries] = [await source.partitions(), await source.treasuries()];
  const progress = {
    records: 0,
    total: 0,
    partitionsDone: 0,
    partitions: partitions + SHARED.length * treasuries,
  };
  const counts = { activity: 0, treasury: 0, census: 0 };
  const replayed: Replayed[] = [];
  const said = createSaidSpool();
  const pool = openPool(Math.min(workers, partitions), isolation);
  const contextOf = (log: keyof typeof counts, worker: ReplayWorker, partition: number): ReplayContext => ({
    source,
    worker,
    partition,
    batchRecords,
    said,
    onTotal: (records) => void (progress.total += records),
    onStepped(records) {
      counts[log] += records;
      progress.records += records;
      onProgress?.(progress);
    },
  });
  const round = (log: keyof typeof counts, count: number, run: (of: ReplayContext) => Promise<Replayed>) =>
    pool.each(count, async (worker, partition) => {
      replayed.push(await run(contextOf(log, worker, partition)));
      progress.partitionsDone += 1;
      onProgress?.(progress);
    });
  let finding: FindingError | null = null;
  try {
    await round('activity', partitions, replayPartition);
    for (const log of SHARED) await round(log, treasuries, (of) => replayShared(log, of));
  } catch (error) {
    if (!(error instanceof FindingError)) throw error;
    finding = error;
  } finally {
    pool.close();
    said.close();
  }
  return resultOf(replayed, finding, counts, isolation);
}

/** A few workers that share what there is to replay. */
function openPool(size: number, isolation: Isolation) {
  const workers: (ReplayWorker | null)[] = Array.from({ length: size }, () => null);
  const close = (): void => workers.forEach((worker) => worker?.close());
  return {
    close,
    /** Resolves when all are done; throws the first error. */
    async each(
      count: number,
      run: (worker: ReplayWorker, partition: number) => Promise<void>,
    ): Promise<void> {
      let next = 0;
      const failures: Error[] = [];
      const work = async (place: number): Promise<void> => {
        try {
          const worker = (workers[place] ??= await openReplayWorker(isolation));
          while (next < count && failures.length === 0) await run(worker, next++);
        } catch (error) {
          failures.push(error as Error);
          // The others are in the middle of partitions that nobody asks about any more.
          close();
        }
      };
      await Promise.all(workers.map((_, place) => work(place)));
      if (failures[0] !== undefined) throw failures[0];
    },
  };
}

function resultOf(
  replayed: readonly Replayed[],
  finding: FindingError | null,
  counts: Readonly<Record<ReplayedLog, number>>,
  isolation: Isolation,
): ReplayResult {
  const said = replayed.flatMap((each) => each.said);
  const logs = replayed.flatMap(({ results }) => results).map((result) => withSaid(result, said));
  logs.sort((a, b) => a.partition - b.partition);
  const producedDigests = logs.map((result) => ({ ...result, digest: result.producedDigest }));
  return {
    outcome: finding === null ? 'equal' : finding.difference === null ? 'stopped' : 'different',
    logs,
    digest: overallDigest(logs),
    producedDigest: overallDigest(producedDigests),
    difference: finding?.difference ?? null,
    stop: finding?.stop ?? null,
    activityRecords: counts.activity,
    treasuryRecords: counts.treasury,
    censusRecords: counts.census,
    isolation,
  };
}

/** Of a log that several write to, what each of them still has to write is counted together. */
function withSaid(result: LogResult, said: readonly Said[]): LogResult {
  const ofIt = said.filter(({ log, partition }) => log === result.log && partition === result.partition);
  if (ofIt.length === 0) return result;
  const sum = (part: 'notYetPublished' | 'notCompared'): number =>
    ofIt.reduce((all, each) => all + each[part], 0);
  return { ...result, notYetPublished: sum('notYetPublished'), notCompared: sum('notCompared') };
}
