import { isUtf8 } from 'node:buffer';
import type { Command } from 'commander';
import type { InboundDeadLetter } from '#contracts/records/letter-records';
import type { DeadLetter } from '#domain/outputs';
import type { DeadLetterRow } from '#store/read/project';
import type { Sql } from '#store/sql';
import { CommandError } from './command-error.ts';
import { wholeNumber } from './option-value.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 1_000;
const ID = /^([a-z]+\/\d{1,9})\/(\d{1,15})$/;

interface ListOptions extends WorkspaceOptions {
  readonly reason?: string;
  readonly limit: number;
  readonly json?: boolean;
}

interface ShowOptions extends WorkspaceOptions {
  readonly json?: boolean;
}

export function addDeadLettersCommand(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('records that do not count, with the reason: refused by scoring, or at the door of a topic');

  addWorkspaceOptions(letters.command('list'))
    .description('newest first, one line each')
    .option('--reason <name>', 'only these, such as conflict, too-late, malformed, payload')
    .option('--limit <n>', 'how many', wholeNumber(1, LIMIT_MAX), LIMIT_DEFAULT)
    .option('--json', 'whole records, one per line')
    .action(list);

  addWorkspaceOptions(letters.command('show'))
    .description('one of them whole: what is wrong, and the record as it came')
    .argument('<id>', 'as the list says it: scoring/3/4 or inbound/2/4712')
    .option('--json', 'the record as it stands in the log')
    .addHelpText(
      'after',
      `
Both read the tables that the console keeps, so it must have run. The embedded database has room for one process: ask a
running \`updraft start\` at GET /v1/dead-letters.`,
    )
    .action(show);
}

async function list({ reason, limit, json, ...options }: ListOptions): Promise<void> {
  const { findDeadLetters } = await import('#store/read/find-dead-letters');
  const rows = await withTables(options, (sql) => findDeadLetters(sql, reason, null, limit));
  for (const row of rows) process.stdout.write(`${json === true ? row.record : lineOf(row)}\n`);
  if (rows.length === 0 && json !== true) {
    process.stdout.write(`no dead letters${reason === undefined ? '' : ` of reason ${reason}`}\n`);
  }
}

async function show(id: string, { json, ...options }: ShowOptions): Promise<void> {
  const [, writer, sequence] = ID.exec(id) ?? [];
  if (writer === undefined)
    throw new CommandError(`${id}: must be WRITER/PARTITION/SEQUENCE, as the list says it`);
  const { findDeadLetter } = await import('#store/read/find-dead-letters');
  const row = await withTables(options, (sql) => findDeadLetter(sql, writer, Number(sequence)));
  if (row === null)
    throw new CommandError(`${id}: there is no such dead letter in the tables of the console`);
  process.stdout.write(`${json === true ? row.record : pageOf(row)}\n`);
}

async function withTables<T>(options: WorkspaceOptions, read: (sql: Sql) => Promise<T>): Promise<T> {
  const { openWorkspace } = await import('./open-workspace.ts');
  const workspace = await openWorkspace({ ...options, for: 'existing' });
  try {
    if (workspace.database === null)
      throw new CommandError(
        'DATABASE_URL: must be set: dead letters are listed from the tables of the console',
      );
    return await read(workspace.database);
  } finally {
    await workspace.close();
  }
}

function lineOf(row: DeadLetterRow): string {
  const { writer, sequence, atMs, reason, merchant } = row;
  const at = new Date(atMs).toISOString();
  return `${at}  ${writer}/${sequence}  ${reason}  ${merchant ?? '-'}  ${whyOf(row)}`;
}

function whyOf(row: DeadLetterRow): string {
  const data = dataOf(row);
  return 'problems' in data ? data.problems.map(wordsOf).join('; ') : data.detail;
}

function wordsOf({ field, value, rule }: InboundDeadLetter['problems'][number]): string {
  return `${field === '' ? '' : `${field} `}${value} ${rule}`;
}

function pageOf(row: DeadLetterRow): string {
  const data = dataOf(row);
  const head = [lineOf(row), `position  ${'topic' in data ? `${data.topic} ` : ''}${row.position}`];
  if (!('bytes' in data))
    return [...head, `event     ${data.source} ${data.eventId}`, '', data.record].join('\n');
  const { base64, length, sha256 } = data.bytes;
  const bytes = Buffer.from(base64, 'base64');
  const kept = bytes.length < length ? `, the first ${bytes.length} are kept` : '';
  const shown = isUtf8(bytes) ? bytes.toString('utf8') : `base64 ${base64}`;
  return [...head, `value     ${length} bytes${kept}, SHA-256 ${sha256 ?? 'none'}`, '', shown].join('\n');
}

function dataOf({ record }: DeadLetterRow): DeadLetter | InboundDeadLetter {
  return (JSON.parse(record) as { data: DeadLetter | InboundDeadLetter }).data;
}
