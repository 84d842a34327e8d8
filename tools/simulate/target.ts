import type { DoorAnswer } from '#tools/door/post-batch';

/** Where a run's events go. */
export interface Target {
  /** In words, for the summary. */
  readonly name: string;
  /** Says before anything is counted what would keep every event from being taken. */
  knock(): Promise<void>;
  /** Sends a batch in its order. Rejects where nobody answers; the same array may then be given again. */
  send(events: readonly unknown[], signal: AbortSignal): Promise<TargetAnswer>;
  close(): Promise<void>;
}

export type TargetAnswer =
  | DoorAnswer
  /** All of it stands where it was sent, unseen: what is malformed will be refused by whoever reads it. */
  | { readonly kind: 'written' };
