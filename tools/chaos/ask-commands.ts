import { join } from 'node:path';
import type { FreshServices } from './fresh-services.ts';
import { updraft, type CommandResult } from './run-command.ts';

// What an auditor would run on the logs of a workspace, by the commands that an auditor has.

export interface Verdicts {
  readonly replayed: CommandResult;
  readonly exported: CommandResult;
  /** The state of every merchant, in a file. */
  readonly told: CommandResult;
  readonly checked: CommandResult;
}

/** Replay reads the logs, the checker an export of them: neither waits for the other. */
export async function askCommands(services: FreshServices, workspace: string): Promise<Verdicts> {
  const env = { KAFKA_BROKERS: services.kafka.brokers, DATABASE_URL: services.databaseUrl };
  const dir = join(services.directory, 'export');
  const states = join(services.directory, 'state.ndjson');
  const [replayed, rest] = await Promise.all([
    updraft(['replay', '--workspace', workspace], env),
    checkExport(),
  ]);
  return { replayed, ...rest };

  async function checkExport(): Promise<Omit<Verdicts, 'replayed'>> {
    const exported = await updraft(['export', '--workspace', workspace, '--out', dir], env);
    const told = await updraft(['state', '--all', '--export', dir], {}, states);
    const checked = await updraft(['check', dir, '--state', states], {});
    return { exported, told, checked };
  }
}
