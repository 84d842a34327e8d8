import type { LogRecord } from '../log.ts';

/** What kafkajs decodes of one record, as far as we use it. */
export interface FetchedRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The same object for all records of one record batch. */
  readonly batchContext: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
    readonly inTransaction: boolean;
    readonly isControlBatch: boolean;
  };
}

export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

const ABORT_MARKER_TYPE = 0;

/**
 * The committed records at or after `from`, and where to read next. This is the rule of Kafka's own
 * consumer: batches in order, each first opening the aborted transactions that begin at or before its last
 * offset, an abort marker closing its producer's. kafkajs' filter opens at most one transaction per record
 * and takes the broker's list (ordered by where transactions ended) for one ordered by where they began, so
 * it is wrong when aborted transactions of two producers overlap. This one does not depend on who else
 * writes to the partition.
 */
export function committedRecords(
  fetched: readonly FetchedRecord[],
  aborted: readonly AbortedTransaction[],
  from: number,
): { records: LogRecord[]; nextOffset: number } {
  const toOpen = aborted
    .map(({ producerId, firstOffset }) => ({ producerId, first: Number(firstOffset) }))
    .sort((a, b) => a.first - b.first);
  const open = new Set<string>();
  const records: LogRecord[] = [];
  let nextOffset = from;
  let batch: FetchedRecord['batchContext'] | undefined;
  let dropped = false;

  for (const record of fetched) {
    if (record.batchContext !== batch) {
      batch = record.batchContext;
      const last = Number(batch.firstOffset) + batch.lastOffsetDelta;
      while (toOpen[0] !== undefined && toOpen[0].first <= last) open.add(toOpen.shift()!.producerId);
      dropped = batch.isControlBatch || (batch.inTransaction && open.has(batch.producerId));
      if (batch.isControlBatch && isAbortMarker(record)) open.delete(batch.producerId);
      // From the batch's header: compaction may have taken its last records away.
      nextOffset = Math.max(nextOffset, last + 1);
    }
    const offset = Number(record.offset);
    if (dropped || offset < from) continue;
    records.push({ offset, key: record.key?.toString() ?? null, value: record.value ?? Buffer.alloc(0) });
  }
  return { records, nextOffset };
}

/** A control record's key is version and type, two bytes each. */
function isAbortMarker({ key }: FetchedRecord): boolean {
  return key !== null && key.length >= 4 && key.readInt16BE(2) === ABORT_MARKER_TYPE;
}
