import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { PSEUDONYM_KEY_BYTES_MIN } from '#contracts/pseudonym';
import { loadOrMakeKey, loadOrMakeTokens } from '#contracts/tokens';
import type { Genesis } from '#domain/controls';
import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { olistGenesis } from '#tools/import/import-olist';
import { runImport } from '#tools/import/run-import';
import { PARTITIONS_DEFAULT, writeGenesis } from '#stage/begin-log';
import { processHistory } from '#tools/start/process-history';
import { openImportState } from './import-state.ts';
import {
  addWorkspaceOptions,
  openWorkspace,
  type Workspace,
  type WorkspaceOptions,
} from './open-workspace.ts';
import { wholeNumber } from './option-value.ts';

const PARTITIONS_MAX = 1_024;

interface ImportOptions extends WorkspaceOptions {
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
    .action(importOlist);
}

async function importOlist(dir: string, options: ImportOptions): Promise<void> {
  const wish = {
    ...(await olistGenesis(dir)),
    ...(options.partitions ? { partitions: options.partitions } : {}),
  };
  const workspace = await openWorkspace({ ...options, for: 'create' });
  try {
    const { genesis } = await writeGenesis(workspace.logs, workspace.database, wish, {
      clockMs: Date.now(),
      isLive: false,
    });
    const send = async (): Promise<void> => {
      await runImport({
        dataset: 'olist',
        dir,
        leads: options.leads,
        logs: workspace.logs,
        pseudonymKey: pseudonymKey(options.data),
        workspaceState: openImportState(options.data, genesis.logId),
        output: process.stdout,
      });
    };
    if (options.process && (process.env['KAFKA_BROKERS'] ?? '') === '')
      await sendAndDecide(workspace, genesis, options, send);
    else await send();
  } finally {
    await workspace.close();
  }
}

async function sendAndDecide(
  { logs, database }: Workspace,
  genesis: Genesis,
  { data, policy }: ImportOptions,
  send: () => Promise<void>,
): Promise<void> {
  if (database === null) throw new Error('a workspace without Kafka has a database');
  await processHistory(
    {
      backbone: {
        logs,
        database,
        store: createSnapshotStore(database),
        isEmbedded: database.embedded,
        close: () => Promise.resolve(),
      },
      genesis,
      tokens: loadOrMakeTokens(data),
      pseudonymKey: pseudonymKey(data),
    },
    policy,
    send,
    process.stdout,
  );
}

/** The key of the workspace's doors: a buyer must have one pseudonym, whichever way its orders came in. */
function pseudonymKey(data: string): Buffer {
  const hex = process.env['UPDRAFT_PSEUDONYM_KEY'];
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  return loadOrMakeKey(join(data, 'pseudonym.key'), PSEUDONYM_KEY_BYTES_MIN);
}
