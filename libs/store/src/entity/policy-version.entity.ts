import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A submitted bundle: its content never changes, where it stands in its life does. */
@Entity('policy_version')
@Check('policy_version_state', `state in ('draft', 'checked', 'shadow', 'live', 'superseded', 'retired')`)
@Check('policy_version_two_people', 'approved_by <> submitted_by')
@Index('policy_version_by_time', ['submittedAt', 'hash'])
@Index('policy_version_one_live', ['state'], { unique: true, where: `state = 'live'` })
export class PolicyVersionEntity {
  /** SHA-256 of the content, hex. */
  @PrimaryColumn({ type: 'text' })
  hash!: string;

  /** Id of the bundle. */
  @Column({ type: 'text' })
  bundle!: string;

  /** The compiled bundle in canonical JSON. */
  @Column({ type: 'text' })
  content!: string;

  /** What people wrote: JSON, path to text. Text and not jsonb, which refuses what YAML may hold. */
  @Column({ type: 'text' })
  sources!: string;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'text', name: 'submitted_by' })
  submittedBy!: string;

  @Column({ type: 'timestamptz', name: 'submitted_at' })
  submittedAt!: Date;

  @Column({ type: 'text' })
  why!: string;

  /** Null until a second person stands for it. */
  @Column({ type: 'text', name: 'approved_by', nullable: true })
  approvedBy!: string | null;
}
