import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What people want passed over: a record of activity that stopped its partition. */
@Entity('quarantine_request')
export class QuarantineRequestEntity {
  @PrimaryColumn({ type: 'integer' })
  partition!: number;

  @PrimaryColumn({ type: 'bigint', name: 'record_offset' })
  recordOffset!: string;

  /** SHA-256 of the record's value, hex: the request is about this record and no other. */
  @Column({ type: 'text', name: 'record_hash' })
  recordHash!: string;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ type: 'text', name: 'requested_by' })
  requestedBy!: string;

  @Column({ type: 'timestamptz', name: 'requested_at' })
  requestedAt!: Date;

  /** Null until a second person stands for it. */
  @Column({ type: 'text', name: 'approved_by', nullable: true })
  approvedBy!: string | null;

  @Column({ type: 'timestamptz', name: 'approved_at', nullable: true })
  approvedAt!: Date | null;
}
