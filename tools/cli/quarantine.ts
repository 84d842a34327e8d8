import type { Command } from 'commander';
import { formatPosition, parsePosition } from '#domain/stage/position';
import type { QuarantineDesk, QuarantineRequest } from '#store/quarantine-desk';
import type { Database } from '#store/sql';
import type { Logs } from '#stream/log';
import { CommandError } from './command-error.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

interface RequestOptions extends WorkspaceOptions {
  readonly reason: string;
  readonly by: string;
}

interface ApproveOptions extends WorkspaceOptions {
  readonly by: string;
}

interface Desk {
  readonly desk: QuarantineDesk;
  readonly logs: Logs;
  readonly database: Database & { readonly embedded: boolean };
}

const POSITION = /^\d{1,9}\/\d{1,15}$/;
const NAME = /^\S(?:.{0,62}\S)?$/;
const REASON_CHARS_MAX = 500;
const SHOWN_CHARS_MAX = 400;

export function addQuarantineCommand(program: Command): void {
  const quarantine = program
    .command('quarantine')
    .description('pass over a record that stopped its partition: two people, a reason, and a dead letter')
    .addHelpText(
      'after',
      `
A record of activity that scoring cannot read or step halts its partition, and nothing is skipped. One person requests
that it be passed over, another approves. The owner, halted at exactly that record, writes an entry into the log
\`quarantine\` and goes on: the record becomes a dead letter, and every replay does the same. Positions are
PARTITION/OFFSET, as \`updraft status\`, /readyz and the log of the process say them. The embedded database has room for
one process: stop it, request, approve, and start it again.`,
    );

  const at = ['<position>', 'PARTITION/OFFSET of the record in activity, such as 3/18842'] as const;
  addWorkspaceOptions(quarantine.command('request'))
    .description('file a request, and show the record that it is about')
    .argument(...at)
    .requiredOption('--reason <text>', 'why it may be passed over; it stands in the dead letter')
    .requiredOption('--by <name>', 'who asks')
    .action(request);
  addWorkspaceOptions(quarantine.command('approve'))
    .description('stand for a request as the second person')
    .argument(...at)
    .requiredOption('--by <name>', 'who approves: somebody else than the one who asked')
    .action(approve);
  addWorkspaceOptions(quarantine.command('withdraw'))
    .description('take a request back; what was entered into the log stays')
    .argument(...at)
    .action(withdraw);
  addWorkspaceOptions(quarantine.command('list'))
    .description('requests, and what became of them')
    .action(list);
}

