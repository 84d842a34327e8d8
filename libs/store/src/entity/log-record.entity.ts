import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('log_record')
@Index('log_record_compacted_key', ['log', 'partition', 'key'], { where: 'log < 0' })
export class LogRecordEntity {
  @PrimaryColumn('integer')
  log!: number;

  @PrimaryColumn('integer')
  partition!: number;

  @PrimaryColumn('bigint')
  offset!: string;

  @Column({ type: 'text', nullable: true, collation: 'C' })
  key!: string | null;

  @Column('bytea')
  value!: Buffer;
}
