import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { ACCOUNT_ENTITIES } from './account.entity.ts';

// The read side: projections of the logs, which may be dropped and rebuilt at any time. A position is a bigint[],
// because PostgreSQL orders arrays part by part and a prefix before what extends it: the order of positions.
// Times are log time in ms UTC. Nothing here depends on when or in which batches it was projected.

/** Every decision, with the exact CloudEvent text that the chain's hashes are about. */
@Entity('read_decision')
@Index('read_decision_chain', ['partition', 'sequence'])
@Index('read_decision_newest', ['atMs', 'position'])
@Index('read_decision_merchant', ['merchant', 'atMs', 'position'])
@Index('read_decision_programme', ['programme', 'atMs', 'position'])
@Index('read_decision_outcome', ['outcome', 'atMs', 'position'])
@Index('read_decision_grant', ['grantId', 'position'])
export class ReadDecision {
  @PrimaryColumn('bigint', { array: true })
  position!: string[];
  @Column('integer')
  partition!: number;
  @Column('bigint')
  sequence!: string;
  @Column({ type: 'text', nullable: true, collation: 'C' })
  merchant!: string | null;
  @Column({ type: 'text', collation: 'C' })
  programme!: string;
  @Column({ type: 'text', collation: 'C' })
  outcome!: string;
  @Column('bigint', { name: 'at_ms' })
  atMs!: string;
  @Column('text')
  hash!: string;
  @Column('text', { name: 'previous_hash' })
  previousHash!: string;
  /** Grant that it issues or changes. */
  @Column({ type: 'text', name: 'grant_id', nullable: true, collation: 'C' })
  grantId!: string | null;
  @Column('text')
  record!: string;
}

/** The newest record of each grant. */
@Entity('read_grant')
@Index('read_grant_merchant', ['merchant', 'grantId'])
@Index('read_grant_status', ['status', 'grantId'])
@Index('read_grant_programme', ['programme', 'grantId'])
@Index('read_grant_account', ['account', 'grantId'])
export class ReadGrant {
  @PrimaryColumn('text', { name: 'grant_id', collation: 'C' })
  grantId!: string;
  @Column('integer')
  partition!: number;
  @Column('bigint', { array: true })
  position!: string[];
  @Column({ type: 'text', nullable: true, collation: 'C' })
  merchant!: string | null;
  @Column({ type: 'text', collation: 'C' })
  status!: string;
  @Column({ type: 'text', collation: 'C' })
  programme!: string;
  @Column({ type: 'text', collation: 'C' })
  kind!: string;
  /** Instance of its account. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  account!: string | null;
  @Column('text')
  record!: string;
}

/** The newest capability of each merchant. */
@Entity('read_merchant')
@Index('read_merchant_tier', ['tier', 'merchant'])
export class ReadMerchant {
  @PrimaryColumn('text', { collation: 'C' })
  merchant!: string;
  @Column('integer')
  partition!: number;
  @Column('bigint', { array: true })
  position!: string[];
  /** Null is "no score", not the lowest tier. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  tier!: string | null;
  @Column('text')
  record!: string;
}

/** Dead letters; (writer, sequence) is contiguous per partition. */
@Entity('read_dead_letter')
@Index('read_dead_letter_newest', ['atMs', 'position'])
export class ReadDeadLetter {
  @PrimaryColumn('integer')
  partition!: number;
  @PrimaryColumn('text', { collation: 'C' })
  writer!: string;
  @PrimaryColumn('bigint')
  sequence!: string;
  @Column('bigint', { array: true })
  position!: string[];
  @Column({ type: 'text', nullable: true, collation: 'C' })
  merchant!: string | null;
  @Column({ type: 'text', collation: 'C' })
  reason!: string;
  @Column('bigint', { name: 'at_ms' })
  atMs!: string;
  @Column('text')
  record!: string;
}

/** How far each projection has read each partition; written in the transaction that writes its rows. */
@Entity('read_progress')
export class ReadProgress {
  @PrimaryColumn('text', { collation: 'C' })
  projection!: string;
  @PrimaryColumn('integer')
  partition!: number;
  /** Transport offset to read next. */
  @Column('bigint', { name: 'next_offset' })
  nextOffset!: string;
  /** Position of the last record projected. */
  @Column('bigint', { array: true, nullable: true })
  position!: string[] | null;
  /** What the projection must remember between records (chain head, sequences, log time), as JSON. */
  @Column('text')
  marks!: string;
}

export const READ_ENTITIES = [
  ReadDecision,
  ReadGrant,
  ReadMerchant,
  ReadDeadLetter,
  ReadProgress,
  ...ACCOUNT_ENTITIES,
] as const;
