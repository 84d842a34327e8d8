import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who does what only one process should do at a time, until when. */
@Entity('lease')
export class LeaseEntity {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  holder!: string;

  @Column({ type: 'timestamptz', name: 'held_until' })
  heldUntil!: Date;

  /** What a next holder needs to know of the last one; JSON text. */
  @Column({ type: 'text', default: '{}' })
  state!: string;
}
