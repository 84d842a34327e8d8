import { Option, type Command } from 'commander';
import { PARTITIONS_DEFAULT } from '#stage/begin-log';
import { wholeNumber } from './option-value.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

const PARTITIONS_MAX = 1_024;

export interface ImportOptions extends WorkspaceOptions {
  readonly leads: 'won' | 'all';
  readonly partitions?: number;
  readonly policy: string;
  /** False with --no-process. */
  readonly process: boolean;
}

export function addImportCommand(program: Command): void {
  const command = program.command('import').description('import real history into a workspace of its own');
  addWorkspaceOptions(command.command('olist'), 'olist')
    .description('the public merchant data of Olist: leads, won deals with their survey, order lines')
    .argument('<dir>', 'folder with the CSV files')
    .addOption(new Option('--leads <which>', 'leads to import').choices(['won', 'all']).default('won'))
    .option('--policy <file>', 'policy that decides over the history', 'policies/orders-only/bundle.yaml')
    .option('--no-process', 'only append to the log: scoring and allocator run elsewhere')
    .option(
      '--partitions <n>',
      `partitions of a new workspace (default: ${PARTITIONS_DEFAULT})`,
      wholeNumber(1, PARTITIONS_MAX),
    )
    .addHelpText(
      'after',
      `
A workspace that does not exist is created with the zone and first instant of the files. An import that was
interrupted goes on where it was; a finished one sends nothing. Without Kafka the history is scored and decided
here, while it is sent.`,
    )
    .action(async (dir: string, options: ImportOptions) => {
      const { importOlist } = await import('./import-olist.ts');
      await importOlist(dir, options);
    });
}
