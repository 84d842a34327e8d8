import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The end of a log's partition. Appending locks this row until commit, which makes offset order commit order. */
@Entity('log_head')
export class LogHeadEntity {
  @PrimaryColumn('integer')
  log!: number;

  @PrimaryColumn('integer')
  partition!: number;

  @Column('bigint', { name: 'next_offset', default: 0 })
  nextOffset!: string;

  /** Below it a compacted log holds one record per key at most. */
  @Column('bigint', { name: 'compacted_offset', default: 0 })
  compactedOffset!: string;
}
