import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBackbone, type Backbone } from '#stage/backbone';
import type { Logs } from '#stream/log';
import { createLog } from '#telemetry/log';
import { beginSeason } from './begin-season.ts';
import { readCommandCpuSeconds, readCpuSeconds } from './cpu-time.ts';
import type { Figures, Loaded } from './figures.ts';
import { openFreshServices } from './fresh-services.ts';
import { loadSeason, SEASON_START_MS } from './load-season.ts';
import { followPublished, until, whatIsBehind } from './partition-watch.ts';
import { selfTimes, type SelfTime } from './profile-summary.ts';
import { openCluster, type Cluster, type RunningProcess } from './run-cluster.ts';

// One scoring and one allocator process against a broker and a server on the same machine, over a log that is there
// already: what they can do, and not what somebody sends them.

export interface KafkaMeasure {
  readonly events: number;
  readonly merchants: number;
  readonly partitions: number;
  readonly postgresUrl: string;
  /** Profiles scoring and the allocator, which costs them a little. */
  readonly isProfiled: boolean;
}

const PREFIX = 'measure.';
const POLL_MS = 50;
const BEHIND_EVERY_MS = 1_000;
const DRAIN_MS_MAX = 30 * 60_000;
const OUTPUTS = ['capability', 'decisions', 'grants'] as const;
const AREAS_TOP = 12;
const FUNCTIONS_TOP = 25;

/** Where a process spent its time, start included. */
export interface Profiled {
  readonly areas: readonly SelfTime[];
  readonly functions: readonly SelfTime[];
}

export async function measureOnKafka(
  wanted: KafkaMeasure,
): Promise<{ figures: Figures; profiles: ReadonlyMap<string, Profiled> }> {
  const services = await openFreshServices(wanted.postgresUrl);
  const { kafka, databaseUrl, directory } = services;
  const cluster = openCluster({
    brokers: kafka.brokers,
    databaseUrl,
    prefix: PREFIX,
    dataDirectory: join(directory, 'data'),
    outputDirectory: join(directory, 'output'),
  });
  const backbone = await openBackbone({
    databaseUrl,
    brokers: [kafka.brokers],
    prefix: PREFIX,
    clientId: 'measure',
    log: createLog('measure', { level: 'warn' }),
  });
  try {
    await beginSeason(backbone, wanted.partitions, SEASON_START_MS);
    const loaded = await loadSeason({ ...wanted, logs: backbone.logs });
    const cpuBefore = serviceCpu(kafka.pid);
    const processes = await startStages(cluster, wanted.isProfiled ? directory : null);
    const run = await drain(backbone, wanted.partitions, processes);
    const serviceSeconds = differences(serviceCpu(kafka.pid), cpuBefore);
    const figures = await figuresOf(backbone, loaded, run, serviceSeconds);
    await cluster.stopAll();
    return { figures, profiles: wanted.isProfiled ? await profilesIn(directory) : new Map() };
  } finally {
    await cluster.killAll();
    await backbone.close();
    await services.close();
  }
}

function startStages(cluster: Cluster, profileDirectory: string | null): Promise<RunningProcess[]> {
  return Promise.all(
    ['scoring-1', 'allocator-1'].map((name) => {
      const profiling =
        profileDirectory === null
          ? []
          : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${name}.cpuprofile`];
      return cluster.start(name, profiling);
    }),
  );
}

interface Run {
  /** From the first take-over to the last output, s. */
  readonly seconds: number;
  readonly cpuSeconds: ReadonlyMap<string, number>;
}

/** The clock runs until the last output was committed, and not until we have noticed that nothing follows. */
async function drain(
  { logs, store }: Backbone,
  partitions: number,
  processes: readonly RunningProcess[],
): Promise<Run> {
  const cpu = (): Map<string, number> => new Map(processes.map((each) => [each.name, each.cpuSeconds()]));
  const cpuBefore = cpu();
  const last = followLastOutput(logs, cpu);
  const follows = Array.from({ length: partitions }, (_, partition) =>
    followPublished(logs, 'capability', partition),
  );
  const behind = (): Promise<string[]> => whatIsBehind(logs, store, follows);
  try {
    await until(
      async () => (await behind()).length === 0,
      DRAIN_MS_MAX,
      async () => `not drained: ${(await behind()).join('; ')}`,
      BEHIND_EVERY_MS,
    );
  } finally {
    await last.stop();
  }
  const { atMs, cpuThen } = last.seen();
  const scoring = processes.find(({ role }) => role === 'scoring')!;
  return {
    seconds: (atMs - firstTakeOverAt(scoring.output)) / 1_000,
    cpuSeconds: differences(cpuThen, cpuBefore),
  };
}

/** Notes when the ends of the output logs last moved, and the CPU time by then. */
function followLastOutput(
  logs: Logs,
  cpu: () => Map<string, number>,
): { seen(): { atMs: number; cpuThen: Map<string, number> }; stop(): Promise<void> } {
  let isStopped = false;
  let ends = '';
  let seen = { atMs: Date.now(), cpuThen: cpu() };
  const follow = async (): Promise<void> => {
    while (!isStopped) {
      const now = JSON.stringify(await Promise.all(OUTPUTS.map((log) => logs.endOffsets(log))));
      if (now !== ends) seen = { atMs: Date.now(), cpuThen: cpu() };
      ends = now;
      await sleep(POLL_MS);
    }
  };
  const following = follow();
  return {
    seen: () => seen,
    async stop() {
      isStopped = true;
      await following;
    },
  };
}

function firstTakeOverAt(output: string): number {
  const line = readFileSync(output, 'utf8')
    .split('\n')
    .find((each) => each.includes('"partition taken over"'));
  if (line === undefined) throw new Error(`${output}: says nothing of a take-over`);
  return Date.parse((JSON.parse(line) as { time: string }).time);
}

async function figuresOf(
  { logs }: Backbone,
  loaded: Loaded,
  run: Run,
  serviceSeconds: ReadonlyMap<string, number>,
): Promise<Figures> {
  const outputs = new Map<string, number>();
  for (const log of OUTPUTS) {
    let count = 0;
    for (const partition of (await logs.endOffsets(log)).keys()) {
      for await (const batch of logs.read(log, partition, 0)) count += batch.records.length;
    }
    outputs.set(log, count);
  }
  return {
    mode: 'Kafka and PostgreSQL, 1 scoring and 1 allocator process',
    loaded,
    seconds: run.seconds,
    outputs,
    cpuSeconds: new Map([...run.cpuSeconds, ...serviceSeconds]),
  };
}

/** Of the broker, which is ours alone, and of the PostgreSQL server, all of it, whoever else uses it. */
function serviceCpu(kafkaPid: number): Map<string, number> {
  const postgres = readCommandCpuSeconds('postgres');
  return new Map([
    ['Kafka broker', readCpuSeconds(kafkaPid)],
    ...(postgres === null ? [] : [['PostgreSQL (whole server)', postgres] as const]),
  ]);
}

function differences(
  after: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map([...after].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]));
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
