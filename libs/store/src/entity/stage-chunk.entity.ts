import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An append-only piece of dedupe state, by event hour. */
@Entity('stage_chunk')
export class StageChunkEntity {
  @PrimaryColumn('text', { collation: 'C' })
  stage!: string;

  @PrimaryColumn('integer')
  partition!: number;

  @PrimaryColumn('integer')
  hour!: number;

  @PrimaryColumn('integer')
  sequence!: number;

  @Column('bytea')
  body!: Buffer;
}
