import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

// Money as the read side shows it. An account is named by its instance, `growth@2026-11-01`; a purse of it is that of a
// partition, or of a merchant where there is one per legal entity. `holder` is that merchant, '' for the partition.

/** The newest balance of each purse: of a decision, a request or a return, whichever position is the last. */
@Entity('read_account')
export class ReadAccount {
  @PrimaryColumn('text', { collation: 'C' })
  account!: string;
  @PrimaryColumn('integer')
  partition!: number;
  @PrimaryColumn('text', { collation: 'C' })
  holder!: string;
  @Column('bigint', { array: true })
  position!: string[];
  @Column('bigint', { name: 'at_ms' })
  atMs!: string;
  @Column('bigint', { name: 'leased_in' })
  leasedIn!: string;
  @Column('bigint')
  free!: string;
  @Column('bigint')
  held!: string;
  @Column('bigint')
  settling!: string;
  @Column('bigint')
  spent!: string;
  @Column('bigint')
  returned!: string;
  @Column('bigint')
  overrun!: string;
  @Column('bigint', { name: 'clawed_back' })
  clawedBack!: string;
}

/** The last balance of each purse in each hour of log time in which one was told: how a budget burns. */
@Entity('read_account_hour')
export class ReadAccountHour {
  @PrimaryColumn('text', { collation: 'C' })
  account!: string;
  @PrimaryColumn('integer')
  partition!: number;
  @PrimaryColumn('text', { collation: 'C' })
  holder!: string;
  /** Hours since 1970 UTC. */
  @PrimaryColumn('integer')
  hour!: number;
  @Column('bigint', { array: true })
  position!: string[];
  @Column('bigint')
  free!: string;
  @Column('bigint')
  held!: string;
  @Column('bigint')
  settling!: string;
  @Column('bigint')
  spent!: string;
}

/** What each decision with a budget moved; its id is the decision's. */
@Entity('read_posting')
@Index('read_posting_account', ['account', 'atMs', 'position'])
export class ReadPosting {
  @PrimaryColumn('bigint', { array: true })
  position!: string[];
  @Column('integer')
  partition!: number;
  @Column({ type: 'text', collation: 'C' })
  account!: string;
  @Column({ type: 'text', collation: 'C' })
  holder!: string;
  @Column('text')
  unit!: string;
  @Column({ type: 'text', nullable: true, collation: 'C' })
  merchant!: string | null;
  @Column({ type: 'text', collation: 'C' })
  programme!: string;
  @Column({ type: 'text', collation: 'C' })
  outcome!: string;
  @Column({ type: 'text', name: 'grant_id', nullable: true, collation: 'C' })
  grantId!: string | null;
  @Column('bigint', { name: 'at_ms' })
  atMs!: string;
  /** Part of the balance to what it changed by, as JSON; `{}` where nothing moved. */
  @Column('text')
  moved!: string;
}

/** Who waits for money. */
@Entity('read_pending')
@Index('read_pending_oldest', ['atMs', 'position'])
export class ReadPending {
  @PrimaryColumn('text', { collation: 'C' })
  merchant!: string;
  @PrimaryColumn('text', { collation: 'C' })
  programme!: string;
  @Column('integer')
  partition!: number;
  /** Decision that says so. */
  @Column('bigint', { array: true })
  position!: string[];
  @Column('bigint', { name: 'at_ms' })
  atMs!: string;
  @Column({ type: 'text', collation: 'C' })
  account!: string;
  @Column('text')
  why!: string;
  @Column('bigint', { name: 'until_ms', nullable: true })
  untilMs!: string | null;
  @Column('bigint', { name: 'refills_at_ms', nullable: true })
  refillsAtMs!: string | null;
}

/** Leases as partitions heard of them. */
@Entity('read_lease')
@Index('read_lease_newest', ['atMs', 'position'])
@Index('read_lease_account', ['account', 'atMs', 'position'])
export class ReadLease {
  @PrimaryColumn('bigint', { array: true })
  position!: string[];
  @Column('integer')
  partition!: number;
  @Column({ type: 'text', collation: 'C' })
  account!: string;
  @Column({ type: 'text', collation: 'C' })
  holder!: string;
  @Column('text')
  writer!: string;
  @Column('bigint')
  sequence!: string;
  @Column('bigint')
  amount!: string;
  @Column('bigint', { nullable: true })
  answers!: string | null;
  @Column('boolean', { name: 'is_scarce' })
  isScarce!: boolean;
  @Column('bigint', { name: 'at_ms' })
  atMs!: string;
}

/** The most that a merchant reported of a grant: cumulative, so the largest counts. */
@Entity('read_usage')
export class ReadUsage {
  @PrimaryColumn('text', { name: 'grant_id', collation: 'C' })
  grantId!: string;
  @PrimaryColumn('text', { collation: 'C' })
  merchant!: string;
  @Column('bigint')
  used!: string;
  @Column('bigint')
  clicks!: string;
  @Column('bigint')
  orders!: string;
}

export const ACCOUNT_ENTITIES = [
  ReadAccount,
  ReadAccountHour,
  ReadPosting,
  ReadPending,
  ReadLease,
  ReadUsage,
] as const;
