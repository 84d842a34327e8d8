import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { logShapes } from '#contracts/logs';
import { packageRoot } from '#store/pglite/package-root';
import type { Logs } from '#stream/log';
import { TREASURIES, type WorkspaceInMemory } from '#tools/replay/workspace-fixture';

// For specs: the command line as a person calls it, in a process of its own.

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables that would lead a command elsewhere are not passed on. */
export function updraft(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const main = join(packageRoot(import.meta.url), 'dist/tools/cli/main.js');
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [main, ...args], { env: { PATH, HOME, ...env }, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Everything that a season left, into the logs of an empty workspace. */
export async function fill(logs: Logs, season: WorkspaceInMemory, partitions: number): Promise<void> {
  await logs.create(logShapes(partitions, TREASURIES));
  const writer = logs.writer('spec');
  for (const { log, partitions: count } of logShapes(partitions, TREASURIES)) {
    for (let partition = 0; partition < count; partition += 1) {
      await writer.append(log, partition, season.partition(log, partition));
    }
  }
  await writer.close();
}
