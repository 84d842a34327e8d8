import { DAY_MS } from '#domain/time';
import { playSeason } from '#sim/marketplace/demo-season';
import { createMarketplace } from '#sim/marketplace/marketplace';
import { packFolder } from '#sim/marketplace/shapes';
import type { Backbone } from '#stage/backbone';
import type { Logs } from '#stream/log';
import { beginSeason } from '#tools/chaos/begin-season';
import { followPublished, until, whatIsBehind } from '#tools/chaos/partition-watch';
import type { RunningProcess } from '#tools/cluster/run-cluster';
import { activeGrants, trainingOffers } from '#tools/start/active-grants';
import {
  countOutputs,
  differences,
  followLastOutput,
  isProjected,
  numbered,
  openClusterUnderTest,
  serviceCpu,
  startAll,
} from './cluster-work.ts';
import { lastDays, SEED, STEP_MS } from './season-days.ts';
import type { SeasonMeasure } from './season.ts';

// The season of a marketplace on a broker and a database of their own: simulated merchants who answer to what they are
// given. Simulator and processes take turns; while it plays the next hours they have nothing to do, and nobody's clock
// runs. Of each turn the time counts from the first record written until the last decision could be read.

export interface ClusterSeasonMeasure extends SeasonMeasure {
  readonly partitions: number;
  readonly scoring: number;
  readonly allocators: number;
  readonly postgresUrl: string;
  /** Told after each simulated day. */
  readonly onDay?: (day: number, so: { readonly events: number; readonly seconds: number }) => void;
}

export interface ClusterSeasonFigures {
  readonly policy: string;
  readonly events: number;
  readonly turns: number;
  /** Of all turns together. */
  readonly seconds: number;
  readonly outputs: ReadonlyMap<string, number>;
  /** User and system time of all turns and what lay between them, by process. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
}

const STEPS_A_DAY = DAY_MS / STEP_MS;
const TURN_MS_MAX = 30 * 60_000;

export async function measureClusterSeason(wanted: ClusterSeasonMeasure): Promise<ClusterSeasonFigures> {
  const { shape, days, policy = `policies/${packFolder(shape)}/bundle.yaml` } = wanted;
  const { zone, options, startMs, endMs } = lastDays(shape, days);
  const bench = await openClusterUnderTest(wanted.postgresUrl);
  const { cluster, backbone } = bench;
  const { kafka } = bench.services;
  try {
    const { partitions } = await beginSeason(backbone, wanted.partitions, startMs, policy, zone);
    // It makes the tokens that the console reads.
    await cluster.start('ingest-1');
    const stages = [...numbered('scoring', wanted.scoring), ...numbered('allocator', wanted.allocators)];
    const processes = await startAll(cluster, [...stages, 'treasury-1', 'census-1', 'console-1'], null);
    const cpu = cpuOf(processes, kafka.pid);
    const before = cpu();
    const turns = openTurns(backbone, partitions);
    const sim = createMarketplace({ ...options, seed: SEED, merchants: wanted.merchants, startMs, days });
    const { events } = await playSeason({
      logs: turns.logs,
      sim,
      pseudonymKey: Buffer.alloc(32, 1),
      startMs,
      endMs,
      stepMs: STEP_MS,
      readGrants: activeGrants(backbone.logs, partitions),
      readOffers: trainingOffers(backbone.logs, partitions),
      drained: () => turns.end(),
      onProgress({ atMs, events: so }) {
        const { count, seconds } = turns.taken();
        if (count % STEPS_A_DAY === 0) wanted.onDay?.((atMs - startMs) / DAY_MS, { events: so, seconds });
      },
    });
    const cpuSeconds = differences(cpu(), before);
    const { count, seconds } = turns.taken();
    await turns.close();
    const outputs = await countOutputs(backbone.logs);
    return { policy, events, turns: count, seconds, outputs, cpuSeconds };
  } finally {
    await bench.close();
  }
}

function cpuOf(processes: readonly RunningProcess[], kafkaPid: number): () => ReadonlyMap<string, number> {
  return () =>
    new Map([...processes.map((each) => [each.name, each.cpuSeconds()] as const), ...serviceCpu(kafkaPid)]);
}

/** Takes the time of each turn; the season must write through `logs`. */
function openTurns(backbone: Backbone, partitions: number) {
  const { logs, store } = backbone;
  const last = followLastOutput(logs);
  const follows = Array.from({ length: partitions }, (_, partition) =>
    followPublished(logs, 'capability', partition),
  );
  const behind = (): Promise<string[]> => whatIsBehind(logs, store, follows);
  const taken = { count: 0, seconds: 0 };
  let sinceMs: number | null = null;
  const timed: Pick<Logs, 'writer' | 'read'> = {
    writer(name) {
      const writer = logs.writer(name);
      return {
        append(...args) {
          sinceMs ??= Date.now();
          return writer.append(...args);
        },
        pendingBytes: () => writer.pendingBytes(),
        close: () => writer.close(),
      };
    },
    read: (...args) => logs.read(...args),
  };
  return {
    logs: timed as Logs,
    taken: () => taken,
    async end(): Promise<void> {
      await until(
        async () => (await behind()).length === 0 && (await isProjected(backbone)),
        TURN_MS_MAX,
        async () => `not drained: ${(await behind()).join('; ')}`,
      );
      const fromMs = sinceMs ?? Date.now();
      sinceMs = null;
      taken.count += 1;
      taken.seconds += Math.max(0, last.atMs() - fromMs) / 1_000;
    },
    close: () => last.stop(),
  };
}

export function clusterSeasonLines(title: string, figures: ClusterSeasonFigures): string[] {
  const { events, turns, seconds, outputs, cpuSeconds } = figures;
  const perMillion = (cpu: number): string => ((cpu * 1_000_000) / events).toFixed(1);
  const total = [...cpuSeconds.values()].reduce((sum, each) => sum + each, 0);
  const counts = [...outputs].map(([log, count]) => `${count} ${log}`).join(', ');
  return [
    title,
    `  ${events} events in ${turns} turns; out came ${counts}`,
    `  ${Math.round(events / seconds)} events/s: ${seconds.toFixed(1)} s from first record to last output of each turn`,
    `  CPU-seconds per million events: ${perMillion(total)}, of it ` +
      [...cpuSeconds].map(([name, cpu]) => `${name} ${perMillion(cpu)}`).join(', '),
  ];
}
