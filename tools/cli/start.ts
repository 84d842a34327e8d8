import type { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { wholeNumber } from './option-value.ts';

const MERCHANTS_DEFAULT = 120;
const DAYS_DEFAULT = 10;
const SEED_DEFAULT = 1111;
const PORT_MAX = 65_535;
const MERCHANTS_MAX = 100_000;
const DAYS_MAX = 60;
const SEED_MAX = 2 ** 31 - 1;

interface StartCommandOptions {
  readonly demo: boolean;
  readonly fresh?: boolean;
  readonly port?: number;
  readonly data?: string;
  readonly merchants: number;
  readonly days: number;
  readonly seed: number;
}

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('run everything in one process, after a stretch of simulated Double 11')
    .option('--no-demo', 'no simulated history: an empty workspace that is live at once')
    .option('--fresh', 'throw away what the data directory holds (tokens and keys stay)')
    .option('--port <n>', 'port of the door (default 8080, or STANDALONE_PORT)', wholeNumber(0, PORT_MAX))
    .option(
      '--data <dir>',
      'directory of the embedded database and the tokens (default .updraft, or UPDRAFT_DATA)',
    )
    .option('--merchants <n>', 'simulated merchants', wholeNumber(1, MERCHANTS_MAX), MERCHANTS_DEFAULT)
    .option('--days <n>', 'simulated days', wholeNumber(1, DAYS_MAX), DAYS_DEFAULT)
    .option('--seed <n>', 'seed of the simulation', wholeNumber(0, SEED_MAX), SEED_DEFAULT)
    .addHelpText(
      'after',
      `
A demo that was interrupted goes on at the next start. Ctrl-C finishes what is under way, saves and ends.
UPDRAFT_PARTITIONS, UPDRAFT_ZONE and UPDRAFT_POLICY set what a new workspace is made with; LOG_LEVEL what is logged.`,
    )
    .action(run);
}

async function run(options: StartCommandOptions): Promise<void> {
  // Loaded only now: the other commands need no server and should not wait for one.
  const { readStandaloneConfig } = await import('#apps/standalone/src/standalone.config');
  const { start } = await import('#tools/start/start');
  const { data, port } = options;
  const outcome = readStandaloneConfig({
    LOG_LEVEL: 'warn',
    ...process.env,
    ...(data === undefined ? {} : { UPDRAFT_DATA: data }),
    ...(port === undefined ? {} : { STANDALONE_PORT: String(port) }),
  });
  if (outcome.config === null) throw new CommandError(outcome.errors.join('\n'));
  const { merchants, days, seed } = options;
  const running = await start({
    config: outcome.config,
    demo: options.demo ? { merchants, days, seed } : null,
    isFresh: options.fresh === true,
    output: process.stdout,
  });
  let stopping: Promise<void> | null = null;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void (stopping ??= running.stop()));
  }
}
