import { setTimeout as sleep } from 'node:timers/promises';
import type { Reporter } from '#stage/report';

/** Whoever ends a round of what an event leads to. */
const AWAITED = ['allocator', 'treasury', 'census'] as const;
type Awaited = (typeof AWAITED)[number];

const POLL_MS = 5;

export interface DrainProgress {
  readonly onReport: Reporter;
  /** Resolves when all partitions of each have come there in log time; throws where a partition stands still. */
  reached(atMs: number): Promise<void>;
}

/** Knows from their reports how far decisions, leases and statistics have come in log time. */
export function createDrainProgress(partitions: Readonly<Record<Awaited, number>>): DrainProgress {
  const reachedMs = new Map(AWAITED.map((stage) => [stage as string, new Map<number, number>()]));
  const halted: string[] = [];
  const isThere = (stage: Awaited, atMs: number): boolean => {
    const reached = [...reachedMs.get(stage)!.values()];
    return reached.length === partitions[stage] && reached.every((ms) => ms >= atMs);
  };
  return {
    onReport(stage, partition, report) {
      if (report.kind === 'batch') reachedMs.get(stage)?.set(partition, report.nowMs);
      if (report.kind === 'halted') halted.push(`${stage} ${partition} at ${report.at}: ${report.why}`);
    },
    async reached(atMs) {
      while (!AWAITED.every((stage) => isThere(stage, atMs))) {
        // Whoever waits for it would wait for ever.
        if (halted.length > 0) throw new Error(`a partition stands still: ${halted.join('; ')}`);
        await sleep(POLL_MS);
      }
    },
  };
}
