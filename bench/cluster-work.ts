import { setTimeout as sleep } from 'node:timers/promises';
import type { Backbone } from '#stage/backbone';
import { readProgress } from '#store/read/progress';
import type { Logs } from '#stream/log';
import { openClusterOn } from '#tools/chaos/cluster-on-services';
import { openFreshServices, type FreshServices } from '#tools/chaos/fresh-services';
import { readCommandCpuSeconds, readCpuSeconds } from '#tools/cluster/cpu-time';
import type { Cluster, RunningProcess } from '#tools/cluster/run-cluster';

// What can be seen of processes at work from outside: how much they have said and when they last did, and how much
// processor time they and the services took.

/** Seldom enough to be no load of its own. */
export const POLL_MS = 200;
const OUTPUTS = ['capability', 'decisions', 'grants'] as const;

export const PREFIX = 'bench.';

export interface ClusterUnderTest {
  readonly services: FreshServices;
  readonly cluster: Cluster;
  readonly backbone: Backbone;
  /** Whatever still runs is killed. */
  close(): Promise<void>;
}

/** A broker and a database of its own, and nothing in them. */
export async function openClusterUnderTest(postgresUrl: string): Promise<ClusterUnderTest> {
  const services = await openFreshServices(postgresUrl);
  const opened = await openClusterOn(services, { prefix: PREFIX, name: 'bench', logLevel: 'warn' });
  return {
    services,
    cluster: opened.cluster,
    backbone: opened.backbone,
    async close() {
      await opened.close();
      await services.close();
    },
  };
}

export function startAll(
  cluster: Cluster,
  names: readonly string[],
  profilesInto: string | null,
): Promise<RunningProcess[]> {
  return Promise.all(
    names.map((name) =>
      cluster.start(
        name,
        profilesInto === null
          ? []
          : ['--cpu-prof', `--cpu-prof-dir=${profilesInto}`, `--cpu-prof-name=${name}.cpuprofile`],
      ),
    ),
  );
}

export function numbered(role: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${role}-${at + 1}`);
}

/** Records in what the stages say, by log. */
export async function countOutputs(logs: Logs): Promise<Map<string, number>> {
  const outputs = new Map<string, number>();
  for (const log of OUTPUTS) {
    let count = 0;
    for (const partition of (await logs.endOffsets(log)).keys()) {
      for await (const batch of logs.read(log, partition, 0)) count += batch.records.length;
    }
    outputs.set(log, count);
  }
  return outputs;
}

/** Whether the console has read every decision. */
export async function isProjected({ logs, database }: Backbone): Promise<boolean> {
  const ends = await logs.endOffsets('decisions');
  const progress = await readProgress(database, 'decisions');
  return ends.every((end, partition) => {
    const at = progress.find((each) => each.partition === partition);
    return end === 0 || (at?.nextOffset ?? 0) >= end;
  });
}

/** Notes when the ends of the output logs last moved. */
export function followLastOutput(logs: Logs): { atMs(): number; stop(): Promise<void> } {
  let isStopped = false;
  let ends = '';
  let atMs = Date.now();
  const follow = async (): Promise<void> => {
    while (!isStopped) {
      const now = JSON.stringify(await Promise.all(OUTPUTS.map((log) => logs.endOffsets(log))));
      if (now !== ends) atMs = Date.now();
      ends = now;
      await sleep(POLL_MS);
    }
  };
  const following = follow();
  return {
    atMs: () => atMs,
    async stop() {
      isStopped = true;
      await following;
    },
  };
}

/** Of the broker, which is ours alone, and of the PostgreSQL server, all of it, whoever else uses it. */
export function serviceCpu(kafkaPid: number): Map<string, number> {
  const postgres = readCommandCpuSeconds('postgres');
  return new Map([
    ['Kafka broker', readCpuSeconds(kafkaPid)],
    ...(postgres === null ? [] : [['PostgreSQL (whole server)', postgres] as const]),
  ]);
}

export function differences(
  after: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map([...after].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]));
}
