import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backbone } from '#stage/backbone';
import type { Logs } from '#stream/log';
import { beginSeason } from '#tools/chaos/begin-season';
import { followPublished, until, whatIsBehind } from '#tools/chaos/partition-watch';
import type { Cluster, RunningProcess } from '#tools/cluster/run-cluster';
import {
  countOutputs,
  differences,
  followLastOutput,
  isProjected,
  numbered,
  openClusterUnderTest,
  POLL_MS,
  PREFIX,
  serviceCpu,
  startAll,
} from './cluster-work.ts';
import type { Figures } from './figures.ts';
import { measureLatency, type Latency } from './latency.ts';
import { loadWorkload, type Loaded } from './load-workload.ts';
import { selfTimes, type SelfTime } from './profile-summary.ts';
import { drainRaw } from './raw-drain.ts';
import { FIXED_WORKLOAD } from './workload.ts';

// Processes of their own against a broker and a server on the same machine, over a log that is there already: what
// they can do, and not what somebody sends them. Then, at half of that rate, how long an event waits for its decision.

export interface ClusterMeasure {
  readonly events: number;
  readonly merchants: number;
  readonly partitions: number;
  readonly scoring: number;
  readonly allocators: number;
  readonly policy: string;
  readonly postgresUrl: string;
  /** Seconds of the open loop; 0 leaves it out. */
  readonly latencySeconds: number;
  /** Profiles the stages, which costs them a little. */
  readonly isProfiled: boolean;
  /** Once the processes have ended: what they wrote, still there. */
  readonly afterwards?: (logs: Logs) => Promise<void>;
}

/** Where a process spent its time, start included. */
export interface Profiled {
  readonly areas: readonly SelfTime[];
  readonly functions: readonly SelfTime[];
}

export interface ClusterResult {
  readonly figures: Figures;
  readonly latency: Latency | null;
  readonly profiles: ReadonlyMap<string, Profiled>;
}

const BEHIND_EVERY_MS = 1_000;
const DRAIN_MS_MAX = 30 * 60_000;
const AREAS_TOP = 12;
const FUNCTIONS_TOP = 30;
/** Of the events of the fixed workload at least so many must lead to a decision, or it was not that workload. */
const DECISIONS_MIN_SHARE = 0.02;
const PURSES_MS_MAX = 60_000;

export async function measureCluster(wanted: ClusterMeasure): Promise<ClusterResult> {
  const bench = await openClusterUnderTest(wanted.postgresUrl);
  const { cluster, backbone } = bench;
  const { kafka, directory } = bench.services;
  try {
    await beginSeason(backbone, wanted.partitions, FIXED_WORKLOAD.startMs, wanted.policy);
    await fillPurses(cluster, backbone.logs, wanted.partitions);
    const { loaded, endMs } = await loadWorkload({ ...wanted, logs: backbone.logs });
    const ceiling = await drainRaw([kafka.brokers], `${PREFIX}activity`, loaded.events + loaded.ticks);
    const cpuBefore = serviceCpu(kafka.pid);
    const names = [...numbered('scoring', wanted.scoring), ...numbered('allocator', wanted.allocators)];
    const processes = await startAll(
      cluster,
      [...names, 'treasury-1', 'console-1'],
      wanted.isProfiled ? directory : null,
    );
    const run = await drain(backbone, wanted.partitions, processes, () => serviceCpu(kafka.pid));
    const serviceSeconds = differences(run.serviceThen, cpuBefore);
    const figures = await figuresOf(backbone, loaded, wanted, run, serviceSeconds, ceiling);
    const rate = loaded.events / run.seconds;
    const latency =
      wanted.latencySeconds === 0
        ? null
        : await measureLatency({
            logs: backbone.logs,
            merchants: wanted.merchants,
            fromMs: endMs,
            eventsPerSecond: Math.round(rate / 2),
            seconds: wanted.latencySeconds,
          });
    await cluster.stopAll();
    await wanted.afterwards?.(backbone.logs);
    return { figures, latency, profiles: wanted.isProfiled ? await profilesIn(directory) : new Map() };
  } finally {
    await bench.close();
  }
}

