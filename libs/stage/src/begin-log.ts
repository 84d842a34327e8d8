import { randomBytes } from 'node:crypto';
import {
  encodeGenesis,
  encodeSettings,
  FUTURE_MS_DEFAULT,
  LATENESS_MS_DEFAULT,
  makeGenesis,
  TREASURIES_DEFAULT,
} from '#contracts/genesis';
import { logShapes, SHARED, type SharedLog } from '#contracts/logs';
import type { Genesis } from '#domain/controls';
import { ENGINE } from '#domain/engine';
import type { StoreDatabase } from '#store/database';
import { bindLogId } from '#store/workspace';
import type { Logs } from '#stream/log';
import { withBeginLock } from './begin-lock.ts';

// Genesis is the first record of every partition of activity, of the treasury's and of the census's log: written once,
// before anything else. A second run with the same settings finds it and writes nothing; one that was interrupted is
// completed with the genesis that stands.

/** The logs of this name are no workspace, or another one than was asked for; nothing was changed. */
export class BeginLogError extends Error {
  override readonly name = 'BeginLogError';
}

/** What was asked for; what is left out is taken from the genesis that stands, or else from the defaults. */
export interface GenesisWish {
  readonly partitions?: number;
  /** Partitions of the treasury log and of the census log each. */
  readonly treasuries?: number;
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
  /** Partitions of activity that had none; empty when there was nothing to do. */
  readonly written: readonly number[];
}

/** A partition that begins with genesis. */
interface Place {
  readonly log: 'activity' | SharedLog;
  readonly partition: number;
}

export const PARTITIONS_DEFAULT = 4;
export const ZONE_DEFAULT = 'Asia/Shanghai';
const LOG_ID_BYTES = 8;

/** Creates the logs and sees to it that each partition of activity, treasury and census begins with one genesis. */
export async function writeGenesis(
  logs: Logs,
  database: StoreDatabase | null,
  wish: GenesisWish,
  { clockMs, isLive }: BeginOptions,
): Promise<WrittenGenesis> {
  return withBeginLock(database, async () => {
    const begun = await readGenesis(logs);
    const treasuries = (await partitionsOf(logs, 'treasury')) ?? begun?.treasuries ?? null;
    const sizes = {
      partitions:
        agreed('partitions', await partitionsOf(logs, 'activity'), wish.partitions) ?? PARTITIONS_DEFAULT,
      treasuries: agreed('treasuries', treasuries, wish.treasuries) ?? TREASURIES_DEFAULT,
    };
    await logs.create(logShapes(sizes.partitions, sizes.treasuries));
    if (begun === null) await refuseOrphans(logs);
    const places = placesOf(sizes);
    const standing = await readAllGenesis(logs, places);
    const genesis = begun ?? newGenesis(sizes, wish, clockMs);
    const [fault] = repartitioned(genesis, sizes);
    if (fault !== undefined) throw new BeginLogError(fault);
    refuseOtherWish(genesis, wish);
    if (database !== null) await bindLogId(database, genesis.logId);
    const missing = places.filter((_, at) => standing[at] === null);
    await append(logs, genesis, missing, isLive);
    return {
      genesis,
      written: missing.filter(({ log }) => log === 'activity').map(({ partition }) => partition),
    };
  });
}

/** The genesis of a workspace; null while it was not begun. */
export async function readGenesis(logs: Logs): Promise<Genesis | null> {
  const partitions = await partitionsOf(logs, 'activity');
  if (partitions === null) return null;
  const standing = await readAllGenesis(logs, placesOf({ partitions, treasuries: 0 }));
  return standing.find((each) => each !== null) ?? null;
}

/** What is wrong with the logs of a workspace, in words. */
export async function findTopicFaults(logs: Logs): Promise<readonly string[]> {
  const partitions = await partitionsOf(logs, 'activity');
  const treasuries = await partitionsOf(logs, 'treasury');
  for (const log of ['activity', ...SHARED] as const) {
    if ((await partitionsOf(logs, log)) === null)
      return [`${log} is missing; create the workspace with \`updraft topics create\``];
  }
  const sizes = { partitions: partitions!, treasuries: treasuries! };
  const faults = [...(await logs.check(logShapes(sizes.partitions, sizes.treasuries)))];
  const places = placesOf(sizes);
  try {
    const standing = await readAllGenesis(logs, places);
    const found = standing.find((each) => each !== null) ?? null;
    places.forEach(({ log, partition }, at) => {
      if (standing[at] === null) faults.push(`${log} ${partition} is empty; it must begin with genesis`);
    });
    if (found === null) return faults;
    if (found.engine !== ENGINE) faults.push(`genesis is of engine ${found.engine}, this is ${ENGINE}`);
    faults.push(...repartitioned(found, sizes));
  } catch (error) {
    if (!(error instanceof BeginLogError)) throw error;
    faults.push(error.message);
  }
  return faults;
}

