import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

const WATCH_MS = 2_000;
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

interface StatusOptions extends WorkspaceOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

export function addStatusCommand(program: Command): void {
  addWorkspaceOptions(program.command('status'))
    .description('one screen: who owns each partition, where it stands, how far behind it is')
    .option('--json', 'the same as JSON, as GET /v1/status answers it')
    .option('--watch', `again every ${WATCH_MS / 1_000} s, until interrupted`)
    .addHelpText(
      'after',
      `
"Behind" is the records of the input beyond the last snapshot, which is at most seconds old while a stage works; the
read side's are what its tables do not show yet. "Catching up" follows a gap in time, a start after a pause too: for
ten minutes what is adverse to a merchant waits. The embedded database has room for one process: ask a running
\`updraft start\` at GET /v1/status. Exit code 1 where a partition has no owner, a stage with input has not saved for
a minute, or the read side has an alarm.`,
    )
    .action(run);
}

async function run(options: StatusOptions): Promise<void> {
  const [{ openWorkspace }, { PartitionStatus }, { faultsOf, statusLines }] = await Promise.all([
    import('./open-workspace.ts'),
    import('#apps/console/src/partition-status'),
    import('./status-screen.ts'),
  ]);
  const { createSnapshotStore } = await import('#store/postgres-snapshot-store');
  const workspace = await openWorkspace({ ...options, for: 'existing' });
  try {
    const { logs, database, name } = workspace;
    if (database === null) {
      throw new CommandError(
        'DATABASE_URL is not set: owners and snapshots are in PostgreSQL, not in Kafka.',
      );
    }
    const { length: partitions } = await logs.endOffsets('activity');
    const status = new PartitionStatus(logs, database, partitions, createSnapshotStore(database));
    do {
      const read = await status.read();
      const text = options.json === true ? JSON.stringify(read) : statusLines(name, read).join('\n');
      process.stdout.write(`${options.watch === true && process.stdout.isTTY ? CLEAR_SCREEN : ''}${text}\n`);
      process.exitCode = faultsOf(read).length === 0 ? 0 : 1;
      if (options.watch === true) await sleep(WATCH_MS);
    } while (options.watch === true);
  } finally {
    await workspace.close();
  }
}
