import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The head of a partition's snapshot: where it stands, and the stage's root as bytes. */
@Entity('stage_snapshot')
export class StageSnapshotEntity {
  @PrimaryColumn('text', { collation: 'C' })
  stage!: string;

  @PrimaryColumn('integer')
  partition!: number;

  @Column('jsonb')
  mark!: object;

  @Column('text')
  root!: string;

  @Column('timestamptz', { name: 'saved_at', default: () => 'now()' })
  savedAt!: Date;
}
