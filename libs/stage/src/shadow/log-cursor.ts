import type { LogBatch, LogRecord, Logs } from '#stream/log';

/** Reads on in one partition of a log, a batch at a time, as far as it goes when it is asked. */
export interface LogCursor {
  /** The next record, or null at the end of the log as it is now. */
  peek(): Promise<LogRecord | null>;
  /** The record that `peek` gave. */
  take(): LogRecord;
  close(): Promise<void>;
}

export function openCursor(logs: Logs, log: string, partition: number): LogCursor {
  let batches: AsyncIterator<LogBatch> | null = null;
  let records: readonly LogRecord[] = [];
  let read = 0;
  let nextOffset = 0;

  /** False at the end. After an error it begins again behind the last batch. */
  async function readOn(): Promise<boolean> {
    batches ??= logs.read(log, partition, nextOffset)[Symbol.asyncIterator]();
    try {
      const next = await batches.next();
      if (next.done === true) {
        batches = null;
        return false;
      }
      records = next.value.records;
      read = 0;
      nextOffset = next.value.nextOffset;
      return true;
    } catch (error) {
      batches = null;
      throw error;
    }
  }

  return {
    async peek() {
      for (let isTried = false; read === records.length;) {
        const isOpen = batches !== null;
        if (await readOn()) continue;
        // What was open ended where the log ended when it was opened; there may be more by now.
        if (!isOpen || isTried) return null;
        isTried = true;
      }
      return records[read]!;
    },
    take: () => records[read++]!,
    async close() {
      await batches?.return?.();
      batches = null;
    },
  };
}
