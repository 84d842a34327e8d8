import { Option, type Command } from 'commander';
import { packFolder, SHAPES, shapeOf, type ShapeName } from '#sim/marketplace/shapes';
import { CommandError } from './command-error.ts';
import { wholeNumber } from './option-value.ts';

const MERCHANTS_DEFAULT = 120;
const SEED_DEFAULT = 1111;
const PORT_MAX = 65_535;
const MERCHANTS_MAX = 100_000;
const DAYS_MAX = 150;
const SEED_MAX = 2 ** 31 - 1;

interface StartCommandOptions {
  readonly demo: boolean;
  readonly fresh?: boolean;
  readonly port?: number;
  readonly data?: string;
  readonly merchants: number;
  readonly days?: number;
  readonly pack?: ShapeName;
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
    .option(
      '--days <n>',
      'simulated days (default: 10, or the whole season of the pack)',
      wholeNumber(1, DAYS_MAX),
    )
    .addOption(
      new Option(
        '--pack <name>',
        'play the season of a marketplace by its pack, in a directory of its own',
      ).choices(SHAPES),
    )
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
  const { data, port, pack } = options;
  const outcome = readStandaloneConfig({
    LOG_LEVEL: 'warn',
    ...(pack === undefined ? {} : { UPDRAFT_DATA: `.updraft/${pack}` }),
    ...process.env,
    ...(pack === undefined ? {} : ofPack(pack)),
    ...(data === undefined ? {} : { UPDRAFT_DATA: data }),
    ...(port === undefined ? {} : { STANDALONE_PORT: String(port) }),
  });
  if (outcome.config === null) throw new CommandError(outcome.errors.join('\n'));
  const { merchants, days, seed } = options;
  const demo = {
    merchants,
    seed,
    ...(days === undefined ? {} : { days }),
    ...(pack === undefined ? {} : { pack }),
  };
  const running = await start({
    config: outcome.config,
    demo: options.demo ? demo : null,
    isFresh: options.fresh === true,
    output: process.stdout,
  });
  let stopping: Promise<void> | null = null;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void (stopping ??= running.stop()));
  }
  // Not before: a signal that answers the greeting at once would find nobody who closes in order.
  process.stdout.write(running.greeting);
}

/** What a pack's workspace is made with. */
function ofPack(pack: ShapeName): Record<string, string> {
  return { UPDRAFT_POLICY: `policies/${packFolder(pack)}/bundle.yaml`, UPDRAFT_ZONE: shapeOf(pack).zone };
}
