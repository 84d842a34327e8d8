import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** An activation that was asked for. At most one is pending: a newer one takes its place. */
@Entity('policy_activation')
@Check('policy_activation_state', `state in ('pending', 'confirmed', 'superseded')`)
@Index('policy_activation_sequence', ['sequence'], { unique: true })
@Index('policy_activation_one_pending', ['state'], { unique: true, where: `state = 'pending'` })
export class PolicyActivationEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column({ type: 'text' })
  hash!: string;

  /** Of its control records; the highest is live. */
  @Column({ type: 'bigint' })
  sequence!: string;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'text', array: true, name: 'approved_by' })
  approvedBy!: string[];

  @Column({ type: 'timestamptz', name: 'asked_at' })
  askedAt!: Date;
}
