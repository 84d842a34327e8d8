import type { Command } from 'commander';
import { checkExport } from '#tools/checker/check-export';
import { findingLines } from '#tools/checker/finding';
import { CommandError } from './command-error.ts';

export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description(
      'check an export by other means: facts, budgets, chains and positions from the raw logs alone',
    )
    .argument('<dir>', 'an export made by updraft export')
    .option('--state <file>', 'also compare with the output of updraft state --all --export DIR')
    .option('--json', 'print findings, counts and accounts as JSON')
    .addHelpText(
      'after',
      `
The checker shares no code with what it checks. At the end stands what became of each account, to the unit:
total + owed = unleased + in flight + free + held + settling + spent.

 Exit code 0: nothing was found. 1: findings, one a line.`,
    )
    .action(run);
}

async function run(
  dir: string,
  options: { readonly state?: string; readonly json?: boolean },
): Promise<void> {
  const result = await checkExport(dir, options.state ?? null).catch((error: unknown) => {
    // A file that is not there is the caller's; whatever else the checker throws is a bug and keeps its stack.
    throw isMissing(error) ? new CommandError((error as Error).message) : error;
  });
  const lines = options.json === true ? [JSON.stringify(result)] : findingLines(result);
  for (const line of lines) process.stdout.write(`${line}\n`);
  process.exitCode = result.found === 0 ? 0 : 1;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
