import { join, relative } from 'node:path';
import { loadOrMakeKey, loadOrMakeTokens } from '#contracts/tokens';
import type { Genesis } from '#domain/controls';
import { hasLiveBundle } from '#stage/activation';
import { writeGenesis } from '#stage/begin-log';
import { readBundleFile } from '#stage/bundle-file';
import { enterFirstPolicy } from '#stage/registry/enter-policy';
import { followActivation } from '#stage/registry/follow-activation';
import { REGISTRY_WRITER, registryPorts } from '#stage/registry/registry-ports';
import { submissionOf } from '#stage/registry/submit';
import { lockDataDirectory } from '#store/pglite/data-lock';
import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { openWorkspace, type Workspace } from '#tools/cli/open-workspace';
import { ensureDatabase } from './ensure-database.ts';
import { keepRunning, type Keeper, type Life } from './keep-running.ts';
import { openLocalKafka, type LocalKafka } from './local-kafka.ts';
import { followLines, terminalLine } from './log-line.ts';
import { openCluster, type Cluster, type Ended } from './run-cluster.ts';

// `updraft cluster`: Updraft as a platform runs it, one process per role on Kafka and PostgreSQL, on one machine and
// without containers. It is the same programs; only who starts and watches them is ours.

export interface StartClusterOptions {
  /** Null: a broker of our own, its data in the data directory. */
  readonly brokers: string | null;
  readonly databaseUrl: string;
  readonly workspace: string;
  /** Tokens, keys, output of processes, and the broker's data. */
  readonly data: string;
  /** Of a new workspace; null: the default, or what is there. */
  readonly partitions: number | null;
  readonly scoring: number;
  readonly allocator: number;
  readonly treasury: number;
  readonly census: number;
  readonly ports: { readonly ingest: number; readonly console: number };
  /** Activated where no policy is live. */
  readonly policy: string;
  readonly isVerbose: boolean;
  readonly say: (line: string) => void;
}

export interface RunningCluster {
  readonly brokers: string;
  readonly ingestUrl: string;
  readonly consoleUrl: string;
  /** Orderly: door, stages in data order, console, broker. */
  stop(): Promise<void>;
  /** At once, for those who cannot wait. What was acknowledged is in the logs. */
  kill(): Promise<void>;
}

const PSEUDONYM_KEY_BYTES = 32;
const ENTERED_BY = 'cluster command';

export async function startCluster(options: StartClusterOptions): Promise<RunningCluster> {
  const { data, say } = options;
  const tell = (name: string, text: string): void => say(`${name}  ${text}`);
  // A second broker on the same folder damages what the first one writes before it notices.
  const unlock = lockDataDirectory(data);
  try {
    loadOrMakeTokens(data);
    loadOrMakeKey(join(data, 'pseudonym.key'), PSEUDONYM_KEY_BYTES);
    const kafka = await openLocalKafka(options.brokers, join(data, 'kafka'), tell);
    return unlocking(await runOn(kafka, options, tell), unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The directory is somebody else's to take once nothing of this cluster runs any more. */
function unlocking(cluster: RunningCluster, unlock: () => void): RunningCluster {
  return {
    ...cluster,
    stop: () => cluster.stop().then(unlock),
    kill: () => cluster.kill().then(unlock),
  };
}

async function runOn(
  kafka: LocalKafka,
  options: StartClusterOptions,
  tell: (name: string, text: string) => void,
): Promise<RunningCluster> {
  const { data, say } = options;
  try {
    if (await ensureDatabase(options.databaseUrl)) say('The database was not there and has been made.');
    const env = { KAFKA_BROKERS: kafka.brokers, DATABASE_URL: options.databaseUrl };
    const workspace = await openWorkspace({ data, workspace: options.workspace, for: 'create', env });
    try {
      return await run(options, kafka, workspace, tell);
    } finally {
      await workspace.close();
    }
  } catch (error) {
    await kafka.stop();
    throw error;
  }
}

async function run(
  options: StartClusterOptions,
  kafka: LocalKafka,
  workspace: Workspace,
  tell: (name: string, text: string) => void,
): Promise<RunningCluster> {
  const { say, data } = options;
  const wish = options.partitions === null ? {} : { partitions: options.partitions };
  const { genesis } = await writeGenesis(workspace.logs, workspace.database, wish, {
    clockMs: Date.now(),
    isLive: true,
  });
  say(`Workspace ${options.workspace}: ${genesis.partitions} partitions, zone ${genesis.zone}.`);
  const cluster = openCluster({
    brokers: kafka.brokers,
    databaseUrl: options.databaseUrl,
    prefix: `${options.workspace}.`,
    dataDirectory: data,
    outputDirectory: join(data, 'output'),
    ports: options.ports,
    isDetached: true,
  });
  const keepers: Keeper[] = [];
  const urls = new Map<string, string>();
  try {
    for (const name of namesOf(options)) {
      const start = (): Promise<Life> => launch(cluster, name, options, urls);
      keepers.push(keepRunning({ name, start, tell }, await start()));
    }
    await activateWhereNone(options, workspace, genesis);
  } catch (error) {
    await Promise.all(keepers.map((keeper) => keeper.release()));
    await cluster.killAll();
    throw error;
  }
  return {
    brokers: kafka.brokers,
    ingestUrl: urls.get('ingest-1')!,
    consoleUrl: urls.get('console-1')!,
    async stop() {
      await Promise.all(keepers.map((keeper) => keeper.release()));
      await cluster.stopAll();
      await kafka.stop();
    },
    async kill() {
      await cluster.killAll();
      await kafka.kill();
    },
  };
}

/** In data order, the door last: nothing is accepted before somebody is there to work on it. */
function namesOf({ scoring, allocator, treasury, census }: StartClusterOptions): string[] {
  const several = (role: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
  const stages = [
    ...several('scoring', scoring),
    ...several('allocator', allocator),
    ...several('treasury', treasury),
    ...several('census', census),
  ];
  return [...stages, 'console-1', 'ingest-1'];
}

async function launch(
  cluster: Cluster,
  name: string,
  { say, isVerbose }: StartClusterOptions,
  urls: Map<string, string>,
): Promise<Life> {
  const process = await cluster.start(name);
  urls.set(name, process.url);
  const endFollowing = followLines(process.output, (line) => {
    const shown = terminalLine(name, line, isVerbose);
    if (shown !== null) say(shown);
  });
  say(`${name}  runs at ${process.url}, pid ${process.pid}, output in ${relative('.', process.output)}`);
  return {
    ended: process.ended.then((ended) => {
      endFollowing();
      return howItEnded(ended);
    }),
  };
}

function howItEnded({ code, signal }: Ended): string {
  return signal === null ? `ended with code ${code}` : `ended by ${signal}`;
}

async function activateWhereNone(
  { policy, say }: StartClusterOptions,
  { logs, database }: Workspace,
  genesis: Genesis,
): Promise<void> {
  const store = createSnapshotStore(database!);
  const first = (await hasLiveBundle({ store })) ? null : await readBundleFile(policy);
  const writer = logs.writer(REGISTRY_WRITER);
  try {
    const ports = registryPorts({ logs, writer, database: database!, store, genesis });
    const activation = first === null ? null : await enterFirstPolicy(ports, submissionOf(first), ENTERED_BY);
    if (first === null || activation === null) {
      say('The policy that was live stays live.');
      return;
    }
    await followActivation(ports, activation, () => undefined);
    say(`Policy ${first.bundle.id} is live in all ${genesis.partitions} partitions.`);
  } finally {
    await writer.close();
  }
}