async function request(position: string, { reason, by, ...options }: RequestOptions): Promise<void> {
  const [partition, offset] = placeOf(position);
  checkName(by);
  if (reason.trim() === '' || reason.length > REASON_CHARS_MAX)
    throw new CommandError(`--reason: must be 1 to ${REASON_CHARS_MAX} characters`);
  if (offset === 0) throw new CommandError(`${position}: is genesis, which cannot be passed over`);
  await atDesk(options, async ({ desk, logs, database }) => {
    const { sha256 } = await import('#stage/sha256');
    const text = await recordAt(logs, partition, offset);
    await refuseStepped(database, partition, offset);
    const recordHash = sha256(text);
    const isNew = await desk.request({ partition, offset, recordHash, reason, requestedBy: by });
    if (!isNew)
      throw new CommandError(`${position}: there is a request already; see \`updraft quarantine list\``);
    say(`${position}: requested by ${by}. SHA-256 ${recordHash}`);
    say(text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)} ...` : text);
    say(`Somebody else approves it: updraft quarantine approve ${position} --by NAME`);
  });
}

async function approve(position: string, { by, ...options }: ApproveOptions): Promise<void> {
  const [partition, offset] = placeOf(position);
  checkName(by);
  await atDesk(options, async ({ desk }) => {
    const found = await desk.find(partition, offset);
    if (found === null) throw new CommandError(`${position}: there is no request for it`);
    if (found.approvedBy !== null)
      throw new CommandError(`${position}: ${found.approvedBy} approved it already`);
    if ((await desk.approve(partition, offset, by)) === null)
      throw new CommandError(`--by ${by}: asked for it; somebody else must approve`);
    say(`${position}: approved by ${by}. The owner of partition ${partition} enters it within seconds.`);
  });
}

async function withdraw(position: string, options: WorkspaceOptions): Promise<void> {
  const [partition, offset] = placeOf(position);
  await atDesk(options, async ({ desk }) => {
    if (!(await desk.withdraw(partition, offset)))
      throw new CommandError(`${position}: there is no request for it`);
    say(`${position}: withdrawn`);
  });
}

async function list(options: WorkspaceOptions): Promise<void> {
  await atDesk(options, async ({ desk, logs }) => {
    const { readQuarantine } = await import('#stage/take-over');
    const requests = await desk.all();
    for (const each of requests) {
      const entered = await readQuarantine(logs, 'scoring', each.partition);
      say(lineOf(each, entered.has(formatPosition([each.partition, each.offset]))));
    }
    if (requests.length === 0) say('no requests');
  });
}

function lineOf(request: QuarantineRequest, isEntered: boolean): string {
  const { partition, offset, reason, requestedBy, approvedBy } = request;
  const approval = approvedBy === null ? 'waits for a second person' : `approved by ${approvedBy}`;
  const state = isEntered ? 'passed over' : approvedBy === null ? 'requested' : 'not entered yet';
  return `${partition}/${offset}  ${state}  requested by ${requestedBy}, ${approval}: ${reason}`;
}

function placeOf(position: string): readonly [number, number] {
  if (!POSITION.test(position))
    throw new CommandError(`${position}: must be PARTITION/OFFSET, such as 3/18842`);
  const [partition, offset] = parsePosition(position);
  return [partition!, offset!];
}

function checkName(by: string): void {
  if (!NAME.test(by)) throw new CommandError(`--by ${by}: must be a name of 1 to 64 characters`);
}

async function atDesk(options: WorkspaceOptions, work: (at: Desk) => Promise<void>): Promise<void> {
  const { openWorkspace } = await import('./open-workspace.ts');
  const { createQuarantineDesk } = await import('#store/quarantine-desk');
  const { migrate } = await import('#store/migrate');
  const workspace = await openWorkspace({ ...options, for: 'existing' });
  try {
    const { database, logs } = workspace;
    if (database === null) throw new CommandError('DATABASE_URL: must be set: requests are filed there');
    await migrate(database);
    await work({ desk: createQuarantineDesk(database), logs, database });
  } finally {
    await workspace.close();
  }
}

async function recordAt(logs: Logs, partition: number, offset: number): Promise<string> {
  const ends = await logs.endOffsets('activity');
  const end = ends[partition];
  if (end === undefined)
    throw new CommandError(`${partition}/${offset}: activity has partitions 0 to ${ends.length - 1}`);
  if (offset < end) {
    for await (const { records } of logs.read('activity', partition, offset)) {
      const [first] = records;
      if (first?.offset === offset) return first.value.toString('utf8');
      break;
    }
  }
  throw new CommandError(`${partition}/${offset}: activity ${partition} ends at ${end}: no such record`);
}

/** Only what halted its partition can be passed over, and what was stepped did not. */
async function refuseStepped(database: Desk['database'], partition: number, offset: number): Promise<void> {
  const { createSnapshotStore } = await import('#store/postgres-snapshot-store');
  const heads = await createSnapshotStore(database).heads();
  const head = heads.find((each) => each.stage === 'scoring' && each.partition === partition);
  const stands = head?.snapshot === null ? undefined : head?.snapshot.mark.position;
  if (stands !== undefined && parsePosition(stands)[1]! >= offset)
    throw new CommandError(
      `${partition}/${offset}: was stepped already; scoring ${partition} stands at ${stands}`,
    );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
