import { decisionHash } from '#domain/allocator/allocation';
import type { Decision } from '#domain/outputs';
import { parseInstant } from '#domain/time';
import { sha256 } from '#stage/sha256';
import { insertDecisions, type DecisionRow } from '#store/read/project';
import { insertPostings, movePending, upsertBalances } from '#store/read/project-accounts';
import { moneyOf, type MoneyRows } from './decided-money.ts';
import {
  ProjectionFault,
  type Folded,
  type Marks,
  type Projection,
  type StoredRecord,
} from './projection.ts';

/** The head of a partition's decision chain as far as it was projected. */
export interface ChainMarks extends Marks {
  /** Sequence of the last decision; the first one of a partition has 1. */
  readonly sequence: number;
  readonly hash: string;
  readonly logId: string | null;
}

/** What one decision comes to in the tables. */
export interface DecidedRows extends MoneyRows {
  readonly decision: DecisionRow;
}

/**
 * Every decision, verified on the way: it names the hash of the one before it, counts on by one, and its own hash is
 * that of its text. A break is kept and alarmed for ever, but the decisions stay readable: an auditor needs them.
 */
export const decisionsProjection: Projection<ChainMarks, DecidedRows> = {
  log: 'decisions',
  types: new Set(['updraft.decision.v1']),
  empty: { sequence: 0, hash: '', logId: null },

  fold(marks: ChainMarks, partition: number, record: StoredRecord): Folded<ChainMarks, DecidedRows> {
    const decision = record.event.data as unknown as Decision;
    if (marks.logId !== null && marks.logId !== decision.logId) {
      throw new ProjectionFault(
        `decision ${decision.position} has log id ${decision.logId}; this read side was built from ${marks.logId}`,
      );
    }
    const alarm = marks.alarm ?? breakBefore(marks, decision) ?? alteration(record, decision);
    return {
      marks: {
        sequence: decision.sequence,
        hash: decision.hash,
        logId: decision.logId,
        ...(alarm === undefined ? {} : { alarm }),
      },
      row: { decision: decisionRow(partition, record, decision), ...moneyOf(partition, record, decision) },
      position: decision.position,
    };
  },

  async write(sql, rows) {
    const those = <Row>(each: readonly (Row | null)[]): Row[] => each.filter((row) => row !== null);
    await insertDecisions(
      sql,
      rows.map((row) => row.decision),
    );
    await insertPostings(sql, those(rows.map((row) => row.posting)));
    await upsertBalances(sql, those(rows.map((row) => row.balance)));
    await movePending(sql, those(rows.map((row) => row.pending)));
  },
};

function decisionRow(partition: number, record: StoredRecord, decision: Decision): DecisionRow {
  return {
    position: decision.position,
    partition,
    sequence: decision.sequence,
    merchant: record.event.subject ?? null,
    programme: decision.programme,
    outcome: decision.outcome,
    atMs: parseInstant(record.event.time),
    hash: decision.hash,
    previousHash: decision.previousHash,
    grantId: decision.grant?.grantId ?? null,
    record: record.text,
  };
}

function breakBefore(marks: ChainMarks, decision: Decision): string | undefined {
  if (decision.sequence !== marks.sequence + 1) {
    return `chain broken at ${decision.position}: sequence is ${decision.sequence}, expected ${marks.sequence + 1}`;
  }
  if (decision.previousHash !== marks.hash) {
    return `chain broken at ${decision.position}: previousHash is ${decision.previousHash}, expected ${marks.hash}`;
  }
  return undefined;
}

function alteration(record: StoredRecord, decision: Decision): string | undefined {
  const hash = decisionHash(record.text, sha256);
  if (hash === decision.hash) return undefined;
  return `chain broken at ${decision.position}: the record's hash is ${hash}, it says ${decision.hash}`;
}
