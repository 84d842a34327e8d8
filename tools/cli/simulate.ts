import { Option, type Command } from 'commander';
import { SEASONS, type SeasonName } from '#sim/marketplace/season';
import { SHAPES, shapeOf, type ShapeName } from '#sim/marketplace/shapes';
import type { RunSummary } from '#tools/simulate/run-summary';
import type { Target } from '#tools/simulate/target';
import { doorUrl, duration, topicName, wholeNumber } from './option-value.ts';
import { openTarget, TARGETS, type TargetOptions } from './simulate-target.ts';
import { addWorkspaceOptions } from './workspace-options.ts';

const URL_DEFAULT = 'http://127.0.0.1:8080';
const PARTITIONS_DEFAULT = 4;
const PARTITIONS_MAX = 1_024;
const RATE_DEFAULT = 50;
const RATE_MAX = 100_000;
const EVENTS_MAX = 1_000_000_000;
const MERCHANTS_DEFAULT = 300;
const MERCHANTS_MAX = 20_000;
const SEED_DEFAULT = 1111;
const SEED_MAX = 2 ** 31 - 1;
const DUPLICATES_DEFAULT = 5_000;
const LATE_DEFAULT = 10_000;
/** A run of which everything is malformed would tell nothing. */
const PPM_MAX = 500_000;

interface SimulateCommandOptions extends TargetOptions {
  readonly rate: number;
  readonly events?: number;
  readonly duration?: number;
  readonly merchants: number;
  readonly seed: number;
  readonly pack?: ShapeName;
  readonly season?: SeasonName;
  readonly duplicates: number;
  readonly late: number;
  readonly poison: number;
  readonly json?: boolean;
}

export function addSimulateCommand(program: Command): void {
  addWorkspaceOptions(program.command('simulate'))
    .description('send what a simulated marketplace says to a running Updraft, at a rate of your choice')
    .addOption(
      new Option('--to <target>', 'its HTTP door, the topic it reads, or its log')
        .choices(TARGETS)
        .default(TARGETS[0]),
    )
    .option('--url <url>', 'where its HTTP door is', doorUrl, URL_DEFAULT)
    .option('--topic <name>', "with --to inbound: the platform's topic, by its whole name", topicName)
    .option(
      '--partitions <n>',
      'with --to inbound: of a topic that is not there yet',
      wholeNumber(1, PARTITIONS_MAX),
      PARTITIONS_DEFAULT,
    )
    .option(
      '--rate <n>',
      'events a second, whether it keeps up or not',
      wholeNumber(1, RATE_MAX),
      RATE_DEFAULT,
    )
    .option('--events <n>', 'end after so many events', wholeNumber(1, EVENTS_MAX))
    .option('--duration <duration>', 'end after so long: 90s, 10m', duration)
    .option('--merchants <n>', 'simulated merchants', wholeNumber(1, MERCHANTS_MAX), MERCHANTS_DEFAULT)
    .option('--seed <n>', 'seed of the simulation', wholeNumber(0, SEED_MAX), SEED_DEFAULT)
    .addOption(new Option('--pack <name>', 'merchants like those that this pack is for').choices(SHAPES))
    .addOption(
      new Option('--season <name>', `days around which peak (default: the pack's, or ${SEASONS[0]})`).choices(
        SEASONS,
      ),
    )
    .option(
      '--duplicates <ppm>',
      'of a million events, sent twice',
      wholeNumber(0, PPM_MAX),
      DUPLICATES_DEFAULT,
    )
    .option('--late <ppm>', 'of a million events, late', wholeNumber(0, PPM_MAX), LATE_DEFAULT)
    .option('--poison <ppm>', 'to a million events, malformed ones added', wholeNumber(0, PPM_MAX), 0)
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      `
Events carry times of now, so the workspace must be live. The marketplace lives faster: about ten events of a merchant
are one of its days, so with the defaults a simulated day passes in a minute. Late events are late by that clock. For
a seed the events are the same each time, but for their times and the run in their ids. Malformed events must be
refused and are no failure. Without --events and --duration it runs until Ctrl-C, which waits for what is under way.
--pack sends what its policy asks for, besides trade: messages, live sessions, courses, certificates, deposits, all that
its merchants tell; a day of a merchant is then about seventeen events. Send it to an Updraft that was started so.

--data is the directory of the running Updraft: for the token of its HTTP door (or UPDRAFT_TOKEN), and with --to log
for the key of buyers' pseudonyms (or UPDRAFT_PSEUDONYM_KEY). --to inbound writes the topic of INBOUND_TOPIC at
KAFKA_BROKERS, malformed events included, for the door to refuse. --to log writes the workspace's activity, in Kafka
or in the database of DATABASE_URL, and refuses here what a door would.
Exit code 1: something was not sent or not answered, or the door judged an event otherwise than it should.`,
    )
    .action(run);
}

async function run(options: SimulateCommandOptions): Promise<void> {
  const { isWell, summaryText } = await import('#tools/simulate/run-summary');
  const target = await openTarget(options);
  let summary: RunSummary;
  try {
    summary = await runInto(target, options);
  } finally {
    await target.close();
  }
  process.stdout.write(`${options.json === true ? JSON.stringify(summary) : summaryText(summary)}\n`);
  process.exitCode = isWell(summary) ? 0 : 1;
}

async function runInto(target: Target, options: SimulateCommandOptions): Promise<RunSummary> {
  const { simulate } = await import('#tools/simulate/simulate');
  const shape = options.pack === undefined ? null : shapeOf(options.pack).options;
  return simulate({
    target,
    seed: options.seed,
    season: options.season ?? shape?.season ?? SEASONS[0],
    ...(shape === null ? {} : { shape }),
    merchants: options.merchants,
    eventsPerSecond: options.rate,
    eventsMax: options.events ?? null,
    durationMs: options.duration ?? null,
    duplicatesPpm: options.duplicates,
    latePpm: options.late,
    poisonPpm: options.poison,
    output: process.stderr,
    onInterrupt: (end) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
    },
  });
}
