import { createProgressBar } from '#tools/import/progress-bar';
import type { Command } from 'commander';
import { exportLogs } from '#tools/replay/export';
import { CommandError } from './command-error.ts';
import { withSource, type SourceOptions } from './open-source.ts';
import { addWorkspaceOptions } from './workspace-options.ts';

interface ExportOptions extends SourceOptions {
  readonly out: string;
}

export function addExportCommand(program: Command): void {
  addWorkspaceOptions(program.command('export'))
    .description(
      'write the logs to a folder: segments of lines and a manifest with hashes, genesis and digests',
    )
    .requiredOption('--out <dir>', 'folder to write to; must be empty or absent')
    .addHelpText(
      'after',
      `
An export can be replayed (updraft replay --export DIR) and checked (updraft check DIR) by somebody who has nothing
but the folder. Two exports of the same history are the same bytes, whatever transport it came from.`,
    )
    .action(run);
}

async function run(options: ExportOptions): Promise<void> {
  const { out } = options;
  await withSource(options, async (source) => {
    let records = 0;
    const bar = createProgressBar(process.stderr);
    const manifest = await exportLogs(source, out, (log, partition, added) => {
      records += added;
      if (process.stderr.isTTY) bar.show(records, records, `${log} ${partition}`);
    })
      .catch((error: unknown) => {
        throw (error as Error).message.includes('must be empty')
          ? new CommandError((error as Error).message)
          : error;
      })
      .finally(() => bar.end());
    process.stdout.write(`exported ${source.name} to ${out}: log ${manifest.logId}, ${records} records\n`);
    process.stdout.write(`digest   ${manifest.digest}\n`);
  });
}
