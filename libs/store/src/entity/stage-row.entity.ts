import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One row of stage state (a merchant), as frozen. */
@Entity('stage_row')
export class StageRowEntity {
  @PrimaryColumn('text', { collation: 'C' })
  stage!: string;

  @PrimaryColumn('integer')
  partition!: number;

  @PrimaryColumn('text', { collation: 'C' })
  key!: string;

  @Column('bigint', { nullable: true })
  due!: string | null;

  @Column('boolean')
  held!: boolean;

  @Column('bigint', { nullable: true })
  waiting!: string | null;

  @Column('text')
  body!: string;
}
