import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PSEUDONYM_KEY_BYTES_MIN } from '#contracts/pseudonym';
import { loadOrMakeKey } from '#contracts/tokens';
import { CommandError } from './command-error.ts';

/** The key of the workspace's doors: a buyer must have one pseudonym, whichever way its orders came in. */
export function pseudonymKey(data: string): Buffer {
  const hex = process.env['UPDRAFT_PSEUDONYM_KEY'];
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  return loadOrMakeKey(join(data, 'pseudonym.key'), PSEUDONYM_KEY_BYTES_MIN);
}

/** Of a workspace that has doors already, so that a new key is certainly another one than theirs. */
export function standingPseudonymKey(data: string): Buffer {
  const path = join(data, 'pseudonym.key');
  if (process.env['UPDRAFT_PSEUDONYM_KEY'] === undefined && !existsSync(path)) {
    throw new CommandError(
      `${path}: the key of the workspace's doors is not there; say --data DIR, or set UPDRAFT_PSEUDONYM_KEY`,
    );
  }
  return pseudonymKey(data);
}
