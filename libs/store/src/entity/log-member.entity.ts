import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A live member of a group of readers. */
@Entity('log_member')
export class LogMemberEntity {
  @PrimaryColumn('integer')
  log!: number;

  @PrimaryColumn('text', { name: 'group_name', collation: 'C' })
  groupName!: string;

  @PrimaryColumn('text', { collation: 'C' })
  member!: string;

  @Column('timestamptz', { name: 'seen_at', default: () => 'now()' })
  seenAt!: Date;
}
