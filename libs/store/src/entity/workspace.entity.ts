import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that says which log this workspace belongs to. */
@Entity('workspace')
@Check('workspace_one_row', 'id = 1')
export class WorkspaceEntity {
  @PrimaryColumn('smallint')
  id!: number;

  @Column('text', { name: 'log_id' })
  logId!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
