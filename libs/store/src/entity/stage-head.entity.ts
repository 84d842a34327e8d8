import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Who owns a stage's partition. Written by take-overs only: publishing and saving hold its row shared, so that
 * neither waits for the other and a take-over waits for both.
 */
@Entity('stage_head')
export class StageHeadEntity {
  @PrimaryColumn('text', { collation: 'C' })
  stage!: string;

  @PrimaryColumn('integer')
  partition!: number;

  @Column('bigint')
  takeover!: string;

  @Column('text', { nullable: true })
  owner!: string | null;

  @Column('timestamptz', { name: 'claimed_at', nullable: true })
  claimedAt!: Date | null;
}
