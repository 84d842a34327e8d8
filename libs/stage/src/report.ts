/** What a partition tells the outside: metrics, health and log lines hang on from there. */
export type StageReport =
  | {
      readonly kind: 'taken-over';
      readonly takeover: number;
      readonly from: string | null;
      readonly published: string | null;
    }
  | {
      readonly kind: 'batch';
      readonly records: number;
      readonly outputs: number;
      readonly ms: number;
      readonly lag: number;
      /** Log time that the partition has come to, ms. */
      readonly nowMs: number;
    }
  | { readonly kind: 'published'; readonly position: string }
  | { readonly kind: 'suppressed'; readonly outputs: number }
  | { readonly kind: 'snapshot'; readonly rows: number; readonly ms: number }
  | { readonly kind: 'snapshot-ignored'; readonly why: string }
  /** Somebody else took over before it was saved: it is dropped, and nothing of theirs was touched. */
  | { readonly kind: 'snapshot-refused'; readonly why: string }
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'lost'; readonly why: string }
  /** A record was passed over, because two people asked for it. */
  | { readonly kind: 'quarantined'; readonly at: string; readonly reason: string }
  /** Paused until a person acts: a bug, a difference, or lost input. */
  | { readonly kind: 'halted'; readonly at: string; readonly why: string };

export type Reporter = (stage: string, partition: number, report: StageReport) => void;

/** The partition cannot go on by itself. Its state is dropped; nothing of it was skipped. */
export class HaltError extends Error {
  override readonly name = 'HaltError';

  constructor(
    /** Position at which it stands, in words. */
    readonly at: string,
    message: string,
    options?: ErrorOptions,
    /** SHA-256 of the input record that could not be read or stepped; null: it is not one record's doing. */
    readonly recordHash: string | null = null,
  ) {
    super(message, options);
  }
}
