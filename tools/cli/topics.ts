import type { Command } from 'commander';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';
import { duration, instant, wholeNumber, zone } from './option-value.ts';
import { TREASURIES_DEFAULT } from '#contracts/genesis';
import { findTopicFaults, PARTITIONS_DEFAULT, writeGenesis, ZONE_DEFAULT } from '#stage/begin-log';

const PARTITIONS_MAX = 1_024;

interface CreateOptions extends WorkspaceOptions {
  readonly partitions?: number;
  readonly treasuries?: number;
  readonly zone?: string;
  readonly lateness?: number;
  readonly future?: number;
  readonly now?: number;
  readonly history?: boolean;
}

export function addTopicsCommand(program: Command): void {
  const topics = program.command('topics').description('create and check the logs of a workspace');

  addWorkspaceOptions(topics.command('create'))
    .description(
      'create what is missing and write genesis to every partition of activity, treasury and census, once',
    )
    .option(
      '--partitions <n>',
      `partitions (default: ${PARTITIONS_DEFAULT}); fixed for good`,
      wholeNumber(1, PARTITIONS_MAX),
    )
    .option(
      '--treasuries <n>',
      `partitions of the treasury log and of the census log each (default: ${TREASURIES_DEFAULT}); fixed for good`,
      wholeNumber(1, PARTITIONS_MAX),
    )
    .option('--zone <name>', `market zone, by which days begin (default: ${ZONE_DEFAULT})`, zone)
    .option(
      '--lateness <duration>',
      'how late an event may be and how long ids are kept (default: 7d)',
      duration,
    )
    .option('--future <duration>', 'how far ahead of log time an event may be (default: 10m)', duration)
    .option('--now <instant>', 'first log time, for history to be imported (default: the clock)', instant)
    .option('--history', 'ticks will come with imported records; without it the workspace is live at once')
    .addHelpText(
      'after',
      `
A second run with the same settings, or with none, changes nothing; one with others is refused, and so is a workspace
whose activity begins with anything else. A lock in the database (or the data directory) keeps two runs apart. On
Kafka without DATABASE_URL nothing can: the first record of each partition is read before and after writing, so two
runs at the same time are noticed, but only afterwards.`,
    )
    .action(create);

  addWorkspaceOptions(topics.command('check'))
    .description('say what is wrong with the logs: missing, wrong partitions, retention, no genesis')
    .action(check);
}

async function create(options: CreateOptions): Promise<void> {
  const { openWorkspace } = await import('./open-workspace.ts');
  const workspace = await openWorkspace({ ...options, for: 'create' });
  try {
    const wish = {
      ...(options.partitions === undefined ? {} : { partitions: options.partitions }),
      ...(options.treasuries === undefined ? {} : { treasuries: options.treasuries }),
      ...(options.zone === undefined ? {} : { zone: options.zone }),
      ...(options.lateness === undefined ? {} : { latenessMs: options.lateness }),
      ...(options.future === undefined ? {} : { futureMs: options.future }),
      ...(options.now === undefined ? {} : { nowMs: options.now }),
    };
    const { genesis, written } = await writeGenesis(workspace.logs, workspace.database, wish, {
      clockMs: Date.now(),
      isLive: options.history !== true,
    });
    const { logId, partitions } = genesis;
    const what = `${workspace.name}: log ${logId}, ${partitions} partitions, zone ${genesis.zone}`;
    const did = written.length === 0 ? 'was there already' : `genesis written to ${written.length}`;
    process.stdout.write(`${what}; ${did}\n`);
    process.exitCode = report(await findTopicFaults(workspace.logs));
  } finally {
    await workspace.close();
  }
}

async function check(options: WorkspaceOptions): Promise<void> {
  const { openWorkspace } = await import('./open-workspace.ts');
  const workspace = await openWorkspace({ ...options, for: 'existing' });
  try {
    const faults = await findTopicFaults(workspace.logs);
    if (faults.length === 0) process.stdout.write(`${workspace.name}: all is well\n`);
    process.exitCode = report(faults);
  } finally {
    await workspace.close();
  }
}

function report(faults: readonly string[]): number {
  for (const fault of faults) process.stdout.write(`- ${fault}\n`);
  return faults.length === 0 ? 0 : 1;
}
