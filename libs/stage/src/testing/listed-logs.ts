import type { Appended, LogBatch, LogRecord, Logs, LogWriter } from '#stream/log';

/** Logs as lists, for specs: reading and appending, nothing else. What the transports do is tested with them. */
export interface ListedLogs {
  readonly logs: Logs;
  records(log: string, partition: number): LogRecord[];
  append(log: string, partition: number, ...values: readonly (string | object)[]): void;
}

const BATCH_RECORDS = 2;

export function listedLogs(): ListedLogs {
  const lists = new Map<string, LogRecord[]>();
  const records = (log: string, partition: number): LogRecord[] => {
    const name = `${log}/${partition}`;
    const list = lists.get(name) ?? [];
    lists.set(name, list);
    return list;
  };
  const add = (log: string, partition: number, appended: readonly Appended[]): void => {
    const list = records(log, partition);
    for (const each of appended) list.push({ ...each, offset: list.length });
  };
  const logs: Pick<Logs, 'read' | 'endOffsets' | 'writer'> = {
    async *read(log, partition, from): AsyncGenerator<LogBatch, void, undefined> {
      const all = records(log, partition).slice();
      for (let at = from; at < all.length; at += BATCH_RECORDS) {
        const some = all.slice(at, at + BATCH_RECORDS);
        const nextOffset = at + some.length;
        yield await Promise.resolve({ log, partition, records: some, nextOffset, endOffset: all.length });
      }
    },
    endOffsets: (log) => {
      const own = [...lists].filter(([name]) => name.startsWith(`${log}/`));
      const ends: number[] = [];
      for (const [name, list] of own) ends[Number(name.split('/')[1])] = list.length;
      return Promise.resolve(ends);
    },
    writer: (): LogWriter => ({
      append: (log, partition, appended) => Promise.resolve(add(log, partition, appended)),
      pendingBytes: () => 0,
      close: () => Promise.resolve(),
    }),
  };
  return {
    logs: logs as Logs,
    records,
    append(log, partition, ...values) {
      const texts = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
      add(
        log,
        partition,
        texts.map((text) => ({ key: null, value: Buffer.from(text) })),
      );
    },
  };
}
