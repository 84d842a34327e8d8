import { sumOf, type Scrape } from '#tools/cluster/metric-samples';
import type { Cluster } from '#tools/cluster/run-cluster';

const EVERY_MS = 500;

/** Counters over all processes that ever ran: of one that was killed, what it last said. */
export interface MetricTally {
  /** Asks all that run. */
  look(): Promise<void>;
  /** Throws where no process knows such a metric. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  stop(): Promise<void>;
}

export function tallyMetrics(cluster: Cluster): MetricTally {
  const last = new Map<string, Scrape>();
  const look = async (): Promise<void> => {
    await Promise.all(
      cluster.running().map(async (each) => {
        // Gone between listing and asking, or too busy to answer: what it said before stands.
        const scrape = await each.scrape().catch(() => null);
        if (scrape !== null) last.set(each.output, scrape);
      }),
    );
  };
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, EVERY_MS);
  return {
    look,
    sum(name, labels) {
      const scrapes = [...last.values()].filter(({ known }) => known.has(name));
      // A metric that was renamed must not count as nothing having happened.
      if (scrapes.length === 0) throw new Error(`no process knows a metric ${name}`);
      return scrapes.reduce((sum, scrape) => sum + sumOf(scrape, name, labels), 0);
    },
    async stop() {
      clearInterval(timer);
      await looking;
      await look();
    },
  };
}
