import { setTimeout as sleep } from 'node:timers/promises';
import type { Role, RunningProcess } from '#tools/cluster/run-cluster';
import {
  allPartitions,
  interruptBroker,
  joinCluster,
  killOwner,
  leaveCluster,
  partitionsOf,
  watchRecovery,
  type Disturbance,
  type Disturbed,
} from './disturb.ts';
import type { FreshServices } from './fresh-services.ts';
import { until, type StageName } from './partition-watch.ts';
import type { Blow } from './plan.ts';

export interface ChaosTarget extends Disturbance {
  readonly services: FreshServices;
}

const DATABASE_AWAY_MS = 5_000;
/** A transaction that a frozen process left open holds its successor up for as long as the server lets it. */
const SUCCESSION_MS_MAX = 120_000;
/** A process that joins takes over partitions at once. */
const JOINER = 'scoring-9';
/** Whoever woke up notices and saves nothing more: it is given the time to try. */
const AWAKE_MS = 2_000;
const POLL_MS = 100;
const MS_PER_SECOND = 1_000;

/** Strikes; what comes back is one line per victim. */
export async function strike(at: ChaosTarget, blow: Blow): Promise<readonly Disturbed[]> {
  switch (blow) {
    case 'kill-scoring':
      return [await killOwner(at, 'scoring')];
    case 'kill-allocator':
      return [await killOwner(at, 'allocator')];
    case 'kill-both':
      return Promise.all([killOwner(at, 'scoring'), killOwner(at, 'allocator')]);
    case 'kill-broker':
      return [await interruptBroker(at, 'kill')];
    case 'restart-broker':
      return [await interruptBroker(at, 'stop')];
    case 'cut-database':
      return [await cutDatabase(at, 0)];
    case 'close-database':
      return [await cutDatabase(at, DATABASE_AWAY_MS)];
    case 'join-and-leave':
      return [await joinAndLeave(at)];
    case 'freeze-scoring':
      return [await freezeOwner(at, 'scoring')];
    case 'freeze-allocator':
      return [await freezeOwner(at, 'allocator')];
    case 'kill-treasury':
      return [await killAlone(at, 'treasury')];
    case 'kill-census':
      return [await killAlone(at, 'census')];
    case 'kill-ingest':
      return [await killAlone(at, 'ingest')];
    case 'kill-console':
      return [await killAlone(at, 'console')];
  }
}

async function cutDatabase(at: ChaosTarget, awayMs: number): Promise<Disturbed> {
  const recovery = await watchRecovery(at, 'scoring');
  at.wantLag();
  const cutting = at.services.cutDatabase(awayMs);
  const recoveryMs = await recovery(allPartitions(at), cutting);
  const away = awayMs === 0 ? '' : `, nobody let in for ${awayMs / 1_000} s`;
  return { what: `every connection to the database cut${away}`, lag: 0, ownLag: null, recoveryMs };
}

async function joinAndLeave(at: ChaosTarget): Promise<Disturbed> {
  const recovery = await watchRecovery(at, 'scoring');
  at.wantLag();
  const { process, partitions } = await joinCluster(at, JOINER);
  const recoveryMs = await recovery(partitions);
  await leaveCluster(at, process);
  return { what: `${JOINER} joined, and left in order`, lag: 0, ownLag: null, recoveryMs };
}

/**
 * SIGSTOP for longer than the session: the process wakes up believing that it owns what others have taken over, with
 * unsaved changes that it will try to save.
 */
async function freezeOwner(at: ChaosTarget, stage: StageName): Promise<Disturbed> {
  const recovery = await watchRecovery(at, stage);
  const { victim, owned } = await someOwner(at, stage);
  at.wantLag();
  process.kill(victim.pid, 'SIGSTOP');
  const frozenAt = performance.now();
  let recoveryMs: number;
  try {
    const succession = until(
      async () => (await partitionsOf(at, victim)).length === 0,
      SUCCESSION_MS_MAX,
      () => `nobody took the partitions of ${victim.name}, which stands still`,
      POLL_MS,
    );
    recoveryMs = await recovery(owned, succession);
  } finally {
    process.kill(victim.pid, 'SIGCONT');
  }
  const seconds = ((performance.now() - frozenAt) / MS_PER_SECOND).toFixed(1);
  await sleep(AWAKE_MS);
  if (!victim.isRunning()) throw new Error(`${victim.name} ended when it woke up: ${victim.output}`);
  const what = `${victim.name} stood still for ${seconds} s, owner of ${stage} ${owned.join(', ')}`;
  return { what, lag: 0, ownLag: null, recoveryMs };
}

async function someOwner(
  at: ChaosTarget,
  stage: StageName,
): Promise<{ victim: RunningProcess; owned: readonly number[] }> {
  let found: { victim: RunningProcess; owned: readonly number[] } | null = null;
  await until(
    async () => {
      for (const victim of at.cluster.running(stage)) {
        const owned = await partitionsOf(at, victim);
        if (owned.length > 0) found = { victim, owned };
      }
      return found !== null;
    },
    SUCCESSION_MS_MAX,
    () => `no process owns a partition of ${stage}`,
  );
  return found!;
}

/** Kills the one process of a role, and waits until it runs again. */
async function killAlone(at: ChaosTarget, role: Role): Promise<Disturbed> {
  const [victim] = at.cluster.running(role);
  if (victim === undefined) throw new Error(`no ${role} runs`);
  const startedAt = performance.now();
  await victim.kill();
  await at.cluster.start(victim.name);
  const recoveryMs = performance.now() - startedAt;
  return { what: `kill -9 ${victim.name}`, lag: 0, ownLag: null, recoveryMs };
}
