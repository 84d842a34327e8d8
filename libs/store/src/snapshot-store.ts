import type { Frozen, FrozenChunk, RowIndexEntry } from '#domain/stage/stage';

/** Proof of ownership, as in the log port: the same shape, so that one value serves both. */
export interface Claim {
  readonly stage: string;
  readonly partition: number;
  readonly owner: string;
  readonly takeover: number;
}

/** The last published record of the stage's own output log, as known when the snapshot was taken. */
export interface PublishedMark {
  readonly position: string;
  /** SHA-256 of the value, hex. */
  readonly hash: string;
  /** A transport offset at or before that record: where the search for the published position begins. */
  readonly offsetHint: number;
}

/** Where a snapshot stands. */
export interface SnapshotMark {
  /** Position of the last record that it covers. */
  readonly position: string;
  /** Transport offset of the input log to read next. */
  readonly inputOffset: number;
  /** Null while the stage has published nothing yet. */
  readonly published: PublishedMark | null;
  readonly format: number;
  readonly engine: number;
  /** Facts for operators (now, bundle sequence, chain head); never read back by a stage. */
  readonly facts: Readonly<Record<string, string | number | null>>;
}

export interface Head {
  readonly takeover: number;
  readonly owner: string | null;
  readonly snapshot: { readonly mark: SnapshotMark; readonly root: string } | null;
}

/** The claim is no longer ours: drop everything. */
export class LostOwnershipError extends Error {
  override readonly name = 'LostOwnershipError';
}

/** The store is away; the same call may go through later. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/**
 * Snapshots of stage state: a cache that affects cost, never meaning. Every method that takes a claim checks it in
 * the same statement or transaction and rejects with LostOwnershipError when it is no longer the head's.
 */
export interface SnapshotStore {
  /** Take-over step 0. Creates the head when the partition has none. */
  head(stage: string, partition: number): Promise<Head>;
  /** Take-over step 2: `takeover := claim.takeover where takeover = claim.takeover - 1`. False: no row, start again. */
  claim(claim: Claim): Promise<boolean>;
  /** What is kept in memory of every row, ascending by key (byte order), in pages. */
  index(claim: Claim): AsyncIterable<readonly RowIndexEntry[]>;
  /** Dedupe chunks, ascending by (hour, sequence), in pages. */
  chunks(claim: Claim): AsyncIterable<readonly FrozenChunk[]>;
  /** Rows by key, one set-based read; a key without a row is missing in the answer. */
  rows(claim: Claim, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** One transaction, all or nothing. */
  save(claim: Claim, mark: SnapshotMark, frozen: Frozen): Promise<void>;
  /** Forgets the snapshot of the partition: the stage starts again from genesis. */
  discard(claim: Claim): Promise<void>;
  /** Heads of every stage and partition, for status, metrics and confirmation of activations. */
  heads(): Promise<
    readonly (Head & {
      readonly stage: string;
      readonly partition: number;
      readonly savedAt: number | null;
    })[]
  >;
}