/**
 * Lets every partition have its first lease before the workload is written: what is written ahead of its readers stands
 * before whatever the treasury answers, and nobody would be issued anything until the end.
 */
async function fillPurses(cluster: Cluster, logs: Logs, partitions: number): Promise<void> {
  await cluster.start('ingest-1');
  const first = await Promise.all(
    ['scoring-1', 'allocator-1', 'treasury-1'].map((name) => cluster.start(name)),
  );
  const untilMs = Date.now() + PURSES_MS_MAX;
  // Genesis, activation, lease.
  const isFilled = async (): Promise<boolean> => (await logs.endOffsets('activity')).every((end) => end > 2);
  while (!(await isFilled())) {
    if (Date.now() > untilMs)
      throw new Error(`no lease in all ${partitions} partitions within ${PURSES_MS_MAX} ms`);
    await sleep(POLL_MS);
  }
  await Promise.all(first.map((each) => each.stop()));
}

interface Run {
  /** From the first take-over to the last output, s. */
  readonly seconds: number;
  readonly cpuSeconds: ReadonlyMap<string, number>;
  readonly serviceThen: ReadonlyMap<string, number>;
}

/** The clock runs until the last output was committed, and not until we have noticed that nothing follows. */
async function drain(
  backbone: Backbone,
  partitions: number,
  processes: readonly RunningProcess[],
  services: () => Map<string, number>,
): Promise<Run> {
  const { logs, store } = backbone;
  const cpu = (): Map<string, number> => new Map(processes.map((each) => [each.name, each.cpuSeconds()]));
  const cpuBefore = cpu();
  const last = followLastOutput(logs);
  const follows = Array.from({ length: partitions }, (_, partition) =>
    followPublished(logs, 'capability', partition),
  );
  const behind = (): Promise<string[]> => whatIsBehind(logs, store, follows);
  try {
    await until(
      async () => (await behind()).length === 0 && (await isProjected(backbone)),
      DRAIN_MS_MAX,
      async () => `not drained: ${(await behind()).join('; ')}`,
      BEHIND_EVERY_MS,
    );
  } finally {
    await last.stop();
  }
  const scoring = processes.filter(({ role }) => role === 'scoring');
  const firstAt = Math.min(...scoring.map(({ output }) => firstTakeOverAt(output)));
  return {
    seconds: (last.atMs() - firstAt) / 1_000,
    // The read side may still be behind at the last output: its work belongs to the events all the same.
    cpuSeconds: differences(cpu(), cpuBefore),
    serviceThen: services(),
  };
}

function firstTakeOverAt(output: string): number {
  const line = readFileSync(output, 'utf8')
    .split('\n')
    .find((each) => each.includes('"partition taken over"'));
  if (line === undefined) return Infinity;
  return Date.parse((JSON.parse(line) as { time: string }).time);
}

async function figuresOf(
  { logs }: Backbone,
  loaded: Loaded,
  { scoring, allocators }: ClusterMeasure,
  run: Run,
  serviceSeconds: ReadonlyMap<string, number>,
  ceiling: Figures['ceiling'],
): Promise<Figures> {
  const outputs = await countOutputs(logs);
  const decisions = outputs.get('decisions')!;
  if (decisions < loaded.events * DECISIONS_MIN_SHARE) {
    throw new Error(
      `only ${decisions} decisions of ${loaded.events} events: this was not the fixed workload`,
    );
  }
  return {
    mode: `Kafka and PostgreSQL: ${scoring} scoring, ${allocators} allocator processes, a treasury, console`,
    loaded,
    seconds: run.seconds,
    outputs,
    cpuSeconds: new Map([...run.cpuSeconds, ...serviceSeconds]),
    ceiling,
  };
}

async function profilesIn(directory: string): Promise<Map<string, Profiled>> {
  const profiles = new Map<string, Profiled>();
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
  for (const name of files.sort()) {
    const path = join(directory, name);
    profiles.set(name.replace('.cpuprofile', ''), {
      areas: await selfTimes(path, AREAS_TOP, 'area'),
      functions: await selfTimes(path, FUNCTIONS_TOP, 'function'),
    });
  }
  return profiles;
}
