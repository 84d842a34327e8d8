import type { Command } from 'commander';
import { activateBundle, publishBundle } from '#stage/activation';
import { readGenesis } from '#stage/begin-log';
import { BundleFileError, readBundleFile } from '#stage/bundle-file';
import { systemClock } from '#stage/clock';
import { CommandError } from './command-error.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

interface ActivateOptions extends WorkspaceOptions {
  readonly approvedBy: readonly string[];
}

const APPROVERS_MIN = 2;

export function addPolicyCommand(program: Command): void {
  const policy = program.command('policy').description('check a policy file, and put it live');

  policy
    .command('check')
    .description('say everything that is wrong with a policy file')
    .argument('<file>', 'YAML')
    .action(async (file: string) => {
      const { bundle, hash } = await readPolicyFile(file);
      process.stdout.write(`${file}: bundle ${bundle.id} is well, ${hash}\n`);
    });

  addWorkspaceOptions(policy.command('activate'))
    .description('publish a policy file and activate it in every partition')
    .argument('<file>', 'YAML')
    .requiredOption('--approved-by <name...>', 'two people who stand for it')
    .addHelpText(
      'after',
      `
Scoring and the treasury must be running: they confirm. The command re-sends until every partition has, and ends then.
A bundle that is live everywhere is left as it is.`,
    )
    .action(activate);
}

async function activate(file: string, options: ActivateOptions): Promise<void> {
  const approvedBy = [...new Set(options.approvedBy)];
  if (approvedBy.length < APPROVERS_MIN) {
    throw new CommandError(`--approved-by: ${approvedBy.join(' ')}: must name two different people`);
  }
  const { text, hash, bundle } = await readPolicyFile(file);
  const { openWorkspace } = await import('./open-workspace.ts');
  const { createSnapshotStore } = await import('#store/postgres-snapshot-store');
  const { logs, database, name, close } = await openWorkspace({ ...options, for: 'existing' });
  try {
    if (database === null) throw new CommandError('DATABASE_URL: must be set: partitions confirm there');
    const genesis = await readGenesis(logs);
    if (genesis === null)
      throw new CommandError(`${name} was not begun; create it with \`updraft topics create\``);
    const { logId, partitions, treasuries } = genesis;
    const writer = logs.writer('registry');
    const store = createSnapshotStore(database);
    const sizes = { partitions, treasuries };
    const ports = { logs, writer, store, clock: systemClock, logId, ...sizes, wallClock: Date.now };
    await publishBundle(ports, hash, text);
    let shown = '';
    await activateBundle(ports, hash, approvedBy, (confirmed, all) => {
      const line = `${bundle.id}: ${confirmed}/${all} partitions have confirmed\n`;
      if (line !== shown) process.stdout.write(line);
      shown = line;
    });
    await writer.close();
  } finally {
    await close();
  }
}

/** Refuses with what a person can repair. */
export async function readPolicyFile(file: string): ReturnType<typeof readBundleFile> {
  try {
    return await readBundleFile(file);
  } catch (error) {
    if (error instanceof BundleFileError) throw new CommandError(error.message);
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
