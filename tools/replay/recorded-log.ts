import { comparePositions, parsePosition } from '#domain/stage/position';
import { createLatestByKey, type LatestByKey, type PositionedRecord } from './latest-by-key.ts';
import { positionIn, recordsOf, type RawBatch, type RawRecord, type RecordSource } from './record-source.ts';

/**
 * Dead letters of one writer, each once. A writer that takes over sends again what it cannot know to have arrived;
 * a receiver takes exactly the next sequence and drops lower ones, and so does this. What other writers sent to the
 * same partition is not a function of its activity and is left out.
 */
export async function* lettersOnce(
  batches: AsyncIterable<RawBatch>,
  writer: string,
): AsyncGenerator<{ readonly records: readonly RawRecord[] }, void, undefined> {
  let last = 0;
  for await (const { records } of batches) {
    const kept: RawRecord[] = [];
    for (const record of records) {
      const letter = letterOf(record);
      if (letter !== null && letter.writer !== writer) continue;
      if (letter !== null && letter.sequence <= last) continue;
      // A gap is kept: it then differs from what replay produces next, and both are shown.
      last = letter?.sequence ?? last;
      kept.push(record);
    }
    yield { records: kept };
  }
}

function letterOf(record: RawRecord): { readonly writer: string; readonly sequence: number } | null {
  try {
    const { data } = JSON.parse(record.value.toString('utf8')) as {
      data: { writer: string; sequence: number };
    };
    return { writer: data.writer, sequence: data.sequence };
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
