/**
 * The logs by name, without the workspace prefix. Who writes and reads each: docs/ARCHITECTURE.md. The platform's own
 * topic that ingest may read is not among them: its name, partitions and retention are the platform's.
 */
export const LOGS = [
  'activity',
  'capability',
  'decisions',
  'grants',
  'treasury',
  'census',
  'policies',
  'quarantine',
  'dead-letters',
] as const;
export type LogName = (typeof LOGS)[number];

/** Logs with as many partitions as activity. */
export const PARTITIONED: readonly LogName[] = [
  'activity',
  'capability',
  'decisions',
  'grants',
  'quarantine',
  'dead-letters',
];

/** Logs of what all partitions share, each with as many partitions as genesis says treasuries. */
export const SHARED = ['treasury', 'census'] as const satisfies readonly LogName[];
export type SharedLog = (typeof SHARED)[number];

/** Logs where only the newest record per key must stay. Everything else keeps all records. */
export const COMPACTED: readonly LogName[] = ['grants'];

export interface LogShape {
  readonly log: LogName;
  readonly partitions: number;
  readonly compacted: boolean;
}

/** Every log of a workspace whose genesis has `partitions` partitions and `treasuries` treasuries. */
export function logShapes(partitions: number, treasuries: number): LogShape[] {
  return LOGS.map((log) => ({
    log,
    partitions: PARTITIONED.includes(log) ? partitions : isShared(log) ? treasuries : 1,
    compacted: COMPACTED.includes(log),
  }));
}

function isShared(log: LogName): log is SharedLog {
  return (SHARED as readonly string[]).includes(log);
}
