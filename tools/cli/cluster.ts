import { join } from 'node:path';
import type { Command } from 'commander';
import { WORKSPACE_DEFAULT } from '#store/workspace';
import { CommandError } from './command-error.ts';
import { wholeNumber } from './option-value.ts';

const DATA_DEFAULT = join('.updraft', 'cluster');
const PROCESSES_DEFAULT = 2;
const SHARED_DEFAULT = 1;
const PROCESSES_MAX = 64;
const PARTITIONS_MAX = 1_024;
const PORT_MAX = 65_535;
const INGEST_PORT_DEFAULT = 8_080;
const CONSOLE_PORT_DEFAULT = 8_081;
const EXIT_INTERRUPTED = 130;

interface ClusterCommandOptions {
  readonly data: string;
  readonly workspace: string;
  readonly partitions?: number;
  readonly scoring: number;
  readonly allocator: number;
  readonly treasury: number;
  readonly census: number;
  readonly port: number;
  readonly consolePort: number;
  readonly policy?: string;
  readonly verbose?: boolean;
}

export function addClusterCommand(program: Command): void {
  program
    .command('cluster')
    .description(
      'run one process per role on Kafka and PostgreSQL, watched and started again, without Docker',
    )
    .option(
      '--data <dir>',
      'directory of tokens, keys, output, and the data of a broker of its own',
      DATA_DEFAULT,
    )
    .option('--workspace <name>', 'workspace: its logs are called NAME.activity and so on', WORKSPACE_DEFAULT)
    .option('--partitions <n>', 'partitions of a new workspace (default: 4)', wholeNumber(1, PARTITIONS_MAX))
    .option('--scoring <n>', 'scoring processes', wholeNumber(1, PROCESSES_MAX), PROCESSES_DEFAULT)
    .option('--allocator <n>', 'allocator processes', wholeNumber(1, PROCESSES_MAX), PROCESSES_DEFAULT)
    .option('--treasury <n>', 'treasury processes', wholeNumber(1, PROCESSES_MAX), SHARED_DEFAULT)
    .option('--census <n>', 'census processes', wholeNumber(1, PROCESSES_MAX), SHARED_DEFAULT)
    .option('--port <n>', 'port of the door', wholeNumber(0, PORT_MAX), INGEST_PORT_DEFAULT)
    .option('--console-port <n>', 'port of the console', wholeNumber(0, PORT_MAX), CONSOLE_PORT_DEFAULT)
    .option('--policy <file>', 'policy to activate where none is live (default: the starter policy)')
    .option('--verbose', 'show what processes say at level info too; without it warnings and worse')
    .addHelpText(
      'after',
      `
DATABASE_URL must name a PostgreSQL; a database that is not there is made. KAFKA_BROKERS names brokers; without it an
Apache Kafka of its own is started from the published jars, for which Java 17 and Maven are needed. A process that ends
is started again, after pauses that grow. Ctrl-C ends everything in order, a second one at once; the next start goes on
from there.`,
    )
    .action(run);
}

async function run(options: ClusterCommandOptions): Promise<void> {
  const { databaseUrl, brokers } = await readServices(process.env);
  // Loaded only now: the other commands should not wait for it.
  const { startCluster } = await import('#tools/cluster/start-cluster');
  const { repositoryRoot } = await import('#tools/cluster/run-cluster');
  const { readBundleFile } = await import('#stage/bundle-file');
  const { refuseTakenPort } = await import('#tools/start/taken-port');
  // Said now: it is activated last, when all the processes run.
  if (options.policy !== undefined) await readBundleFile(options.policy);
  await refuseTakenPort('127.0.0.1', options.port, '--port');
  await refuseTakenPort('127.0.0.1', options.consolePort, '--console-port');
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const signals = listenForSignals(say);
  const { data, workspace, scoring, allocator, treasury, census } = options;
  const cluster = await startCluster({
    brokers,
    databaseUrl,
    workspace,
    data,
    partitions: options.partitions ?? null,
    scoring,
    allocator,
    treasury,
    census,
    ports: { ingest: options.port, console: options.consolePort },
    policy: options.policy ?? join(repositoryRoot(), 'policies/starter/bundle.yaml'),
    isVerbose: options.verbose === true,
    say,
  });
  signals.onceRunning(cluster);
  const { welcome } = await import('#tools/start/welcome');
  say(`\n${welcome({ doorUrl: cluster.ingestUrl, consoleUrl: cluster.consoleUrl, dataDirectory: data })}`);
  say(secondTerminal(cluster, options));
}

/** DATABASE_URL may hold a password, which does not belong on a screen. */
function secondTerminal(
  { brokers, ingestUrl }: { readonly brokers: string; readonly ingestUrl: string },
  { data, workspace }: ClusterCommandOptions,
): string {
  const which = workspace === WORKSPACE_DEFAULT ? '' : ` --workspace ${workspace}`;
  return `See how it stands, in a second terminal, with DATABASE_URL set there as it is here:
  KAFKA_BROKERS=${brokers} npx updraft status --watch${which}
Send it traffic:
  npx updraft simulate --url ${ingestUrl} --data ${data} --duration 60s`;
}

async function readServices(
  env: NodeJS.ProcessEnv,
): Promise<{ databaseUrl: string; brokers: string | null }> {
  const databaseUrl = env['DATABASE_URL'] ?? '';
  if (databaseUrl === '') {
    throw new CommandError(
      'DATABASE_URL: must name a PostgreSQL, such as postgres://postgres@127.0.0.1:5432/updraft_cluster ' +
        '(the database is made if it is not there). Without one, `updraft start` runs everything in one process.',
    );
  }
  // The processes would refuse what is malformed, but only after a broker was started for them.
  const { readEnvironment } = await import('#telemetry/environment');
  const reader = readEnvironment(env);
  reader.databaseUrl(true);
  const brokers = env['KAFKA_BROKERS'] ?? '';
  if (brokers !== '') reader.brokers(true);
  if (reader.errors.length > 0) throw new CommandError(reader.errors.join('\n'));
  return { databaseUrl, brokers: brokers === '' ? null : brokers };
}

interface Signals {
  /** From here on a signal ends it in order; before, nothing is worth an orderly end. */
  onceRunning(cluster: { stop(): Promise<void>; kill(): Promise<void> }): void;
}

/** Before anything is started, because children that are on their own would outlive a supervisor without a handler. */
function listenForSignals(say: (line: string) => void): Signals {
  let running: Parameters<Signals['onceRunning']>[0] | null = null;
  let signals = 0;
  const onSignal = async (): Promise<void> => {
    signals += 1;
    if (running !== null && signals === 1) {
      say('Finishing what is under way, in order; Ctrl-C again ends it at once ...');
      await running.stop();
      say('Saved. The next start goes on from here.');
      process.exit();
    }
    say(
      running === null ? 'Interrupted while starting; the next start goes on from here.' : 'Ending at once.',
    );
    await running?.kill();
    // Whoever was started and is not in the books yet is killed on `exit`.
    process.exit(EXIT_INTERRUPTED);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void onSignal());
  return { onceRunning: (cluster) => (running = cluster) };
}
