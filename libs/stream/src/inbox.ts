// A topic that is not ours: somebody else's producers write it, it has any number of partitions, and its records may be
// anything. What is read is handed over and only then passed; where a group stands is kept by the transport.

/** The group of ingest's processes, behind the workspace's prefix. Scoring asks how far it is. */
export const INBOX_GROUP = 'ingest';

export interface InboxRecord {
  readonly offset: number;
  /** The record's own time, Unix ms; whatever its producer or the broker said. */
  readonly timestampMs: number;
  /** Null: a tombstone. */
  readonly value: Buffer | null;
  /** The last of each name counts. */
  readonly headers: ReadonlyMap<string, Buffer>;
}

export interface InboxBatch {
  readonly partition: number;
  /** Ascending by offset. */
  readonly records: readonly InboxRecord[];
  /** Where the partition ended when this was read. */
  readonly endOffset: number;
}

export interface InboxHandlers {
  /**
   * Resolves once nothing of the batch can be lost any more: only then are its offsets committed and the next batch of
   * the partition comes. What rejects is read again.
   */
  batch(batch: InboxBatch): Promise<void>;
  /** Whether this member takes part in reading, and if not, why. */
  state(isReading: boolean, detail: string): void;
}

export interface Inbox {
  /** Waits for the batches that are being handled, commits them, and leaves the group. */
  close(): Promise<void>;
}
