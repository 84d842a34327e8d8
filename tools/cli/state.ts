import { once } from 'node:events';
import { Option, type Command } from 'commander';
import { merchantStates } from '#tools/replay/merchant-state';
import { withSource, type SourceOptions } from './open-source.ts';
import { addWorkspaceOptions } from './workspace-options.ts';

export function addStateCommand(program: Command): void {
  addWorkspaceOptions(program.command('state'))
    .description('print what is known of each merchant, as lines of JSON')
    .addOption(new Option('--all', 'all merchants').makeOptionMandatory())
    .option('--export <dir>', 'read this export instead of the workspace')
    .addHelpText(
      'after',
      `
Each line is one merchant: its facts by local day, tier, open orders, and the position they are as of, which is the
last activity record of its partition. Computed by replaying activity through scoring, and not read from snapshots:
it costs a replay and is the truth.`,
    )
    .action(run);
}

async function run(options: SourceOptions): Promise<void> {
  await withSource(options, async (source) => {
    for await (const state of merchantStates(source)) {
      if (!process.stdout.write(`${JSON.stringify(state)}\n`)) await once(process.stdout, 'drain');
    }
  });
}
