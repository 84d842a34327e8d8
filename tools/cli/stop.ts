import type { Command } from 'commander';
import type { StopPorts, StopRule } from '#stage/stop';
import { CommandError } from './command-error.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

interface StopOptions extends WorkspaceOptions {
  readonly by: readonly string[];
  readonly reason: string;
}

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
shrunk, revoked and expire as ever. The embedded database has room for one process: ask the running one, by
POST /v1/stops with an operator's token.`,
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
  await check(scope, by, reason, isStopped);
  const [
    { openWorkspace },
    { createSnapshotStore },
    { readGenesis },
    { sendStop },
    { stopPorts, STOP_WRITER },
  ] = await Promise.all([
    import('./open-workspace.ts'),
    import('#store/postgres-snapshot-store'),
    import('#stage/begin-log'),
    import('#stage/stop'),
    import('#stage/stop-ports'),
  ]);
  const { logs, database, name, close } = await openWorkspace({ ...options, for: 'existing' });
  try {
    if (database === null) throw new CommandError('DATABASE_URL: must be set: partitions confirm there');
    const genesis = await readGenesis(logs);
    if (genesis === null)
      throw new CommandError(`${name} was not begun; create it with \`updraft topics create\``);
    const store = createSnapshotStore(database);
    if (isStopped) await refuseUnknown({ logs, store }, scope);
    const writer = logs.writer(STOP_WRITER);
    const ports = stopPorts({ logs, writer, database, store, genesis });
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

async function check(
  scope: string,
  by: readonly string[],
  reason: string,
  isStopped: boolean,
): Promise<void> {
  const { RESUMERS_MIN, STOP_RULES: rules } = await import('#stage/stop');
  if (breaks(rules.scope, scope)) throw new CommandError(`${scope}: ${rules.scope.rule}`);
  for (const name of by) {
    if (breaks(rules.by, name)) throw new CommandError(`--by ${name}: ${rules.by.rule}`);
  }
  if (!isStopped && by.length < RESUMERS_MIN)
    throw new CommandError(`--by: ${by.join(' ')}: must name two different people`);
  if (breaks(rules.reason, reason)) throw new CommandError(`--reason: ${rules.reason.rule}`);
}

function breaks({ isKept }: StopRule, text: string): boolean {
  return !isKept(text);
}

/** Of stops alone: what was stopped under an earlier bundle must be free to go on. */
async function refuseUnknown(ports: Pick<StopPorts, 'logs' | 'store'>, scope: string): Promise<void> {
  const { unknownScope } = await import('#stage/stop');
  const why = await unknownScope(ports, scope);
  if (why !== null) throw new CommandError(`${scope}: ${why}`);
}
