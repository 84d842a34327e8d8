import { createPrng } from '#sim/marketplace/prng';

// What is done to the cluster, in which order. A seed decides, so that a run that found something can be tried again;
// the moments are the machine's.

export type Blow =
  /** SIGKILL to an owner with lag. */
  | 'kill-scoring'
  | 'kill-allocator'
  /** One of each at the same moment. */
  | 'kill-both'
  | 'kill-broker'
  /** The broker ends in order and starts again. */
  | 'restart-broker'
  /** Every connection to the database is cut. */
  | 'cut-database'
  /** Cut, and nobody is let in for a while. */
  | 'close-database'
  /** A process joins, and leaves in order: two rebalances. */
  | 'join-and-leave'
  /** An owner stands still for longer than its session, and wakes up when its partitions are somebody else's. */
  | 'freeze-scoring'
  | 'freeze-allocator'
  /** SIGKILL to the treasury: who waits for money waits on, and its leases are said again. */
  | 'kill-treasury'
  /** SIGKILL to the census: it counts on from its snapshot, and says again what it published since. */
  | 'kill-census'
  /** SIGKILL to a process that owns no partition. */
  | 'kill-ingest'
  | 'kill-console';

export interface PlanOptions {
  readonly seed: number;
  /** Kills of owners. */
  readonly kills: number;
  readonly brokerRestarts: number;
  readonly databaseCuts: number;
  readonly rebalances: number;
  readonly freezes: number;
  readonly treasuryKills: number;
  readonly censusKills: number;
  /** Of ingest, and as many of the console. */
  readonly bystanders: number;
}

const KILLS = ['kill-scoring', 'kill-allocator', 'kill-both'] as const;
const OWNERS_KILLED = { 'kill-scoring': 1, 'kill-allocator': 1, 'kill-both': 2 } as const;
const REBALANCES_PER_JOIN = 2;

export function planBlows(options: PlanOptions): readonly Blow[] {
  const prng = createPrng(options.seed);
  const blows: Blow[] = [];
  for (let killed = 0; killed < options.kills;) {
    const kill = killed + 1 === options.kills ? 'kill-scoring' : KILLS[prng.below(KILLS.length)]!;
    killed += OWNERS_KILLED[kill];
    blows.push(kill);
  }
  const alternate = (count: number, first: Blow, second: Blow): void => {
    for (let index = 0; index < count; index += 1) blows.push(index % 2 === 0 ? first : second);
  };
  alternate(options.brokerRestarts, 'kill-broker', 'restart-broker');
  alternate(options.databaseCuts, 'cut-database', 'close-database');
  alternate(options.freezes, 'freeze-scoring', 'freeze-allocator');
  for (let made = 0; made < options.treasuryKills; made += 1) blows.push('kill-treasury');
  for (let made = 0; made < options.censusKills; made += 1) blows.push('kill-census');
  alternate(2 * options.bystanders, 'kill-ingest', 'kill-console');
  for (let made = 0; made < options.rebalances; made += REBALANCES_PER_JOIN) blows.push('join-and-leave');
  return shuffled(blows, prng.below);
}

function shuffled<T>(items: readonly T[], below: (n: number) => number): T[] {
  const rest = [...items];
  const mixed: T[] = [];
  while (rest.length > 0) mixed.push(...rest.splice(below(rest.length), 1));
  return mixed;
}
