import { setTimeout as sleep } from 'node:timers/promises';
import type { Backbone } from '#stage/backbone';
import type { RunningKafka } from '#tools/kafka/launch';
import {
  followPublished,
  partitionLags,
  pidOf,
  STAGES,
  until,
  type PartitionLag,
  type StageName,
} from './partition-watch.ts';
import type { Cluster, RunningProcess } from '#tools/cluster/run-cluster';

// What is done to a cluster at work, and how long the work stood still for it.

export interface Disturbed {
  readonly what: string;
  /** Input records between the victim's last snapshot and the end of its input when it was hit. */
  readonly lag: number;
  /** Input records that it had certainly not stepped yet; null: not asked. */
  readonly ownLag: number | null;
  /** From the blow until every partition concerned published beyond what stood then, ms. */
  readonly recoveryMs: number;
}

export interface Disturbance {
  readonly cluster: Cluster;
  readonly backbone: Backbone;
  readonly kafka: RunningKafka;
  readonly partitions: number;
  /** Told when there is too little lag for a blow to mean anything, or nothing might come to show that work goes on. */
  readonly wantLag: () => void;
}

/** Records. Of eight events one makes a capability record, which are soon decided about. */
const LAG_MIN = { scoring: 1_000, allocator: 200 } as const;
/** Records that came while the victim stood still. */
const OWN_LAG_MIN = 1;
/** Shorter than a session: its partitions are still its own when it is killed. */
const FROZEN_MS_MAX = 3_000;
const LAG_WAIT_MS = 180_000;
const RECOVERY_MS_MAX = 180_000;
/** A commit that was on its way when its process was killed has arrived by then. */
const SETTLE_MS = 500;
const BROKER_AWAY_MS = 1_000;
const REBALANCE_MS_MAX = 120_000;
const LAG_POLL_MS = 200;
/** Asked for more than once in so long a time the feed would only jump. */
const FASTER_EVERY_MS = 2_000;
const RECOVERY_POLL_MS = 100;
/** SIGKILL to the owner of the partition that is furthest behind; the process is started again at once. */
export async function killOwner(at: Disturbance, stage: StageName): Promise<Disturbed> {
  const recovery = await watchRecovery(at, stage);
  const { victim, lag, ownLag } = await findVictim(at, stage);
  const owned = await partitionsOf(at, victim);
  const { signal } = await victim.kill();
  if (signal !== 'SIGKILL') throw new Error(`${victim.name} ended by itself: ${victim.output}`);
  const restarting = at.cluster.start(victim.name);
  const recoveryMs = await recovery(owned);
  await restarting;
  const what = `kill -9 ${victim.name}, owner of ${stage} ${owned.join(', ')}`;
  return { what, lag, ownLag, recoveryMs };
}

/** SIGKILL to the broker, or an end in order, and a start on the same data. */
export async function interruptBroker(at: Disturbance, how: 'kill' | 'stop'): Promise<Disturbed> {
  const { kafka } = at;
  const recovery = await watchRecovery(at, 'scoring');
  const { lag } = await furthestBehind(at, 'scoring');
  await (how === 'kill' ? kafka.kill9() : kafka.stop());
  const goneAt = performance.now();
  let awayMs = 0;
  const restarting = sleep(BROKER_AWAY_MS)
    .then(() => kafka.restart())
    .then(() => (awayMs = performance.now() - goneAt));
  const recoveryMs = await recovery(allPartitions(at), restarting);
  const blow = how === 'kill' ? 'kill -9 of the broker' : 'orderly end of the broker';
  const what = `${blow}, which answered again after ${(awayMs / 1_000).toFixed(1)} s`;
  return { what, lag, ownLag: null, recoveryMs };
}

export function allPartitions({ partitions }: Disturbance): number[] {
  return Array.from({ length: partitions }, (_, partition) => partition);
}

