import type { LogBatch, LogRecord, Logs, LogWriter, Subscription, SubscriptionHandlers } from '#stream/log';

/** What a test may do to the delivery of records. */
export interface DeliveryScript {
  /** Records in the next batch. */
  batchRecords(): number;
  /** How many records before the asked-for offset the next batch begins: a redelivery. */
  overlap(): number;
  /** Whether a stretch of transaction markers follows the batch: offsets without records. */
  markers(): number;
}

export const PLAIN: DeliveryScript = { batchRecords: () => 100, overlap: () => 0, markers: () => 0 };

/** Just enough of the log port for a reader under test: what was appended is delivered as the script cuts it. */
export class ScriptedLogs implements Logs {
  private readonly appended = new Map<string, LogRecord[]>();
  private readonly ends = new Map<string, number>();
  private readonly wakes = new Set<() => void>();
  readonly paused = new Set<string>();
  subscriptions = 0;

  constructor(
    private readonly count: number,
    private readonly script: DeliveryScript = PLAIN,
  ) {}

  append(log: string, partition: number, key: string | null, text: string): void {
    const name = `${log}/${partition}`;
    const records = this.appended.get(name) ?? [];
    const offset = this.ends.get(name) ?? 0;
    records.push({ offset, key, value: Buffer.from(text) });
    this.appended.set(name, records);
    this.ends.set(name, offset + 1 + this.script.markers());
    for (const wake of this.wakes) wake();
  }

  subscribe(log: string, _group: string, handlers: SubscriptionHandlers): Promise<Subscription> {
    this.subscriptions += 1;
    const reading = new Map<number, number>();
    let timer: NodeJS.Immediate | null = null;
    const deliver = (): void => {
      timer = null;
      for (const [partition, offset] of reading) {
        const batch = this.cut(log, partition, offset);
        if (batch === null) continue;
        reading.set(partition, batch.nextOffset);
        handlers.batch(batch);
        wake();
      }
    };
    const wake = (): void => {
      timer ??= setImmediate(deliver);
    };
    this.wakes.add(wake);
    setImmediate(() => handlers.assigned(Array.from({ length: this.count }, (_, partition) => partition)));
    return Promise.resolve({
      resume: (partition, offset) => {
        this.paused.delete(`${log}/${partition}`);
        reading.set(partition, offset);
        wake();
      },
      pause: (partition) => {
        this.paused.add(`${log}/${partition}`);
        reading.delete(partition);
      },
      isMember: () => true,
      close: () => {
        this.wakes.delete(wake);
        reading.clear();
        if (timer !== null) clearImmediate(timer);
        return Promise.resolve();
      },
    });
  }

  endOffsets(log: string): Promise<readonly number[]> {
    return Promise.resolve(
      Array.from({ length: this.count }, (_, partition) => this.ends.get(`${log}/${partition}`) ?? 0),
    );
  }

  async *read(log: string, partition: number, from: number): AsyncIterable<LogBatch> {
    const records = (this.appended.get(`${log}/${partition}`) ?? []).filter(({ offset }) => offset >= from);
    const end = this.ends.get(`${log}/${partition}`) ?? 0;
    if (records.length > 0) yield { log, partition, records, nextOffset: end, endOffset: end };
  }

  create = unused;
  check = unused;
  partitions = (): Promise<number> => Promise.resolve(this.count);
  writer = (): LogWriter => ({
    append: (log, partition, records) => {
      for (const { key, value } of records) this.append(log, partition, key, value.toString('utf8'));
      return Promise.resolve();
    },
    pendingBytes: () => 0,
    close: () => Promise.resolve(),
  });
  publisher = unused;
  close = (): Promise<void> => Promise.resolve();

  private cut(log: string, partition: number, offset: number): LogBatch | null {
    const name = `${log}/${partition}`;
    const endOffset = this.ends.get(name) ?? 0;
    if (offset >= endOffset) return null;
    const from = Math.max(0, offset - this.script.overlap());
    const records = (this.appended.get(name) ?? [])
      .filter((record) => record.offset >= from)
      .slice(0, this.script.batchRecords());
    const last = records.at(-1);
    const following = (this.appended.get(name) ?? []).find(
      (record) => record.offset > (last?.offset ?? endOffset),
    );
    const nextOffset = Math.max(offset, following?.offset ?? endOffset);
    return { log, partition, records, nextOffset, endOffset };
  }
}

function unused(): never {
  throw new Error('the console only reads');
}
