// The log port: all that Updraft asks of a transport. Two adapters implement it (kafka/, postgres/) and the
// simulation's modelled log; one contract suite (log-contract.ts) holds all three.

/** A record to append. Keys are ASCII or null; values are UTF-8 JSON. */
export interface Appended {
  readonly key: string | null;
  readonly value: Buffer;
}

/** A record read back. `offset` is the transport's own and means nothing beyond where to read next. */
export interface LogRecord extends Appended {
  readonly offset: number;
}

/** Committed records of one partition, ascending by offset, markers and aborted records already left out. */
export interface LogBatch {
  readonly log: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Where to read next: beyond the last record and beyond any markers or aborted records that follow it. */
  readonly nextOffset: number;
  /** End of the committed log when the batch was read; `endOffset - nextOffset` is the lag. */
  readonly endOffset: number;
}

export interface LogSpec {
  readonly log: string;
  readonly partitions: number;
  /** Keep the newest record per key only. Everything else keeps all records for ever. */
  readonly compacted?: boolean;
}

/** What a stage publishes in one atomic step. */
export interface Published {
  readonly log: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: Buffer;
}

/** Proof of ownership of one stage partition: the take-over number that `owner` claimed. */
export interface Claim {
  readonly stage: string;
  readonly partition: number;
  readonly owner: string;
  readonly takeover: number;
}

/** Another owner has taken over: drop everything, without ceremony. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** It is unknown whether the write happened. Nothing is retried: take over again and look. */
export class AmbiguousError extends Error {
  override readonly name = 'AmbiguousError';
}

/** The transport is away or overloaded; the same call may go through later. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** The record is larger than the transport takes. Retrying cannot help. */
export class OversizeError extends Error {
  override readonly name = 'OversizeError';
}

/** Largest record value that every adapter accepts, in bytes. A send stays at or below it. */
export const SEND_BYTES_MAX = 900 * 1024;

/**
 * Appends from one of several writers: idempotent, never transactional. `append` resolves when the records are
 * acknowledged as durable, in the order of the calls per partition. An implementation keeps one send in flight per
 * producer, and after an ambiguous error makes a new producer and re-sends everything unacknowledged: a record may
 * then stand in the log twice, never not at all. Rejects with OversizeError or, once `close` was called,
 * UnavailableError.
 */
export interface LogWriter {
  append(log: string, partition: number, records: readonly Appended[]): Promise<void>;
  /** Bytes accepted and not yet acknowledged. */
  pendingBytes(): number;
  close(): Promise<void>;
}

/** The transactional publisher of one stage partition. */
export interface Publisher {
  /**
   * Appends all of it or nothing, under `claim`. Sends are sequential and at most SEND_BYTES_MAX each. Resolves once
   * committed, with the first offset written per log. Rejects with FencedError or AmbiguousError.
   */
  publish(outputs: readonly Published[], claim: Claim): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

export interface SubscriptionHandlers {
  /** New partitions of this member. They stay paused until `resume`. Must be synchronous. */
  assigned(partitions: readonly number[]): void;
  /** Partitions that left this member. Must be synchronous. */
  revoked(partitions: readonly number[]): void;
  /** Must only queue the batch and return: a slow handler holds up the neighbours. */
  batch(batch: LogBatch): void;
}

export interface Subscription {
  /** Reads on from `offset`. Batches of an earlier `resume` of the partition no longer arrive afterwards. */
  resume(partition: number, offset: number): void;
  pause(partition: number): void;
  /** True while the transport confirms this member (a heartbeat was answered within the session time-out). */
  isMember(): boolean;
  close(): Promise<void>;
}

export interface Logs {
  /** Creates what is missing; never alters what exists. */
  create(specs: readonly LogSpec[]): Promise<void>;
  /** What differs from `specs`, in words; empty when all is well. Includes retention and compaction. */
  check(specs: readonly LogSpec[]): Promise<readonly string[]>;
  partitions(log: string): Promise<number>;
  /** End of the committed records per partition (the last stable offset). */
  endOffsets(log: string): Promise<readonly number[]>;
  /** Committed records from `from` up to the end of the log as it was when the call began, in batches. */
  read(log: string, partition: number, from: number): AsyncIterable<LogBatch>;
  writer(name: string): LogWriter;
  /**
   * Fences every earlier publisher of `name` (take-over step 1): once it resolves, none of them can publish.
   * Where ownership is checked by the claim at publish time, that check is the fence.
   */
  publisher(name: string): Promise<Publisher>;
  subscribe(log: string, group: string, handlers: SubscriptionHandlers): Promise<Subscription>;
  close(): Promise<void>;
}
