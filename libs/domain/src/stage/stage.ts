import type { Json } from '../canonical.ts';
import type { Position } from './position.ts';

/** SHA-256 of UTF-8 text, as lower-case hex. Hashing is passed in: the domain imports nothing. */
export type Hash = (text: string) => string;

/** One record of a stage's input log, decoded. `text` is the exact value, which hashes and evidence are about. */
export interface InputRecord {
  readonly position: Position;
  /** Key as written, null for control records. */
  readonly key: string | null;
  readonly text: string;
  /** The parsed value: a CloudEvent. Its `type` was checked to be one this engine knows. */
  readonly event: CloudEvent;
  /** Set when the owner's quarantine names this position: the record is not stepped but becomes a dead letter. */
  readonly quarantined?: string;
}

/** The CloudEvents 1.0 attributes that every record of ours carries. `time` is `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype?: string;
  readonly data: { readonly [key: string]: Json | undefined };
}

/** What a step produces. `position` orders it; the publisher compares, suppresses and hashes by it. */
export interface OutputRecord {
  readonly log: 'capability' | 'decisions' | 'grants' | 'dead-letters' | 'treasury' | 'census' | 'activity';
  /** Of a log with several writers, the partition it goes to; absent: the stage's own. */
  readonly partition?: number;
  readonly key: string | null;
  readonly position: Position;
  readonly text: string;
}

/**
 * A row of stage state as a snapshot keeps it. `due` feeds the timer index, `held` the held list, and `waiting` is its
 * turn among those who wait, lowest first.
 */
export interface FrozenRow {
  readonly key: string;
  readonly due: number | null;
  readonly held: boolean;
  readonly waiting: number | null;
  readonly body: string;
}

export type RowIndexEntry = Omit<FrozenRow, 'body'>;

/** An append-only piece of dedupe state: hashes of the ids seen in one event hour since the last freeze. */
export interface FrozenChunk {
  readonly hour: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** Everything that changed since the last freeze, as bytes, at a batch boundary. */
export interface Frozen {
  readonly root: string;
  readonly rows: readonly FrozenRow[];
  readonly chunks: readonly FrozenChunk[];
  /** Event hours that left the dedupe horizon. */
  readonly droppedHours: readonly number[];
}

/**
 * One partition of one stage: a deterministic state machine. The runner, the replay and the simulation drive it in
 * the same way: for each record in order, make sure that every key of `plan` is loaded, then `step`.
 */
export interface PartitionMachine {
  /** The semantics version of the domain, for heads and outputs. */
  readonly engine: number;
  /** Position of the last record stepped; null before the first. */
  position(): Position | null;
  /** Of the keys that the record will need, those that are known ahead of its turn and not in memory. */
  foresee(record: InputRecord): readonly string[];
  /**
   * Keys of rows that `step(record)` will read or write and that are not in memory. Asked again once they are loaded,
   * until there is none: what one row says may lead to another.
   */
  plan(record: InputRecord): readonly string[];
  /** Hash of a bundle that must be given by `addBundle` before this record can be stepped, else null. */
  needsBundle(record: InputRecord): string | null;
  addBundle(hash: string, canonicalText: string): void;
  /** Adds rows read from the store; a key that the store does not have is a new merchant and is passed with null. */
  addRows(rows: ReadonlyMap<string, string | null>): void;
  /** Synchronous, deterministic. Throws only for a bug; state is then unusable and is dropped by the caller. */
  step(record: InputRecord): readonly OutputRecord[];
  /** Hash of the live bundle; null before the first activation. */
  liveBundle(): string | null;
  /** The facts behind `/metrics` and `/readyz`. */
  gauges(): Readonly<Record<string, number>>;
  /** Approximate bytes that changed since the last freeze. */
  dirtyBytes(): number;
  dirtyRows(): number;
  freeze(): Frozen;
  /** The frozen rows are durable: they may be evicted again unless they changed since. */
  thawed(): void;
  /** Drops clean rows, oldest use first, until at most `rowsMax` are in memory. Never a dirty or frozen row. */
  evict(rowsMax: number): void;
  /** Every row in memory, for tools that keep all of them. Sorted by key. */
  rows(): readonly FrozenRow[];
}

/** What a machine is rebuilt from at take-over. */
export interface Restored {
  readonly root: string;
  /** What is kept in memory of every row, ascending by key. */
  readonly index: Iterable<RowIndexEntry>;
  readonly chunks: Iterable<FrozenChunk>;
}

/** A stage: how its partitions are opened. `restored` null means genesis. */
export interface StageDefinition {
  readonly name: 'scoring' | 'allocator' | 'treasury' | 'census';
  readonly input: 'activity' | 'capability' | 'treasury' | 'census';
  /**
   * The log whose last position is the stage's published position. Null for treasury and census, which have no log
   * of their own: what they say goes to `activity`, numbered, and is said again after a take-over.
   */
  readonly output: 'capability' | 'decisions' | null;
  /** Format of the frozen bytes; a snapshot of another format is ignored. */
  readonly format: number;
  open(partition: number, restored: Restored | null, hash: Hash): PartitionMachine;
}
