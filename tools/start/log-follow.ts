import type { LogRecord, Logs } from '#stream/log';

/** Reads what is new in all partitions of a log, each time it is asked; one asking after the other. */
export interface LogFollow {
  catchUp(take: (record: LogRecord) => void): Promise<void>;
}

export function followLog(logs: Logs, log: string, partitions: number): LogFollow {
  const next = new Array<number>(partitions).fill(0);
  let last: Promise<void> = Promise.resolve();

  async function readOn(take: (record: LogRecord) => void): Promise<void> {
    const ends = await logs.endOffsets(log);
    for (let partition = 0; partition < partitions; partition++) {
      if (ends[partition]! <= next[partition]!) continue;
      for await (const batch of logs.read(log, partition, next[partition]!)) {
        for (const record of batch.records) take(record);
        next[partition] = batch.nextOffset;
      }
    }
  }

  return {
    catchUp(take) {
      const turn = last.then(() => readOn(take));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