/** What stands, else what was asked for; not both where they differ. */
function agreed(field: string, stands: number | null, asked: number | undefined): number | null {
  if (stands !== null && asked !== undefined && asked !== stands) throw conflict(field, stands, asked);
  return stands ?? asked ?? null;
}

/** Null while there is no such log. */
async function partitionsOf(logs: Logs, log: Place['log']): Promise<number | null> {
  try {
    return await logs.partitions(log);
  } catch (error) {
    // Anything else, a transport that is away above all, is told as it is.
    if (error instanceof Error && error.message.includes('does not exist')) return null;
    throw error;
  }
}

/** Activity first: where it has begun, a workspace has. */
function placesOf({ partitions, treasuries }: Pick<Genesis, 'partitions' | 'treasuries'>): Place[] {
  const of = (log: Place['log'], count: number): Place[] =>
    Array.from({ length: count }, (_, partition) => ({ log, partition }));
  return [...of('activity', partitions), ...SHARED.flatMap((log) => of(log, treasuries))];
}

/** The genesis of each partition, null where it is empty. Refuses anything else, and two that differ. */
async function readAllGenesis(logs: Logs, places: readonly Place[]): Promise<(Genesis | null)[]> {
  const texts: (string | null)[] = [];
  for (const place of places) texts.push(await firstRecord(logs, place));
  const first = texts.find((text) => text !== null) ?? null;
  return texts.map((text, at) => {
    if (text === null) return null;
    const { log, partition } = places[at]!;
    if (text !== first) {
      throw new BeginLogError(
        `${log} ${partition} begins with another record than the partitions before it: ${text}`,
      );
    }
    const { type, data } = eventOf(text);
    if (type === 'updraft.control.genesis.v1') return data as Genesis;
    throw new BeginLogError(
      `${log} ${partition} begins with ${String(type)} and not with genesis: these logs are not a workspace of ` +
        'this version; choose another --workspace',
    );
  });
}

async function firstRecord(logs: Logs, { log, partition }: Place): Promise<string | null> {
  for await (const { records } of logs.read(log, partition, 0)) {
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
  for (const log of [...SHARED, 'capability', 'decisions', 'grants', 'dead-letters', 'quarantine']) {
    const ends = await logs.endOffsets(log);
    const partition = ends.findIndex((end) => end > 0);
    if (partition < 0) continue;
    throw new BeginLogError(
      `${log} ${partition} holds records but activity holds none; choose another --workspace`,
    );
  }
}

function newGenesis(
  sizes: Pick<Genesis, 'partitions' | 'treasuries'>,
  wish: GenesisWish,
  nowMs: number,
): Genesis {
  return makeGenesis({
    logId: wish.logId ?? randomBytes(LOG_ID_BYTES).toString('hex'),
    ...sizes,
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

/** Merchants and accounts would move between partitions, away from what is known of them. */
function repartitioned(genesis: Genesis, sizes: Pick<Genesis, 'partitions' | 'treasuries'>): string[] {
  const logs = { partitions: 'activity', treasuries: 'treasury' } as const;
  return (['partitions', 'treasuries'] as const)
    .filter((field) => genesis[field] !== sizes[field])
    .map(
      (field) =>
        `${logs[field]} has ${sizes[field]} partitions, its genesis says ${genesis[field]}: ` +
        'partitions are never added to a workspace',
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
  places: readonly Place[],
  isLive: boolean,
): Promise<void> {
  if (places.length === 0) return;
  const writer = logs.writer('genesis');
  const value = encodeGenesis(genesis);
  const live = encodeSettings(genesis.logId, { sequence: 1, mode: 'live' }, genesis.nowMs);
  const records = (isLive ? [value, live] : [value]).map((each) => ({ key: null, value: each }));
  try {
    for (const { log, partition } of places) await writer.append(log, partition, records);
  } finally {
    await writer.close();
  }
  // Where nothing locks (Kafka without a database) another run may have been first; then this one must not pass.
  for (const place of places) {
    if ((await firstRecord(logs, place)) === value.toString('utf8')) continue;
    throw new BeginLogError(
      `${place.log} ${place.partition}: another run wrote its genesis at the same time; start anew`,
    );
  }
}
