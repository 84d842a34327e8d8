import type { CloudEvent } from '#domain/stage/stage';
import type { Sql } from '#store/sql';

/** What a projection remembers between records of one partition; it is stored beside the offset. */
export interface Marks {
  /** A defect of the log that does not stop the projection: alarmed until somebody looks. */
  readonly alarm?: string;
}

/** What one record does to a projection. */
export interface Folded<M extends Marks, Row> {
  readonly marks: M;
  /** Null when the record changes no row (a duplicate, a control record). */
  readonly row: Row | null;
  /** Position of the record, for "as of"; null for a repeat, which moves nothing. */
  readonly position: string | null;
}

/**
 * A projection of one log into one table: a pure fold of each partition's records and a set-based, idempotent write.
 * The same log gives the same rows, however it is cut into batches and however often it is read.
 */
export interface Projection<M extends Marks, Row> {
  readonly log: 'decisions' | 'grants' | 'capability' | 'treasury' | 'dead-letters';
  /** The types its log may hold; anything else stops the partition rather than be skipped. */
  readonly types: ReadonlySet<string>;
  readonly empty: M;
  fold(marks: M, partition: number, record: StoredRecord): Folded<M, Row>;
  write(sql: Sql, rows: readonly Row[]): Promise<void>;
}

/** A record of an output log, parsed; `text` is the exact value, and the type is one of the projection's. */
export interface StoredRecord {
  readonly text: string;
  readonly event: CloudEvent;
}

/** Stops one partition of one projection until somebody acts; the others go on. */
export class ProjectionFault extends Error {
  override readonly name = 'ProjectionFault';
}
