import type { Appended, Logs, LogWriter } from '#stream/log';

/** What was appended, as a reader of the log would see it after the acknowledgement. */
export interface Written extends Appended {
  readonly partition: number;
}

/**
 * A log of which only the writer exists, so that a test decides when it acknowledges and how it fails. The door is
 * what is tested; the real writers have a contract suite of their own.
 */
export class HeldWriter implements LogWriter {
  readonly written: Written[] = [];
  /** Awaited before each acknowledgement. */
  hold: Promise<unknown> = Promise.resolve();
  failure: Error | null = null;
  closed = false;
  #pendingBytes = 0;

  readonly logs: Pick<Logs, 'writer'> = { writer: () => this };

  async append(log: string, partition: number, records: readonly Appended[]): Promise<void> {
    if (log !== 'activity') throw new Error(`wrote to ${log}`);
    const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
    this.#pendingBytes += bytes;
    try {
      await this.hold;
      if (this.failure !== null) throw this.failure;
      this.written.push(...records.map((record) => ({ ...record, partition })));
    } finally {
      this.#pendingBytes -= bytes;
    }
  }

  pendingBytes(): number {
    return this.#pendingBytes;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}
