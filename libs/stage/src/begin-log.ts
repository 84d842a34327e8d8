import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  encodeGenesis,
  encodeSettings,
  FUTURE_MS_DEFAULT,
  LATENESS_MS_DEFAULT,
  makeGenesis,
} from '#contracts/genesis';
import { logShapes } from '#contracts/logs';
import type { Genesis } from '#domain/controls';
import { ENGINE } from '#domain/engine';
import type { StoreDatabase } from '#store/database';
import { bindLogId } from '#store/workspace';
import type { Logs } from '#stream/log';

// Genesis is the first record of every activity partition: written once, before anything else. A second run with the
// same settings finds it and writes nothing; one that was interrupted is completed with the genesis that stands.

/** The logs of this name are no workspace, or another one than was asked for; nothing was changed. */
export class BeginLogError extends Error {
  override readonly name = 'BeginLogError';
}

/** What was asked for; what is left out is taken from the genesis that stands, or else from the defaults. */
export interface GenesisWish {
  readonly partitions?: number;
  readonly zone?: string;
  readonly latenessMs?: number;
  readonly futureMs?: number;
  readonly nowMs?: number;
  readonly logId?: string;
}

export interface BeginOptions {
  /** First log time where the wish names none. */
  readonly clockMs: number;
  /** False leaves the workspace in history: ticks then come with the records. */
  readonly isLive: boolean;
}

export interface WrittenGenesis {
  readonly genesis: Genesis;
  /** Partitions that had none; empty when there was nothing to do. */
  readonly written: readonly number[];
}

export const PARTITIONS_DEFAULT = 4;
export const ZONE_DEFAULT = 'Asia/Shanghai';
const LOG_ID_BYTES = 8;

/** Creates the logs and sees to it that each activity partition begins with the same genesis. */
export async function writeGenesis(
  logs: Logs,
  database: StoreDatabase | null,
  wish: GenesisWish,
  { clockMs, isLive }: BeginOptions,
): Promise<WrittenGenesis> {
  return withLock(database, async () => {
    const partitions = (await partitionsOf(logs)) ?? wish.partitions ?? PARTITIONS_DEFAULT;
    if (wish.partitions !== undefined && wish.partitions !== partitions) {
      throw conflict('partitions', partitions, wish.partitions);
    }
    await logs.create(logShapes(partitions));
    const standing = await readAllGenesis(logs, partitions);
    const found = standing.find((each) => each !== null) ?? null;
    if (found === null) await refuseOrphans(logs);
    const genesis = found === null ? newGenesis(partitions, wish, clockMs) : found;
    if (genesis.partitions !== partitions) throw new BeginLogError(repartitioned(genesis, partitions));
    refuseOtherWish(genesis, wish);
    if (database !== null) await bindLogId(database, genesis.logId);
    const missing = standing.flatMap((each, partition) => (each === null ? [partition] : []));
    await append(logs, genesis, missing, isLive);
    return { genesis, written: missing };
  });
}

/** The genesis of a workspace; null while it was not begun. */
export async function readGenesis(logs: Logs): Promise<Genesis | null> {
  const partitions = await partitionsOf(logs);
  const standing = partitions === null ? [] : await readAllGenesis(logs, partitions);
  return standing.find((each) => each !== null) ?? null;
}

/** What is wrong with the logs of a workspace, in words. */
export async function findTopicFaults(logs: Logs): Promise<readonly string[]> {
  const partitions = await partitionsOf(logs);
  if (partitions === null) return ['activity is missing; create the workspace with `updraft topics create`'];
  const faults = [...(await logs.check(logShapes(partitions)))];
  try {
    const standing = await readAllGenesis(logs, partitions);
    standing.forEach((genesis, partition) => {
      if (genesis === null) faults.push(`activity ${partition} is empty; it must begin with genesis`);
      else if (genesis.engine !== ENGINE)
        faults.push(`genesis is of engine ${genesis.engine}, this is ${ENGINE}`);
      else if (genesis.partitions !== partitions) faults.push(repartitioned(genesis, partitions));
    });
  } catch (error) {
    if (!(error instanceof BeginLogError)) throw error;
    faults.push(error.message);
  }
  return faults;
}

/** Null while there is no activity log. */
async function partitionsOf(logs: Logs): Promise<number | null> {
  try {
    return await logs.partitions('activity');
  } catch (error) {
    // Anything else, a transport that is away above all, is told as it is.
    if (error instanceof Error && error.message.includes('does not exist')) return null;
    throw error;
  }
}

