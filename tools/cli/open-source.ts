import { exportSource } from '#tools/replay/export-format';
import { logSource, type RecordSource } from '#tools/replay/record-source';
import { CommandError } from './command-error.ts';
import type { WorkspaceOptions } from './workspace-options.ts';

export interface SourceOptions extends WorkspaceOptions {
  /** Read this export instead of the workspace. */
  readonly export?: string;
}

/** Reads from an export where one is named, else from the workspace. */
export async function withSource<T>(
  options: SourceOptions,
  work: (source: RecordSource) => Promise<T>,
): Promise<T> {
  if (options.export !== undefined) {
    const source = await exportSource(options.export).catch((error: unknown) => {
      throw new CommandError((error as Error).message);
    });
    return work(source);
  }
  // An export is read without a database, and so without what talks to one.
  const { openWorkspace } = await import('./open-workspace.ts');
  const workspace = await openWorkspace({ ...options, for: 'existing' });
  try {
    return await work(logSource(workspace.logs, workspace.name));
  } finally {
    await workspace.close();
  }
}
