import type { LogName } from '#contracts/logs';
import type { Logs } from '#stream/log';
import type { Quarantined } from './driven-stage.ts';
import { sha256 } from './digest.ts';

// Where replay, export and state read from: a workspace's logs, or an export of them (export-source.ts).

export interface RawRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer;
}

export interface RawBatch {
  readonly records: readonly RawRecord[];
  /** Offset behind the last record that will be read, for progress. */
  readonly endOffset: number;
}

export interface RecordSource {
  /** In words, for messages. */
  readonly name: string;
  partitions(): Promise<number>;
  /** Partitions of the treasury log and of the census log each. */
  treasuries(): Promise<number>;
  /** From the beginning up to the end of the log as it is at the time of the call. */
  read(log: LogName, partition: number): AsyncIterable<RawBatch>;
}

export function logSource(logs: Logs, name: string): RecordSource {
  return {
    name,
    partitions: () => logs.partitions('activity'),
    treasuries: () => logs.partitions('treasury'),
    read: (log, partition) => logs.read(log, partition, 0),
  };
}

/**
 * Resolves once the end of the log is taken, with everything up to there: what is appended later is not seen. What
 * is taken first cannot be ahead of what is taken next.
 */
export async function takeEnd(batches: AsyncIterable<RawBatch>): Promise<AsyncIterable<RawBatch>> {
  const iterator = batches[Symbol.asyncIterator]();
  const first = await iterator.next();
  return withFirst(first, iterator);
}

async function* withFirst(
  first: IteratorResult<RawBatch>,
  rest: AsyncIterator<RawBatch>,
): AsyncGenerator<RawBatch, void, undefined> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

export async function* recordsOf(
  batches: AsyncIterable<RawBatch>,
): AsyncGenerator<RawRecord, void, undefined> {
  for await (const { records } of batches) yield* records;
}

/** Every bundle that was ever published, by the hash of its content. */
export async function readBundles(source: RecordSource): Promise<Map<string, string>> {
  const bundles = new Map<string, string>();
  for await (const { value } of recordsOf(source.read('policies', 0))) {
    bundles.set(sha256(value), value.toString('utf8'));
  }
  return bundles;
}

/** What the owner of the partition passed over. Read before everything else. */
export async function readQuarantine(source: RecordSource, partition: number): Promise<Quarantined[]> {
  const entries: Quarantined[] = [];
  for await (const { value } of recordsOf(source.read('quarantine', partition))) {
    const { type, data } = JSON.parse(value.toString('utf8')) as { type: string; data: Quarantined };
    if (type !== 'updraft.quarantine.entry.v1') {
      throw new Error(`quarantine ${partition}: a record of type ${type}, which this engine does not know`);
    }
    const { stage, position, recordHash, reason } = data;
    entries.push({ stage, position, recordHash, reason });
  }
  return entries;
}

/** `data.position` of a record that a stage wrote, as text; null where the value has none. */
export function positionIn(value: Buffer): string | null {
  try {
    const { data } = JSON.parse(value.toString('utf8')) as { data?: { position?: unknown } };
    return typeof data?.position === 'string' ? data.position : null;
  } catch {
    return null;
  }
}
