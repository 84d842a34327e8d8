import type { Sql } from './sql.ts';

/** A record of activity that two people want passed over. */
export interface QuarantineRequest {
  readonly partition: number;
  /** Offset in activity. */
  readonly offset: number;
  /** SHA-256 of the record's value, hex. */
  readonly recordHash: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAtMs: number;
  /** Null until a second person stands for it. */
  readonly approvedBy: string | null;
  readonly approvedAtMs: number | null;
}

/** Where requests are filed and approved, and where the owner of a halted partition looks for one. */
export interface QuarantineDesk {
  /** False: there is a request for this record already. */
  request(
    request: Omit<QuarantineRequest, 'requestedAtMs' | 'approvedBy' | 'approvedAtMs'>,
  ): Promise<boolean>;
  /** Null: nothing to approve there, or whoever approves is the one who asked. */
  approve(partition: number, offset: number, by: string): Promise<QuarantineRequest | null>;
  /** False: there was none. What the owner has entered into the log stays. */
  withdraw(partition: number, offset: number): Promise<boolean>;
  find(partition: number, offset: number): Promise<QuarantineRequest | null>;
  /** By partition and offset. */
  all(): Promise<readonly QuarantineRequest[]>;
}

interface Row {
  readonly partition: number;
  readonly record_offset: string | number;
  readonly record_hash: string;
  readonly reason: string;
  readonly requested_by: string;
  readonly requested_at_ms: string | number;
  readonly approved_by: string | null;
  readonly approved_at_ms: string | number | null;
}

const COLUMNS = `partition, record_offset, record_hash, reason, requested_by, approved_by,
  floor(extract(epoch from requested_at) * 1000)::bigint as requested_at_ms,
  floor(extract(epoch from approved_at) * 1000)::bigint as approved_at_ms`;

export function createQuarantineDesk(sql: Sql): QuarantineDesk {
  return {
    async request({ partition, offset, recordHash, reason, requestedBy }) {
      const { rowCount } = await sql.query(
        `insert into quarantine_request (partition, record_offset, record_hash, reason, requested_by, requested_at)
         values ($1, $2, $3, $4, $5, clock_timestamp()) on conflict do nothing`,
        [partition, offset, recordHash, reason, requestedBy],
      );
      return rowCount === 1;
    },
    async approve(partition, offset, by) {
      const { rows } = await sql.query<Row>(
        `update quarantine_request set approved_by = $3, approved_at = clock_timestamp()
          where partition = $1 and record_offset = $2 and requested_by <> $3 and approved_by is null
         returning ${COLUMNS}`,
        [partition, offset, by],
      );
      return rows.map(requestOf)[0] ?? null;
    },
    async withdraw(partition, offset) {
      const { rowCount } = await sql.query(
        `delete from quarantine_request where partition = $1 and record_offset = $2`,
        [partition, offset],
      );
      return rowCount === 1;
    },
    async find(partition, offset) {
      const { rows } = await sql.query<Row>(
        `select ${COLUMNS} from quarantine_request where partition = $1 and record_offset = $2`,
        [partition, offset],
      );
      return rows.map(requestOf)[0] ?? null;
    },
    async all() {
      const { rows } = await sql.query<Row>(
        `select ${COLUMNS} from quarantine_request order by partition, record_offset`,
      );
      return rows.map(requestOf);
    },
  };
}

function requestOf(row: Row): QuarantineRequest {
  return {
    partition: row.partition,
    offset: Number(row.record_offset),
    recordHash: row.record_hash,
    reason: row.reason,
    requestedBy: row.requested_by,
    requestedAtMs: Number(row.requested_at_ms),
    approvedBy: row.approved_by,
    approvedAtMs: row.approved_at_ms === null ? null : Number(row.approved_at_ms),
  };
}
