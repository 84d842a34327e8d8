import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PSEUDONYM_KEY_BYTES_MIN } from '#contracts/pseudonym';
import { loadOrMakeKey, loadOrMakeTokens, loadTokens, type TokenRecord } from '#contracts/tokens';
import { type IngestConfig, isLoopback } from './ingest.config.ts';

export interface IngestSecrets {
  readonly tokens: readonly TokenRecord[];
  readonly pseudonymKey: Buffer;
}

/**
 * Loads tokens and pseudonym key. They are made when they are missing only where nobody but this machine can
 * connect: elsewhere every door must be given the same ones, and an open door is worse than none.
 */
export function openSecrets(config: IngestConfig): IngestSecrets {
  const directory = config.dataDirectory;
  const mayMake = isLoopback(config.host);
  const keyPath = join(directory, 'pseudonym.key');
  const missing: string[] = [];
  if (loadTokens(join(directory, 'tokens.json')) === null) missing.push(join(directory, 'tokens.json'));
  if (config.pseudonymKeyHex === null && !existsSync(keyPath))
    missing.push(`${keyPath} or UPDRAFT_PSEUDONYM_KEY`);
  if (missing.length > 0 && !mayMake) {
    throw new Error(
      `INGEST_HOST: ${JSON.stringify(config.host)} can be reached from elsewhere, so ${missing.join(' and ')} ` +
        'must be there already; only on a loopback address they are made',
    );
  }
  const tokens = loadOrMakeTokens(directory);
  if (tokens.length === 0) throw new Error(`${join(directory, 'tokens.json')}: must hold at least one token`);
  const pseudonymKey =
    config.pseudonymKeyHex === null
      ? loadOrMakeKey(keyPath, PSEUDONYM_KEY_BYTES_MIN)
      : Buffer.from(config.pseudonymKeyHex, 'hex');
  return { tokens, pseudonymKey };
}
