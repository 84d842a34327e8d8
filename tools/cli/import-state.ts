import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportState } from '#tools/import/import-olist';

/**
 * How far imports came, in the data directory, by log: a workspace that was made anew begins anew. Losing the file
 * costs a second sending, which the log deduplicates within its lateness.
 */
export function openImportState(data: string, logId: string): ImportState {
  const path = join(data, `imports-${logId}.json`);
  const read = (): Record<string, number> => {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw new Error(`${path}: must be what an earlier import wrote; ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
  return {
    read: (fileHash) => Promise.resolve(read()[fileHash] ?? 0),
    write(fileHash, acknowledged) {
      mkdirSync(data, { recursive: true });
      const draft = `${path}.${process.pid}`;
      writeFileSync(draft, `${JSON.stringify({ ...read(), [fileHash]: acknowledged })}\n`);
      renameSync(draft, path);
      return Promise.resolve();
    },
  };
}
