import { join } from 'node:path';
import { loadOrMakeKey, loadOrMakeTokens, type TokenRecord } from '#contracts/tokens';
import type { Genesis } from '#domain/controls';
import { openBackbone, openEmbedded, type Backbone } from '#stage/backbone';
import { writeGenesis } from '#stage/begin-log';
import { workspaceOf } from '#stage/stage.config';
import type { Log } from '#telemetry/log';
import type { StandaloneConfig } from './standalone.config.ts';

const PSEUDONYM_KEY_BYTES = 32;

/** A workspace that one process serves: its backbone, its genesis, and the secrets of its data directory. */
export interface Workspace {
  readonly backbone: Backbone;
  readonly genesis: Genesis;
  readonly tokens: readonly TokenRecord[];
  readonly pseudonymKey: Buffer;
  /** Directory of the embedded database; null: on a server. */
  readonly embeddedIn: string | null;
}

/** Opens the workspace and begins its log where it is new: with `history` from then, and not live until it is over. */
export async function openWorkspace(
  config: StandaloneConfig,
  log: Log,
  history: { readonly startMs: number } | null,
): Promise<Workspace> {
  const { dataDirectory, databaseUrl, prefix, partitions, zone } = config;
  const tokens = loadOrMakeTokens(dataDirectory);
  const pseudonymKey = loadOrMakeKey(join(dataDirectory, 'pseudonym.key'), PSEUDONYM_KEY_BYTES);
  const backbone =
    databaseUrl === null
      ? await openEmbedded(dataDirectory, workspaceOf(prefix), log)
      : await openBackbone({ databaseUrl, brokers: null, prefix, clientId: 'updraft', log });
  try {
    const { genesis } = await writeGenesis(
      backbone.logs,
      backbone.database,
      { partitions, zone },
      { clockMs: history?.startMs ?? Date.now(), isLive: history === null },
    );
    return {
      backbone,
      genesis,
      tokens,
      pseudonymKey,
      embeddedIn: databaseUrl === null ? dataDirectory : null,
    };
  } catch (error) {
    await backbone.close();
    throw error;
  }
}
