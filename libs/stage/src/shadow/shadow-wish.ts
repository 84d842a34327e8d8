import { lockPolicyVersion, readPolicyContent } from '#store/policy/policy-versions';
import { createShadowDesk } from '#store/shadow-desk';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Database } from '#store/sql';
import type { Logs } from '#stream/log';
import { noteShadowEnded, noteShadowStarted } from '../registry/steps.ts';

// Beginning and ending a shadow, for whoever is asked by people. The registry hears of it where it knows the bundle as
// one that was checked and is tried; any other, one from a file or one that is live, may be tried as well.

export interface ShadowWishPorts {
  readonly logs: Logs;
  readonly database: Database;
  readonly snapshots: SnapshotStore;
}

export interface ShadowWish {
  readonly hash: string;
  /** Null: what the registry or the log of policies holds under this hash. */
  readonly text: string | null;
  /** Null: from log time now on. */
  readonly sinceMs: number | null;
  readonly by: string;
}

/** `begun`; `reading`: it goes on; `full`: as many as may read already; `unknown`: nobody has this bundle. */
export type WishOutcome = 'begun' | 'reading' | 'full' | 'unknown';

export async function beginShadow(ports: ShadowWishPorts, wish: ShadowWish): Promise<WishOutcome> {
  const { database, snapshots } = ports;
  const { hash, by } = wish;
  const bundleText = wish.text ?? (await findText(ports, hash));
  if (bundleText === null) return 'unknown';
  const sinceMs = wish.sinceMs ?? (await logTimeNow(snapshots));
  const outcome = await createShadowDesk(database).ask({ hash, bundleText, sinceMs, askedBy: by });
  const version = outcome === 'begun' ? await lockPolicyVersion(database, hash) : null;
  if (version?.state === 'checked')
    await noteShadowStarted(database, hash, by, 'tried beside the live policy');
  return outcome;
}

/** False: nobody had asked for it. */
export async function endShadow(database: Database, hash: string, by: string): Promise<boolean> {
  const isKnown = await createShadowDesk(database).stop(hash);
  const version = isKnown ? await lockPolicyVersion(database, hash) : null;
  if (version !== null) await noteShadowEnded(database, hash, by, 'no longer tried');
  return isKnown;
}

async function findText({ logs, database }: ShadowWishPorts, hash: string): Promise<string | null> {
  const registered = await readPolicyContent(database, hash);
  if (registered !== null) return registered.content;
  for await (const { records } of logs.read('policies', 0, 0)) {
    const found = records.find(({ key }) => key === hash);
    if (found !== undefined) return found.value.toString('utf8');
  }
  return null;
}

/** The latest log time that a partition has reached, as far as snapshots tell; 0 where none has. */
async function logTimeNow(store: SnapshotStore): Promise<number> {
  const times = (await store.heads())
    .filter(({ stage }) => stage === 'scoring')
    .map(({ snapshot }) => Number(snapshot?.mark.facts['nowMs'] ?? 0));
  return Math.max(0, ...times);
}
