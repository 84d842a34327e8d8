import { comparePositions, parsePosition } from '#domain/stage/position';
import { sha256 } from './digest.ts';
import { createLatestByKey, type LatestByKey, type PositionedRecord } from './latest-by-key.ts';
import { positionIn, recordsOf, type RawBatch, type RawRecord, type RecordSource } from './record-source.ts';

/**
 * What one writer said to a log that several write to, each sequence once. A writer that takes over says again what it
 * cannot know to have arrived; a receiver takes exactly the next sequence and drops lower ones, and so does this. What
 * others said there is not a function of what is replayed and is left out.
 *
 * What cannot be understood, a gap, and a repeat with other bytes are kept: they then differ from what replay produces
 * next, and both are shown.
 */
export function createOnce(writer: string): (value: Buffer) => boolean {
  /** By sequence, from 1. */
  const hashes: string[] = [''];
  return (value) => {
    const said = saidIn(value);
    if (said === null) return true;
    if (said.writer !== writer) return false;
    const hash = sha256(value);
    if (hashes[said.sequence] === hash) return false;
    hashes[said.sequence] ??= hash;
    return true;
  };
}

/** Dead letters of one writer. */
export async function* lettersOnce(
  batches: AsyncIterable<RawBatch>,
  writer: string,
): AsyncGenerator<{ readonly records: readonly RawRecord[] }, void, undefined> {
  const isFirst = createOnce(writer);
  for await (const { records } of batches) yield { records: records.filter(({ value }) => isFirst(value)) };
}

/**
 * What one writer said to treasury or census, up to the first whose cause is not in the activity that is
 * replayed: an export takes those logs last, so that what they led to has its cause in it.
 */
export async function* mailOnce(
  batches: AsyncIterable<RawBatch>,
  writer: string,
  isWithin: (position: string) => boolean,
  onBeyond: () => void,
): AsyncGenerator<{ readonly records: readonly RawRecord[] }, void, undefined> {
  const isFirst = createOnce(writer);
  let isBeyond = false;
  for await (const { records } of batches) {
    const kept: RawRecord[] = [];
    for (const record of records) {
      if (saidIn(record.value)?.writer !== writer || !isFirst(record.value)) continue;
      const position = positionIn(record.value);
      isBeyond ||= position !== null && !isWithin(position);
      if (isBeyond) onBeyond();
      else kept.push(record);
    }
    yield { records: kept };
  }
}

/** Who said it and as which; null where the value has neither. */
export function saidIn(value: Buffer): { readonly writer: string; readonly sequence: number } | null {
  try {
    const { data } = JSON.parse(value.toString('utf8')) as {
      data?: { writer?: unknown; sequence?: unknown };
    };
    const { writer, sequence } = data ?? {};
    return typeof writer === 'string' && typeof sequence === 'number' ? { writer, sequence } : null;
  } catch {
    return null;
  }
}

export interface RecordedGrants {
  readonly latest: LatestByKey;
  /** Position of the newest grant record, null while there is none. */
  readonly lastPosition: string | null;
}

/** The compacted `grants` log of a partition as it stands now: the newest record per grant, in position order. */
export async function readGrants(source: RecordSource, partition: number): Promise<RecordedGrants> {
  const latest = createLatestByKey();
  let lastPosition: string | null = null;
  try {
    for await (const { key, value } of recordsOf(source.read('grants', partition))) {
      const position = positionIn(value);
      if (position === null)
        throw new Error(`grants ${partition}: the record of ${key ?? 'null'} has no position`);
      latest.add({ position, key, value });
      lastPosition = position;
    }
  } catch (error) {
    latest.close();
    throw error;
  }
  return { latest, lastPosition };
}

/** As batches, for the comparison. */
export async function* asBatches(
  entries: Iterable<PositionedRecord>,
): AsyncGenerator<{ readonly records: readonly RawRecord[] }, void, undefined> {
  let offset = 0;
  for (const { key, value } of entries)
    yield await Promise.resolve({ records: [{ offset: offset++, key, value }] });
}

/** Whether `position` comes after `other`; everything comes after nothing. */
export function isAfter(position: string, other: string | null): boolean {
  return other === null || comparePositions(parsePosition(position), parsePosition(other)) > 0;
}
