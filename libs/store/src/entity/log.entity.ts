import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A log by number, so that records need not repeat its name. Compacted logs have negative numbers. */
@Entity('log')
@Unique('log_name_key', ['name'])
export class LogEntity {
  @PrimaryColumn('integer')
  id!: number;

  @Column({ type: 'text', collation: 'C' })
  name!: string;

  @Column('integer')
  partitions!: number;

  @Column('boolean')
  compacted!: boolean;
}