/** The genesis of each partition, null where it is empty. Refuses anything else, and two that differ. */
async function readAllGenesis(logs: Logs, partitions: number): Promise<(Genesis | null)[]> {
  const texts: (string | null)[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    texts.push(await firstRecord(logs, partition));
  }
  const first = texts.find((text) => text !== null) ?? null;
  return texts.map((text, partition) => {
    if (text === null) return null;
    if (text !== first) {
      throw new BeginLogError(
        `activity ${partition} begins with another record than the partitions before it: ${text}`,
      );
    }
    const { type, data } = eventOf(text);
    if (type === 'updraft.control.genesis.v1') return data as Genesis;
    throw new BeginLogError(
      `activity ${partition} begins with ${String(type)} and not with genesis: these logs are not a workspace of ` +
        'this version; choose another --workspace',
    );
  });
}

async function firstRecord(logs: Logs, partition: number): Promise<string | null> {
  for await (const { records } of logs.read('activity', partition, 0)) {
    const [first] = records;
    if (first !== undefined) return first.value.toString('utf8');
  }
  return null;
}

function eventOf(text: string): { type?: unknown; data?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { type?: unknown; data?: unknown };
  } catch {
    return { type: `something that is not JSON (${text.slice(0, 80)})` };
  }
}

/** Outputs without activity mean that the input was lost: a new genesis would hide that. */
async function refuseOrphans(logs: Logs): Promise<void> {
  for (const log of ['capability', 'decisions', 'grants', 'dead-letters', 'quarantine']) {
    const ends = await logs.endOffsets(log);
    const partition = ends.findIndex((end) => end > 0);
    if (partition < 0) continue;
    throw new BeginLogError(
      `${log} ${partition} holds records but activity holds none; choose another --workspace`,
    );
  }
}

function newGenesis(partitions: number, wish: GenesisWish, nowMs: number): Genesis {
  return makeGenesis({
    logId: wish.logId ?? randomBytes(LOG_ID_BYTES).toString('hex'),
    partitions,
    zone: wish.zone ?? ZONE_DEFAULT,
    latenessMs: wish.latenessMs ?? LATENESS_MS_DEFAULT,
    futureMs: wish.futureMs ?? FUTURE_MS_DEFAULT,
    nowMs: wish.nowMs ?? nowMs,
    engine: ENGINE,
  });
}

function refuseOtherWish(genesis: Genesis, wish: GenesisWish): void {
  for (const field of ['logId', 'zone', 'latenessMs', 'futureMs', 'nowMs'] as const) {
    const asked = wish[field];
    if (asked !== undefined && asked !== genesis[field]) throw conflict(field, genesis[field], asked);
  }
}

/** Merchants would move between partitions, away from what is known of them. */
function repartitioned(genesis: Genesis, partitions: number): string {
  return (
    `activity has ${partitions} partitions, its genesis says ${genesis.partitions}: ` +
    'partitions are never added to a workspace'
  );
}

function conflict(field: string, stands: string | number, asked: string | number): BeginLogError {
  return new BeginLogError(
    `${field}: genesis says ${stands}, ${asked} was asked for; it is written once. Choose another --workspace`,
  );
}

async function append(
  logs: Logs,
  genesis: Genesis,
  partitions: readonly number[],
  isLive: boolean,
): Promise<void> {
  if (partitions.length === 0) return;
  const writer = logs.writer('genesis');
  const value = encodeGenesis(genesis);
  const live = encodeSettings(genesis.logId, { sequence: 1, mode: 'live' }, genesis.nowMs);
  const records = (isLive ? [value, live] : [value]).map((each) => ({ key: null, value: each }));
  try {
    for (const partition of partitions) await writer.append('activity', partition, records);
  } finally {
    await writer.close();
  }
  // Where nothing locks (Kafka without a database) another run may have been first; then this one must not pass.
  for (const partition of partitions) {
    if ((await firstRecord(logs, partition)) === value.toString('utf8')) continue;
    throw new BeginLogError(
      `activity ${partition}: another run wrote its genesis at the same time; start anew`,
    );
  }
}

const LOCK_CLASS = 0x75_70_67_65;
/** A transaction that is idle for long would be ended by the server, and its lock with it. */
const KEEP_ALIVE_MS = 5_000;

/**
 * One creator at a time. On PostgreSQL an advisory lock, held by a transaction of its own while the work goes on
 * beside it; embedded the data directory's lock has made sure that we are alone.
 */
async function withLock<T>(database: StoreDatabase | null, work: () => Promise<T>): Promise<T> {
  if (database === null || database.embedded) return work();
  const done = new AbortController();
  let held: () => void = () => undefined;
  const isHeld = new Promise<void>((resolve) => (held = resolve));
  const holding = database.transaction(async (sql) => {
    await sql.query(`select pg_advisory_xact_lock($1, hashtext($2))`, [LOCK_CLASS, database.schema]);
    held();
    while (!done.signal.aborted) {
      await sleep(KEEP_ALIVE_MS, undefined, { signal: done.signal }).catch(() => undefined);
      await sql.query(`select 1`);
    }
  });
  try {
    await Promise.race([isHeld, holding]);
    return await work();
  } finally {
    done.abort();
    await holding;
  }
}
