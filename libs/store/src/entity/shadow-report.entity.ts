import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the latest report of a shadow says of one programme, JSON. */
@Entity('shadow_report')
export class ShadowReportEntity {
  @PrimaryColumn({ type: 'text' })
  hash!: string;

  @PrimaryColumn({ type: 'text' })
  programme!: string;

  @Column({ type: 'text' })
  body!: string;
}
