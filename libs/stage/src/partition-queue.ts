import type { LogBatch, LogRecord } from '#stream/log';

/** The bounded queue between the transport, which must return at once, and the partition's own loop. */
export interface PartitionQueue {
  /** True when the queue is now at or above its bound: reading should pause. */
  push(batch: LogBatch): boolean;
  /** Up to `recordsMax` records in order; `nextOffset` is where the log goes on after them. Null when empty. */
  take(recordsMax: number): Taken | null;
  /** After it was full: where to read on once it is below half; else null. Asked once per fullness. */
  readOnAt(): number | null;
  clear(): void;
}

export interface Taken {
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
  /** End of the log as last seen. */
  readonly endOffset: number;
}

export function createPartitionQueue(recordsMax: number): PartitionQueue {
  let batches: LogBatch[] = [];
  let skipped = 0;
  let queued = 0;
  let nextToRead = 0;
  let isFull = false;
  return {
    push(batch) {
      batches.push(batch);
      queued += batch.records.length;
      nextToRead = batch.nextOffset;
      isFull ||= queued >= recordsMax;
      return isFull;
    },
    take(count) {
      if (batches.length === 0) return null;
      const records: LogRecord[] = [];
      let nextOffset = 0;
      let endOffset = 0;
      while (batches.length > 0 && (records.length < count || batches[0]!.records.length === skipped)) {
        const batch = batches[0]!;
        const taken = batch.records.slice(skipped, skipped + count - records.length);
        for (const record of taken) records.push(record);
        skipped += taken.length;
        endOffset = batch.endOffset;
        nextOffset = skipped < batch.records.length ? batch.records[skipped]!.offset : batch.nextOffset;
        if (skipped < batch.records.length) break;
        batches.shift();
        skipped = 0;
      }
      queued -= records.length;
      return { records, nextOffset, endOffset };
    },
    readOnAt() {
      if (!isFull || queued >= recordsMax / 2) return null;
      isFull = false;
      return nextToRead;
    },
    clear() {
      isFull = false;
      batches = [];
      skipped = 0;
      queued = 0;
    },
  };
}