/** Resolves when so many processes share the partitions of a stage. */
export async function untilShared(at: Disturbance, stage: StageName, processes: number): Promise<void> {
  const { logs, store } = at.backbone;
  let owners = new Set<string>();
  await until(
    async () => {
      owners = new Set((await partitionLags(logs, store, stage)).map(({ owner }) => owner));
      return owners.size >= processes;
    },
    REBALANCE_MS_MAX,
    () => `${owners.size} of ${processes} processes own partitions of ${stage}`,
  );
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

export async function partitionsOf(
  { backbone }: Disturbance,
  { pid, role }: RunningProcess,
): Promise<number[]> {
  const lags = await partitionLags(backbone.logs, backbone.store, role as StageName);
  return lags.filter(({ owner }) => pidOf(owner) === pid).map(({ partition }) => partition);
}

interface Victim {
  readonly victim: RunningProcess;
  readonly lag: number;
  readonly ownLag: number;
}

/**
 * The owner of the partition that is furthest behind, held still (SIGSTOP) until records have come that it cannot have
 * stepped. What it had stepped and published before stands in the log; what it had not is its lag.
 */
async function findVictim(at: Disturbance, stage: StageName): Promise<Victim> {
  const { logs } = at.backbone;
  let found: Victim | null = null;
  await until(
    async () => {
      const { owner, partition, lag } = await furthestBehind(at, stage);
      const victim = at.cluster.running(stage).find(({ pid }) => pid === pidOf(owner));
      if (victim === undefined) return false;
      const endOf = async (): Promise<number> => (await logs.endOffsets(STAGES[stage].input))[partition]!;
      process.kill(victim.pid, 'SIGSTOP');
      const end = await endOf();
      let ownLag = 0;
      await until(
        async () => (ownLag = (await endOf()) - end) >= OWN_LAG_MIN,
        FROZEN_MS_MAX,
        () => 'nothing came',
        LAG_POLL_MS,
      ).catch(() => undefined);
      found = { victim, lag: lag + ownLag, ownLag };
      if (ownLag < OWN_LAG_MIN) process.kill(victim.pid, 'SIGCONT');
      return ownLag >= OWN_LAG_MIN;
    },
    LAG_WAIT_MS,
    () => `no record came into the ${stage} partition that is furthest behind while its owner stood still`,
  );
  return found!;
}

/** Waits until a partition is behind, and asks for more input while none is. */
async function furthestBehind(at: Disturbance, stage: StageName): Promise<PartitionLag> {
  const { logs, store } = at.backbone;
  let worst: PartitionLag | undefined;
  let askedAt = -Infinity;
  await until(
    async () => {
      [worst] = await partitionLags(logs, store, stage);
      if (worst !== undefined && worst.lag >= LAG_MIN[stage]) return true;
      if (performance.now() - askedAt >= FASTER_EVERY_MS) {
        askedAt = performance.now();
        at.wantLag();
      }
      return false;
    },
    LAG_WAIT_MS,
    () =>
      `no partition of ${stage} is ${LAG_MIN[stage]} records behind; at most ${worst?.lag ?? 'nobody owns one'}`,
    LAG_POLL_MS,
  );
  return worst!;
}

/**
 * Call it before the blow, and what it returns right after: that one resolves when every partition named has
 * published beyond where it stood once the dust had settled. The time counts from its call.
 */
export async function watchRecovery(
  { backbone, partitions }: Disturbance,
  stage: StageName,
): Promise<(concerned: readonly number[], meanwhile?: Promise<unknown>) => Promise<number>> {
  const { output } = STAGES[stage];
  // From here on, so that only the news have to be read.
  const ends = await whenAvailable(() => backbone.logs.endOffsets(output));
  const follows = Array.from({ length: partitions }, (_, partition) =>
    followPublished(backbone.logs, output, partition, ends[partition]),
  );
  return async (concerned, meanwhile = Promise.resolve()) => {
    const startedAt = performance.now();
    await sleep(SETTLE_MS);
    await meanwhile;
    await Promise.all(
      concerned.map(async (partition) => {
        const follow = follows[partition]!;
        const settled = await whenAvailable(() => follow.now());
        await until(
          async () => (await follow.now()) !== settled,
          RECOVERY_MS_MAX,
          () => `${stage} ${partition} publishes nothing beyond ${settled ?? `offset ${ends[partition]}`}`,
          RECOVERY_POLL_MS,
        );
      }),
    );
    return performance.now() - startedAt;
  };
}

async function whenAvailable<T>(ask: () => Promise<T>): Promise<T> {
  let answer: T | undefined;
  await until(
    async () => {
      answer = await ask();
      return true;
    },
    RECOVERY_MS_MAX,
    () => 'the log cannot be read',
    RECOVERY_POLL_MS,
  );
  return answer!;
}
