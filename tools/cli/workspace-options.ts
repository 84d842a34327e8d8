import type { Command } from 'commander';
import { WORKSPACE_DEFAULT } from '#store/workspace';

export const DATA_DEFAULT = '.updraft';

export interface WorkspaceOptions {
  /** Directory of the embedded database, and of keys and tokens in every mode. */
  readonly data: string;
  readonly workspace: string;
}

export function addWorkspaceOptions(command: Command, workspace = WORKSPACE_DEFAULT): Command {
  return command
    .option('--data <dir>', 'directory of the embedded database and of keys', DATA_DEFAULT)
    .option('--workspace <name>', 'workspace: its logs are called NAME.activity and so on', workspace);
}
