import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { StopPorts } from '#stage/stop';
import type { Sql } from '#store/sql';
import { CommandError } from './command-error.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

interface StopOptions extends WorkspaceOptions {
  readonly by: readonly string[];
  readonly reason: string;
}

const RESUMERS_MIN = 2;
const SCOPE = /^(?:all|(?:programme|account):[A-Za-z0-9._:-]{1,64})$/;
const NAME = /^\S(?:.{0,62}\S)?$/;
const REASON_CHARS_MAX = 500;
/** Whoever sends keeps everybody else from sending for so long at most, should it die in between. */
const LEASE_MS = 5_000;

export function addStopCommands(program: Command): void {
  const scope = ['<scope>', 'all, programme:ID or account:ID'] as const;
  const reason = ['--reason <text>', 'why; it stands in the log'] as const;
  addWorkspaceOptions(program.command('stop'))
    .description('stop issuing, at once: everything, a programme, or what an account pays')
    .argument(...scope)
    .requiredOption('--by <name...>', 'who stops it; one person is enough')
    .requiredOption(...reason)
    .addHelpText(
      'after',
      `
Scoring must be running: it confirms, within seconds. Nothing more is issued from there on; grants that run go on, are
shrunk, revoked and expire as ever. The embedded database has room for one process: stop \`updraft start\` instead.`,
    )
    .action((of: string, options: StopOptions) => send(of, options, true));
  addWorkspaceOptions(program.command('resume'))
    .description('issue again what was stopped; it takes two people')
    .argument(...scope)
    .requiredOption('--by <name...>', 'two people who stand for it')
    .requiredOption(...reason)
    .action((of: string, options: StopOptions) => send(of, options, false));
}

async function send(scope: string, options: StopOptions, isStopped: boolean): Promise<void> {
  const { reason } = options;
  const by = [...new Set(options.by)];
  check(scope, by, reason, isStopped);
  const [{ openWorkspace }, { createSnapshotStore }, { readGenesis }, { sendStop }, { systemClock }] =
    await Promise.all([
      import('./open-workspace.ts'),
      import('#store/postgres-snapshot-store'),
      import('#stage/begin-log'),
      import('#stage/stop'),
      import('#stage/clock'),
    ]);
  const { logs, database, name, close } = await openWorkspace({ ...options, for: 'existing' });
  try {
    if (database === null) throw new CommandError('DATABASE_URL: must be set: partitions confirm there');
    const genesis = await readGenesis(logs);
    if (genesis === null)
      throw new CommandError(`${name} was not begun; create it with \`updraft topics create\``);
    const { logId, partitions, treasuries } = genesis;
    const writer = logs.writer('stop');
    const lease = await leaseOf(database);
    const sizes = { partitions, treasuries, logId };
    const store = createSnapshotStore(database);
    const ports = { logs, writer, store, clock: systemClock, ...sizes, wallClock: Date.now, lease };
    let shown = '';
    await sendStop(ports, { scope, isStopped, by, reason }, (confirmed, all) => {
      const did = isStopped ? 'stopped' : 'resumed';
      const line = `${scope}: ${did} in ${confirmed}/${all} partitions\n`;
      if (line !== shown) process.stdout.write(line);
      shown = line;
    });
    await writer.close();
  } finally {
    await close();
  }
}

function check(scope: string, by: readonly string[], reason: string, isStopped: boolean): void {
  if (!SCOPE.test(scope)) throw new CommandError(`${scope}: must be all, programme:ID or account:ID`);
  for (const name of by) {
    if (!NAME.test(name)) throw new CommandError(`--by ${name}: must be a name of 1 to 64 characters`);
  }
  if (!isStopped && by.length < RESUMERS_MIN)
    throw new CommandError(`--by: ${by.join(' ')}: must name two different people`);
  if (reason.trim() === '' || reason.length > REASON_CHARS_MAX)
    throw new CommandError(`--reason: must be 1 to ${REASON_CHARS_MAX} characters`);
}

async function leaseOf(database: Sql): Promise<StopPorts['lease']> {
  const { dropLease, keepLease, saveLeaseState } = await import('#store/lease');
  const holder = randomUUID();
  return {
    keep: () => keepLease(database, 'stop', holder, LEASE_MS),
    save: (state) => saveLeaseState(database, 'stop', holder, state),
    drop: () => dropLease(database, 'stop', holder),
  };
}
