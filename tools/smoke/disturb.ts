import { setTimeout as sleep } from 'node:timers/promises';
import type { Backbone } from '#stage/backbone';
import type { RunningKafka } from '#tools/kafka/launch';
import { sumOf } from './metric-samples.ts';
import {
  followPublished,
  partitionLags,
  pidOf,
  STAGES,
  until,
  type PartitionLag,
  type PublishedFollow,
  type StageName,
} from './partition-watch.ts';
import type { Cluster, RunningProcess } from './run-cluster.ts';

// What is done to a cluster at work, and how long the work stood still for it.

export interface Disturbed {
  readonly what: string;
  /** Input records that the victim was behind by its own account when it was hit. */
  readonly lag: number;
  /** From the blow until every partition concerned published beyond what stood then, ms. */
  readonly recoveryMs: number;
}

export interface Disturbance {
  readonly cluster: Cluster;
  readonly backbone: Backbone;
  readonly kafka: RunningKafka;
  readonly partitions: number;
  /** Told when there is too little lag for a blow to mean anything. */
  readonly wantLag: () => void;
}

/** Records; a batch is up to 4,000. */
const LAG_MIN = 1_000;
const LAG_WAIT_MS = 60_000;
const RECOVERY_MS_MAX = 60_000;
/** A commit that was on its way when its process was killed has arrived by then. */
const SETTLE_MS = 500;
const BROKER_AWAY_MS = 1_000;
const REBALANCE_MS_MAX = 30_000;
const LAG_POLL_MS = 1_000;
const RECOVERY_POLL_MS = 100;
/** SIGKILL to the owner of the partition that is furthest behind; the process is started again at once. */
export async function killOwner(at: Disturbance, stage: StageName): Promise<Disturbed> {
  const { cluster, backbone } = at;
  const { victim, partition, lag } = await findVictim(at, stage);
  const owned = (await partitionLags(backbone.logs, backbone.store, stage))
    .filter(({ owner }) => pidOf(owner) === victim.pid)
    .map((each) => each.partition);
  const concerned = owned.includes(partition) ? owned : [...owned, partition];
  const recovered = await watchRecovery(at, stage, concerned);
  const { signal } = await victim.kill();
  if (signal !== 'SIGKILL') throw new Error(`${victim.name} ended by itself: ${victim.output}`);
  const restarting = cluster.start(victim.name);
  const recoveryMs = await recovered();
  await restarting;
  const list = concerned.join(', ');
  return { what: `kill -9 ${victim.name}, owner of ${stage} ${list}`, lag, recoveryMs };
}

/** SIGKILL to the broker, and a start on the same data. */
export async function killBroker(at: Disturbance): Promise<Disturbed> {
  const { kafka, partitions } = at;
  const lags = await laggingPartitions(at, 'scoring', partitions);
  const recovered = await watchRecovery(
    at,
    'scoring',
    lags.map(({ partition }) => partition),
  );
  await kafka.kill9();
  const restarting = sleep(BROKER_AWAY_MS).then(() => kafka.restart());
  const recoveryMs = await recovered(restarting);
  return { what: 'kill -9 of the broker', lag: Math.min(...lags.map(({ lag }) => lag)), recoveryMs };
}

/** One process more: partitions move to it while everybody lives. */
export async function joinCluster(
  at: Disturbance,
  name: string,
): Promise<{ process: RunningProcess; partitions: readonly number[] }> {
  const process = await at.cluster.start(name);
  let partitions: readonly number[] = [];
  await until(
    async () => (partitions = await partitionsOf(at, process)).length > 0,
    REBALANCE_MS_MAX,
    () => `${name} owns no partition`,
  );
  return { process, partitions };
}

/** And one less, in an orderly way: its partitions go to the others. */
export async function leaveCluster(at: Disturbance, leaver: RunningProcess): Promise<void> {
  const { code, signal } = await leaver.stop();
  if (code !== 0) {
    throw new Error(`${leaver.name} should have ended in order: code ${code}, ${signal}; ${leaver.output}`);
  }
  await until(
    async () => (await partitionsOf(at, leaver)).length === 0,
    REBALANCE_MS_MAX,
    () => `nobody took the partitions of ${leaver.name}`,
  );
}

async function partitionsOf({ backbone }: Disturbance, { pid, role }: RunningProcess): Promise<number[]> {
  const lags = await partitionLags(backbone.logs, backbone.store, role as StageName);
  return lags.filter(({ owner }) => pidOf(owner) === pid).map(({ partition }) => partition);
}

/** Behind by the logs and the heads, and, because a head is seconds old, by the owner's own account as well. */
async function findVictim(
  at: Disturbance,
  stage: StageName,
): Promise<{ victim: RunningProcess; partition: number; lag: number }> {
  let found: { victim: RunningProcess; partition: number; lag: number } | null = null;
  await until(
    async () => {
      const [worst] = await laggingPartitions(at, stage, 1);
      const victim = at.cluster.running(stage).find(({ pid }) => pid === pidOf(worst!.owner));
      if (victim === undefined) return false;
      const samples = await victim.scrape().catch(() => []);
      const labels = { stage, partition: String(worst!.partition) };
      const lag = sumOf(samples, 'stage_lag_records', labels);
      found = { victim, partition: worst!.partition, lag };
      return lag > 0;
    },
    LAG_WAIT_MS,
    () => `no owner of a ${stage} partition says that it is behind`,
  );
  return found!;
}

/** Waits until this many partitions are behind, and asks for more input while they are not. */
async function laggingPartitions(at: Disturbance, stage: StageName, count: number): Promise<PartitionLag[]> {
  const { logs, store } = at.backbone;
  let lagging: PartitionLag[] = [];
  await until(
    async () => {
      lagging = (await partitionLags(logs, store, stage)).filter(({ lag }) => lag >= LAG_MIN);
      if (lagging.length < count) at.wantLag();
      return lagging.length >= count;
    },
    LAG_WAIT_MS,
    () => `only ${lagging.length} of ${count} partitions of ${stage} are ${LAG_MIN} records behind`,
    LAG_POLL_MS,
  );
  return lagging;
}

/**
 * Call before the blow, and what it returns right after: that one resolves when every partition has published beyond
 * where it stood once the dust had settled. The time counts from its call.
 */
async function watchRecovery(
  { backbone }: Disturbance,
  stage: StageName,
  partitions: readonly number[],
): Promise<(meanwhile?: Promise<unknown>) => Promise<number>> {
  const { output } = STAGES[stage];
  const follows = partitions.map((partition) => followPublished(backbone.logs, output, partition));
  // Read up to here already, so that afterwards only the news have to be read.
  await Promise.all(follows.map((follow) => follow.now()));
  return async (meanwhile = Promise.resolve()) => {
    const startedAt = performance.now();
    await sleep(SETTLE_MS);
    await meanwhile;
    const settled = await Promise.all(follows.map(whenAvailable));
    await Promise.all(
      follows.map((follow, index) =>
        until(
          async () => (await follow.now()) !== settled[index],
          RECOVERY_MS_MAX,
          () => `${stage} ${partitions[index]} publishes nothing beyond ${settled[index] ?? 'genesis'}`,
          RECOVERY_POLL_MS,
        ),
      ),
    );
    return performance.now() - startedAt;
  };
}

async function whenAvailable(follow: PublishedFollow): Promise<string | null> {
  let position: string | null = null;
  await until(
    async () => {
      position = await follow.now();
      return true;
    },
    RECOVERY_MS_MAX,
    () => 'the log cannot be read',
    RECOVERY_POLL_MS,
  );
  return position;
}
