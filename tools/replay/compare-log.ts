import type { LogName } from '#contracts/logs';
import { createDigest, type DigestedRecord } from './digest.ts';
import { positionIn, type RawBatch, type RawRecord } from './record-source.ts';

/** One side of a difference; null where that side has no record. */
export type Side = { readonly key: string | null; readonly value: string } | null;

export interface Difference {
  readonly log: LogName;
  readonly partition: number;
  readonly position: string;
  readonly recorded: Side;
  readonly replayed: Side;
}

export interface LogResult {
  readonly log: LogName;
  readonly partition: number;
  /** Records that the log holds, each equal to what replay produced. */
  readonly recorded: number;
  readonly digest: string;
  /** What replay produced beyond the end of the log: the pipeline had not published it yet. */
  readonly notYetPublished: number;
  /** Of what stands, what was not compared because its cause came after the end of the activity that was replayed. */
  readonly notCompared: number;
  /** Digest of all that replay produced. */
  readonly producedDigest: string;
}

/** Logs with several writers: a record's place in them is its offset, whoever wrote it. */
export const BY_OFFSET: readonly LogName[] = ['activity', 'treasury', 'census', 'policies', 'quarantine'];

export interface LogComparison {
  /** The next record that replay produced. Null: equal so far. */
  meet(produced: ComparedRecord): Promise<Difference | null>;
  /** Records of the log that were met so far. */
  published(): number;
  /** Position of the last of them, null while there is none. */
  publishedEnd(): string | null;
  /** The first record that replay produced beyond the end of the log. */
  firstUnpublished(): ComparedRecord | null;
  /** Replay has produced all it can. */
  finish(): Promise<Difference | null>;
  result(): LogResult;
}

export type ComparedRecord = DigestedRecord & { readonly value: Buffer };

/** Compares what replay produces with what the log holds, record by record and byte by byte, in flat memory. */
export function compareLog(
  log: LogName,
  partition: number,
  recorded: AsyncIterable<Pick<RawBatch, 'records'>>,
): LogComparison {
  const cursor = openCursor(recorded);
  const digest = createDigest();
  let publishedDigest: string | null = null;
  let published = 0;
  let publishedEnd: string | null = null;
  let firstUnpublished: ComparedRecord | null = null;
  const endOfLog = (): void => {
    publishedDigest ??= digest.hex();
  };

  return {
    async meet(produced) {
      const stands = cursor.take() ?? (await cursor.fetch());
      if (stands === null) {
        endOfLog();
        firstUnpublished ??= produced;
      } else if (stands.key === produced.key && stands.value.equals(produced.value)) {
        published += 1;
        publishedEnd = produced.position;
      } else return differenceOf(log, partition, produced.position, stands, produced);
      digest.add(produced);
      return null;
    },
    published: () => published,
    publishedEnd: () => publishedEnd,
    firstUnpublished: () => firstUnpublished,
    async finish() {
      const stands = cursor.take() ?? (await cursor.fetch());
      endOfLog();
      if (stands === null) return null;
      const place = BY_OFFSET.includes(log)
        ? `${partition}/${stands.offset}`
        : `${partition}, record ${published + 1} of the log`;
      const position = positionIn(stands.value) ?? place;
      return differenceOf(log, partition, position, stands, null);
    },
    result() {
      return {
        log,
        partition,
        recorded: published,
        digest: publishedDigest ?? digest.hex(),
        notYetPublished: digest.records() - published,
        notCompared: 0,
        producedDigest: digest.hex(),
      };
    },
  };
}

type Content = Pick<RawRecord, 'key' | 'value'> | null;

export function differenceOf(
  log: LogName,
  partition: number,
  position: string,
  recorded: Content,
  replayed: Content,
): Difference {
  return { log, partition, position, recorded: sideOf(recorded), replayed: sideOf(replayed) };
}

function sideOf(record: Content): Side {
  return record === null ? null : { key: record.key, value: record.value.toString('utf8') };
}

interface Cursor {
  /** The next record if it is in memory already, else null. */
  take(): RawRecord | null;
  /** The next record; null at the end. */
  fetch(): Promise<RawRecord | null>;
}

function openCursor(batches: AsyncIterable<Pick<RawBatch, 'records'>>): Cursor {
  const iterator = batches[Symbol.asyncIterator]();
  let records: readonly RawRecord[] = [];
  let next = 0;
  const take = (): RawRecord | null => records[next++] ?? null;
  /** False at the end. */
  const load = async (): Promise<boolean> => {
    const result = await iterator.next();
    records = result.done === true ? [] : result.value.records;
    next = 0;
    return result.done !== true;
  };
  return {
    take,
    async fetch() {
      while (await load()) {
        const record = take();
        if (record !== null) return record;
      }
      return null;
    },
  };
}
