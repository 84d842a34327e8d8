import { encodeGenesis, encodeSettings } from '#contracts/genesis';
import { logShapes } from '#contracts/logs';
import { canonicalJson, type Json } from '#domain/canonical';
import type { Genesis } from '#domain/controls';
import { dropLease, keepLease } from '#store/lease';
import type { Sql } from '#store/sql';
import { bindLogId, boundLogId } from '#store/workspace';
import type { Logs } from '#stream/log';
import { systemClock } from './clock.ts';

const LEASE_MS = 60_000;
const WAIT_MS = 200;

/** The workspace was begun with something else; nothing was changed. */
export class OtherGenesisError extends Error {
  override readonly name = 'OtherGenesisError';
}

/**
 * Makes the logs of a workspace and begins each activity partition with the genesis record, once, under a lock, before
 * anything else may write. Begun before: the same parameters are a no-op, others are refused. Returns the genesis that
 * stands. `isLive` false leaves the workspace in history: ticks then come with the records.
 */
export async function beginLog(
  logs: Logs,
  sql: Sql,
  wanted: Omit<Genesis, 'logId'>,
  newLogId: () => string,
  isLive: boolean,
): Promise<Genesis> {
  const holder = newLogId();
  while (!(await keepLease(sql, 'genesis', holder, LEASE_MS)).isHeld) await systemClock.sleep(WAIT_MS);
  try {
    await logs.create(logShapes(wanted.partitions));
    const standing = await readGenesis(logs);
    const genesis = standing ?? { ...wanted, logId: (await boundLogId(sql)) ?? holder };
    if (standing !== null) checkSame(standing, wanted);
    await bindLogId(sql, genesis.logId);
    await writeGenesis(logs, genesis, isLive);
    return genesis;
  } finally {
    await dropLease(sql, 'genesis', holder);
  }
}

/** The genesis of the first partition that has one; null when none was begun. Anything else in its place throws. */
export async function readGenesis(logs: Logs): Promise<Genesis | null> {
  const partitions = await logs.partitions('activity');
  for (let partition = 0; partition < partitions; partition++) {
    const genesis = await genesisOf(logs, partition);
    if (genesis !== null) return genesis;
  }
  return null;
}

async function genesisOf(logs: Logs, partition: number): Promise<Genesis | null> {
  for await (const batch of logs.read('activity', partition, 0)) {
    const first = batch.records[0];
    if (first === undefined) continue;
    const event = JSON.parse(first.value.toString('utf8')) as { type: string; data: Genesis };
    if (event.type === 'updraft.control.genesis.v1') return event.data;
    throw new OtherGenesisError(`activity ${partition} begins with ${event.type}, not with genesis`);
  }
  return null;
}

async function writeGenesis(logs: Logs, genesis: Genesis, isLive: boolean): Promise<void> {
  const writer = logs.writer('genesis');
  try {
    for (let partition = 0; partition < genesis.partitions; partition++) {
      if ((await genesisOf(logs, partition)) !== null) continue;
      const records = [{ key: null, value: encodeGenesis(genesis) }];
      if (isLive) {
        const settings = encodeSettings(genesis.logId, { sequence: 1, mode: 'live' }, genesis.nowMs);
        records.push({ key: null, value: settings });
      }
      await writer.append('activity', partition, records);
    }
  } finally {
    await writer.close();
  }
}

/** Given anew at each start; what stands in the log counts. */
const MAY_DIFFER = ['logId', 'nowMs'];

/** Whoever asks for another market zone or number of partitions asks for another workspace. */
function checkSame(standing: Genesis, wanted: Omit<Genesis, 'logId'>): void {
  const stands: Readonly<Record<string, unknown>> = { ...standing };
  for (const [name, value] of Object.entries(wanted)) {
    if (MAY_DIFFER.includes(name)) continue;
    const before = stands[name];
    if (canonicalJson(before as Json) === canonicalJson(value as Json)) continue;
    throw new OtherGenesisError(
      `${name}: the workspace was begun with ${brief(before)}, not with ${brief(value)}; ` +
        'start anew in another workspace or data directory',
    );
  }
}

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
