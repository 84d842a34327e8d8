import { sumOf, type Sample } from './metric-samples.ts';
import type { Cluster } from './run-cluster.ts';

const EVERY_MS = 500;

/** Counters over all processes that ever ran: of one that was killed, what it last said. */
export interface MetricTally {
  /** Asks all that run. */
  look(): Promise<void>;
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  stop(): Promise<void>;
}

export function tallyMetrics(cluster: Cluster): MetricTally {
  const last = new Map<string, readonly Sample[]>();
  const look = async (): Promise<void> => {
    await Promise.all(
      cluster.running().map(async (each) => {
        // Gone between listing and asking, or too busy to answer: what it said before stands.
        const samples = await each.scrape().catch(() => null);
        if (samples !== null) last.set(each.output, samples);
      }),
    );
  };
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, EVERY_MS);
  return {
    look,
    sum: (name, labels) => [...last.values()].reduce((sum, samples) => sum + sumOf(samples, name, labels), 0),
    async stop() {
      clearInterval(timer);
      await looking;
      await look();
    },
  };
}
