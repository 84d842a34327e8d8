import type { Logs } from '#stream/log';
import { logSource } from '#tools/replay/record-source';
import { replay } from '#tools/replay/replay';
import { measureCluster, type ClusterMeasure } from './cluster.ts';
import type { Figures } from './figures.ts';

// What processes wrote is replayed once they have ended, from the same broker and up to the verdict: how much faster
// a history is checked than it was made. Beside the workers runs the process that reads and compares.

export interface ReplayFigures {
  readonly workers: number;
  /** Activity: events, ticks and the records that begin it. */
  readonly records: number;
  /** From nothing to the verdict, the start of the workers included. */
  readonly seconds: number;
  /** Over all that replay produced. */
  readonly digest: string;
  /** Of the process that reads and compares, without the workers. */
  readonly readerCpuSeconds: number;
}

export async function measureReplay(
  wanted: ClusterMeasure,
  workers: number,
): Promise<{ readonly live: Figures; readonly replayed: ReplayFigures }> {
  let replayed: ReplayFigures | null = null;
  const { figures } = await measureCluster({
    ...wanted,
    latencySeconds: 0,
    afterwards: async (logs) => {
      replayed = await timeReplay(logs, workers);
    },
  });
  return { live: figures, replayed: replayed! };
}

async function timeReplay(logs: Logs, workers: number): Promise<ReplayFigures> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const result = await replay(logSource(logs, 'bench'), { workers });
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(before);
  if (result.outcome !== 'equal') {
    const { difference, stop } = result;
    throw new Error(`the replay is ${result.outcome}: ${JSON.stringify({ difference, stop })}`);
  }
  const missing = result.logs.reduce((sum, { notYetPublished }) => sum + notYetPublished, 0);
  if (missing > 0) throw new Error(`the live run left ${missing} records unpublished: it had not ended`);
  const { activityRecords: records, producedDigest: digest } = result;
  return { workers, records, seconds, digest, readerCpuSeconds: (user + system) / 1e6 };
}

export function replayLines(live: Figures, replayed: ReplayFigures): string[] {
  const { workers, records, seconds, digest, readerCpuSeconds } = replayed;
  const { events } = live.loaded;
  const rate = events / seconds;
  return [
    `Replay of all that by ${workers} workers: equal, digest ${digest}`,
    `  ${Math.round(rate)} events/s: ${records} records of activity in ${seconds.toFixed(1)} s; the process that ` +
      `reads and compares used ${readerCpuSeconds.toFixed(1)} CPU-seconds of it`,
    `  ${(live.seconds / seconds).toFixed(2)} times the live throughput`,
  ];
}
