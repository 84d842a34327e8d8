import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One step in the life of a bundle. Rows are only ever added. */
@Entity('policy_step')
@Index('policy_step_of_version', ['hash', 'id'])
export class PolicyStepEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column({ type: 'text' })
  hash!: string;

  @Column({ type: 'text' })
  step!: string;

  /** Who did it or stands for it. */
  @Column({ type: 'text', array: true })
  people!: string[];

  /** By the clock of the database. */
  @Column({ type: 'timestamptz' })
  at!: Date;

  @Column({ type: 'text' })
  why!: string;

  /** JSON: findings of a check, the sequence of an activation. */
  @Column({ type: 'text' })
  details!: string;
}
