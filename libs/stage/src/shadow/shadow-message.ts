import type { ShadowReport } from '#domain/shadow/shadow-report';
import type { LogRecord } from '#stream/log';

// What the host of shadows and the process of one say to each other.

/** What the shadow costs, all of its process. */
export interface ShadowCost {
  /** CPU time per 1,000 records of activity since it began, microseconds. */
  readonly cpuUsPer1000Records: number;
  /** Records of activity a second since the report before. */
  readonly recordsPerSecond: number;
  /** Resident memory, bytes. */
  readonly memoryBytes: number;
}

export interface OpenShadow {
  readonly kind: 'open';
  readonly partitions: number;
  readonly treasuries: number;
  readonly bundle: string;
  readonly bundleText: string;
  readonly sinceMs: number;
}

/** Records of activity that follow those before, and every live decision that comes from them, in order. */
export interface ActivityForShadow {
  readonly kind: 'activity';
  readonly partition: number;
  readonly records: readonly LogRecord[];
  readonly decisions: readonly string[];
  /** Positions that the live scoring passed over, with the reason. */
  readonly quarantine: ReadonlyMap<string, string>;
}

export interface BundleForShadow {
  readonly kind: 'bundle';
  readonly hash: string;
  readonly text: string;
}

export type ToShadow = OpenShadow | ActivityForShadow | BundleForShadow;

export type FromShadow =
  | { readonly kind: 'want-activity'; readonly partition: number }
  | { readonly kind: 'want-bundle'; readonly hash: string }
  | { readonly kind: 'report'; readonly report: ShadowReport; readonly cost: ShadowCost }
  /** It ends: a record that it cannot step. */
  | { readonly kind: 'failed'; readonly why: string };
