import type { Command } from 'commander';
import { createProgressBar } from '#tools/import/progress-bar';
import { BATCH_RECORDS_DEFAULT, replay, WORKERS_DEFAULT } from '#tools/replay/replay';
import { replayLines } from '#tools/replay/replay-lines';
import { withSource, type SourceOptions } from './open-source.ts';
import { addWorkspaceOptions } from './workspace-options.ts';
import { wholeNumber } from './option-value.ts';

const BATCH_RECORDS_MAX = 100_000;
const WORKERS_MAX = 64;

interface ReplayCommandOptions extends SourceOptions {
  readonly batchSize: number;
  readonly workers: number;
  readonly json?: boolean;
}

export function addReplayCommand(program: Command): void {
  addWorkspaceOptions(program.command('replay'))
    .description('re-execute history and compare it with what was recorded, byte for byte')
    .option('--export <dir>', 'replay this export instead of the workspace')
    .option('--from-genesis', 'begin at genesis; the only way so far, and what happens without it too')
    .option(
      '--batch-size <n>',
      'records that a worker steps at a time; outcomes do not depend on it',
      wholeNumber(1, BATCH_RECORDS_MAX),
      BATCH_RECORDS_DEFAULT,
    )
    .option('--workers <n>', 'worker processes', wholeNumber(1, WORKERS_MAX), WORKERS_DEFAULT)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Workers get their records through pipes and reach neither network nor database nor files: they run in a network
namespace of their own where this machine allows it (unshare -rn), under Node's permission model, and with Node's
ways out closed. What the pipeline has not published yet is counted and no difference.

Exit code 0: equal. 1: different, with the first difference and both its sides, or stopped at a record that cannot
be stepped.`,
    )
    .action(run);
}

async function run(options: ReplayCommandOptions): Promise<void> {
  await withSource(options, async (source) => {
    const bar = createProgressBar(process.stderr);
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1_000;
    const result = await replay(source, {
      batchRecords: options.batchSize,
      workers: options.workers,
      onProgress: ({ records, total, partitionsDone, partitions }) => {
        const rate = Math.round(records / Math.max(seconds(), 0.001));
        bar.show(records, total, `${rate} records/s, ${partitionsDone}/${partitions} partitions`);
      },
    }).finally(() => bar.end());
    const lines =
      options.json === true ? [JSON.stringify(result)] : replayLines(result, source.name, seconds());
    for (const line of lines) process.stdout.write(`${line}\n`);
    process.exitCode = result.outcome === 'equal' ? 0 : 1;
  });
}
