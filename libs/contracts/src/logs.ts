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
  'policies',
  'quarantine',
  'dead-letters',
] as const;
export type LogName = (typeof LOGS)[number];

/** Logs with as many partitions as activity. Of the others `treasury` has as many as genesis says, `policies` one. */
export const PARTITIONED: readonly LogName[] = [
  'activity',
  'capability',
  'decisions',
  'grants',
  'quarantine',
  'dead-letters',
];

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
    partitions: PARTITIONED.includes(log) ? partitions : log === 'treasury' ? treasuries : 1,
    compacted: COMPACTED.includes(log),
  }));
}
