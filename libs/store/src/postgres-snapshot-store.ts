import type { Frozen, FrozenChunk, FrozenRow, RowIndexEntry } from '#domain/stage/stage';
import { LostOwnershipError } from './snapshot-store.ts';
import type { Claim, Head, SnapshotMark, SnapshotStore } from './snapshot-store.ts';
import type { Database, Sql } from './sql.ts';
import { holdClaim } from './sql/hold-claim.ts';
import { createHead, readHead, readHeads } from './sql/read-head.ts';
import { readChunkPage } from './sql/read-stage-chunks.ts';
import { readIndexPage, readStageRows } from './sql/read-stage-rows.ts';
import { takeClaim } from './sql/take-claim.ts';
import { deleteHours, deleteSnapshot, upsertChunks, upsertMark, upsertRows } from './sql/write-snapshot.ts';

/** Largest statement of a snapshot. Rows are bounded so that embedded nobody waits long for the one session. */
const SAVE_ROWS_MAX = 5_000;
const SAVE_BYTES_MAX = 4 * 1024 * 1024;
/** Chunks are up to some hundred kilobytes each. */
const CHUNKS_PER_PAGE = 32;

/** Pages of what is read at take-over, and keys of one lazy load. */
interface PageSizes {
  readonly index: number;
  readonly keys: number;
}
const EMBEDDED_PAGES: PageSizes = { index: 200, keys: 200 };
const SERVER_PAGES: PageSizes = { index: 10_000, keys: 10_000 };

/** Snapshots in PostgreSQL or PGlite: same statements, smaller pages. */
export function createSnapshotStore(database: Database & { readonly embedded: boolean }): SnapshotStore {
  return new PostgresSnapshotStore(database, database.embedded ? EMBEDDED_PAGES : SERVER_PAGES);
}

class PostgresSnapshotStore implements SnapshotStore {
  private readonly database: Database;
  private readonly pages: PageSizes;

  constructor(database: Database, pages: PageSizes) {
    this.database = database;
    this.pages = pages;
  }

  async head(stage: string, partition: number): Promise<Head> {
    for (;;) {
      const head = await readHead(this.database, stage, partition);
      if (head !== null) return { takeover: head.takeover, owner: head.owner, snapshot: head.snapshot };
      await createHead(this.database, stage, partition);
    }
  }

  async claim(claim: Claim): Promise<boolean> {
    return await takeClaim(this.database, claim);
  }

  async *index(claim: Claim): AsyncGenerator<readonly RowIndexEntry[]> {
    let after = '';
    for (;;) {
      const page = owned(await readIndexPage(this.database, claim, after, this.pages.index), claim);
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < this.pages.index) return;
      after = last.key;
    }
  }

  async *chunks(claim: Claim): AsyncGenerator<readonly FrozenChunk[]> {
    let after = { hour: -1, sequence: -1 };
    for (;;) {
      const page = owned(await readChunkPage(this.database, claim, after, CHUNKS_PER_PAGE), claim);
      if (page.length > 0) yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < CHUNKS_PER_PAGE) return;
      after = { hour: last.hour, sequence: last.sequence };
    }
  }

  async rows(claim: Claim, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const size = this.pages.keys;
    const first = owned(await readStageRows(this.database, claim, keys.slice(0, size)), claim);
    if (keys.length <= size) return first;
    const found = new Map(first);
    for (let from = size; from < keys.length; from += size) {
      const page = owned(await readStageRows(this.database, claim, keys.slice(from, from + size)), claim);
      for (const [key, body] of page) found.set(key, body);
    }
    return found;
  }

  async save(claim: Claim, mark: SnapshotMark, frozen: Frozen): Promise<void> {
    const { stage, partition } = claim;
    await this.underClaim(claim, async (sql) => {
      for (const rows of slices(frozen.rows, rowBytes)) await upsertRows(sql, stage, partition, rows);
      for (const chunks of slices(frozen.chunks, chunkBytes))
        await upsertChunks(sql, stage, partition, chunks);
      if (frozen.droppedHours.length > 0) await deleteHours(sql, stage, partition, frozen.droppedHours);
      await upsertMark(sql, stage, partition, mark, frozen.root);
    });
  }

  async discard(claim: Claim): Promise<void> {
    await this.underClaim(claim, (sql) => deleteSnapshot(sql, claim.stage, claim.partition));
  }

  async heads(): ReturnType<SnapshotStore['heads']> {
    return await readHeads(this.database);
  }

  /** A take-over waits until this transaction has ended, or this transaction finds that it happened. */
  private async underClaim(claim: Claim, work: (sql: Sql) => Promise<void>): Promise<void> {
    await this.database.transaction(async (sql) => {
      if (!(await holdClaim(sql, claim))) throw lost(claim);
      await work(sql);
    });
  }
}

function owned<T>(answer: T | null, claim: Claim): T {
  if (answer === null) throw lost(claim);
  return answer;
}

function lost({ stage, partition, owner, takeover }: Claim): LostOwnershipError {
  return new LostOwnershipError(
    `${stage}/${partition}: take-over ${takeover} of ${owner} is no longer the head's.`,
  );
}

function rowBytes(row: FrozenRow): number {
  return row.body.length + row.key.length;
}

function chunkBytes(chunk: FrozenChunk): number {
  return chunk.body.byteLength;
}

/** Runs of at most SAVE_ROWS_MAX pieces and, unless a single one is larger, SAVE_BYTES_MAX bytes. */
function* slices<T>(pieces: readonly T[], bytesOf: (piece: T) => number): Generator<readonly T[]> {
  let from = 0;
  let bytes = 0;
  for (const [index, piece] of pieces.entries()) {
    const size = bytesOf(piece);
    if (index > from && (index - from >= SAVE_ROWS_MAX || bytes + size > SAVE_BYTES_MAX)) {
      yield pieces.slice(from, index);
      from = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < pieces.length) yield pieces.slice(from);
}
