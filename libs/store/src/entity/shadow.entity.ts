import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A candidate bundle that somebody wants tried beside the live one, and how that stands. */
@Entity('shadow')
export class ShadowEntity {
  @PrimaryColumn({ type: 'text' })
  hash!: string;

  /** Canonical text of the bundle: it need not be published. */
  @Column({ type: 'text', name: 'bundle_text' })
  bundleText!: string;

  /** Log time after which the candidate governs. */
  @Column({ type: 'bigint', name: 'since_ms' })
  sinceMs!: string;

  @Column({ type: 'text', name: 'asked_by' })
  askedBy!: string;

  @Column({ type: 'timestamptz', name: 'asked_at' })
  askedAt!: Date;

  /** `reading`, `failed` or `stopped`. */
  @Column({ type: 'text' })
  state!: string;

  /** Why it failed. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;

  /** The latest report without its programmes, JSON. */
  @Column({ type: 'text', nullable: true })
  summary!: string | null;

  @Column({ type: 'timestamptz', name: 'reported_at', nullable: true })
  reportedAt!: Date | null;
}
