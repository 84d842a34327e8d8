import { loadOrMakeTokens } from '#contracts/tokens';
import type { Genesis } from '#domain/controls';
import { writeGenesis } from '#stage/begin-log';
import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { olistGenesis } from '#tools/import/import-olist';
import { runImport } from '#tools/import/run-import';
import { processHistory } from '#tools/start/process-history';
import { openImportState } from './import-state.ts';
import type { ImportOptions } from './import.ts';
import { openWorkspace, type Workspace } from './open-workspace.ts';
import { pseudonymKey } from './pseudonym-key.ts';

/** Sends the history of the files and, where nobody else does, scores it and decides. */
export async function importOlist(dir: string, options: ImportOptions): Promise<void> {
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
      embeddedIn: database.embedded ? data : null,
      tokens: loadOrMakeTokens(data),
      pseudonymKey: pseudonymKey(data),
    },
    policy,
    send,
    process.stdout,
  );
}
