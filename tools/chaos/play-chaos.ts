import { join } from 'node:path';
import { loadOrMakeKey, readPlainToken } from '#contracts/tokens';
import { DAY_MS } from '#domain/time';
import { createMarketplace } from '#sim/marketplace/marketplace';
import type { Backbone } from '#stage/backbone';
import { readProgress } from '#store/read/progress';
import { activeGrants } from '#tools/start/active-grants';
import { beginSeason } from './begin-season.ts';
import { countAborted } from './aborted-transactions.ts';
import { strike, type ChaosTarget } from './blows.ts';
import { openClusterOn } from './cluster-on-services.ts';
import { untilShared, type Disturbed } from './disturb.ts';
import type { FreshServices } from './fresh-services.ts';
import { tallyMetrics, type MetricTally } from './metric-tally.ts';
import { followPublished, until, whatIsBehind, type PublishedFollow } from './partition-watch.ts';
import { patientDoor, type PatientDoor } from './patient-door.ts';
import { planBlows, type PlanOptions } from './plan.ts';
import type { Cluster } from '#tools/cluster/run-cluster';
import { rollAll, type RollingUpgrade } from './rolling-upgrade.ts';
import { feedSeason, type SeasonFeed } from './season-feed.ts';

// Two processes per stage at work on a season that comes at its own rate, three events in ten sent twice, and a plan of
// blows against processes, broker and database. In the end everything is drained.

export interface ChaosStory {
  readonly seconds: number;
  readonly events: { readonly toLog: number; readonly toDoor: number; readonly ticks: number };
  /** Ids that the log or the door acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  readonly turnedAway: number;
  readonly disturbed: readonly Disturbed[];
  readonly upgrade: RollingUpgrade;
  /** From the last event to nothing behind, s. */
  readonly drainSeconds: number;
  readonly counts: {
    readonly takeOvers: number;
    readonly suppressing: number;
    readonly suppressed: number;
    readonly refused: number;
    readonly ignored: number;
    readonly lost: number;
    readonly halted: number;
    /** Abort markers in capability and decisions. */
    readonly aborted: number;
  };
  readonly backbone: Backbone;
  readonly cluster: Cluster;
  close(): Promise<void>;
}

export const WORKSPACE = 'chaos';
export const PARTITIONS = 4;
const PREFIX = `${WORKSPACE}.`;
const START_MS = Date.parse('2026-10-12T00:00:00+08:00');
const DAYS = 300;
const MERCHANTS = 1_500;
const DUPLICATES_PPM = 300_000;
const LATE_PPM = 20_000;
const TOO_LATE_PPM = 1_000;
const SEED = 7;
/** What comes anyhow; where a blow would find nobody behind, a burst comes on top. */
const EVENTS_PER_SECOND = 1_000;
const BURST_EVENTS = 12_000;
/** Enough to replay and check within minutes; what comes after so many is a trickle and bursts. */
const PLENTY = 300_000;
const DRAIN_MS_MAX = 300_000;
const PSEUDONYM_KEY_BYTES = 32;
/** Every one of so many merchants sends its events to the HTTP door. */
const DOOR_EVERY = 5;
/** Where no snapshot of a process that stood still was refused so far, it is tried so often again in calm water. */
const MORE_FREEZES_MAX = 8;
const CALM_EVENTS_PER_SECOND = 100;
/** Beyond the plenty: an upgrade without events shows nothing. */
const UPGRADE_EVENTS = 100_000;

export async function playChaos(services: FreshServices, plan: PlanOptions): Promise<ChaosStory> {
  const wish = { prefix: PREFIX, name: 'chaos', logLevel: 'silent' } as const;
  const { cluster, backbone, dataDirectory, close } = await openClusterOn(services, wish);
  try {
    await beginSeason(backbone, PARTITIONS, START_MS);
    // It makes the tokens that the door asks for and the console reads.
    await cluster.start('ingest-1');
    return await play({ services, cluster, backbone, dataDirectory, plan, close });
  } catch (error) {
    await close();
    throw error;
  }
}

const PROCESSES = [
  'scoring-1',
  'scoring-2',
  'allocator-1',
  'allocator-2',
  'treasury-1',
  'census-1',
  'console-1',
];

interface Stage {
  readonly services: FreshServices;
  readonly cluster: Cluster;
  readonly backbone: Backbone;
  readonly dataDirectory: string;
  readonly plan: PlanOptions;
  readonly close: () => Promise<void>;
}

async function play(stage: Stage): Promise<ChaosStory> {
  const { services, cluster, backbone, close } = stage;
  const startedAt = performance.now();
  const door = openDoor(stage);
  const tally = tallyMetrics(cluster);
  const feed = openFeed(stage, door);
  try {
    feed.pace(EVENTS_PER_SECOND);
    await Promise.all(PROCESSES.map((name) => cluster.start(name)));
    // A feed that fails ends the play at once, and not only when the lag that it should bring does not come.
    const { disturbed, upgrade } = await Promise.race([disturb(stage, feed, tally), failureOf(feed)]);
    feed.end();
    await feed.done;
    const drainMs = await drain(backbone);
    await tally.stop();
    const sum = (name: string): number => tally.sum(`updraft_stage_${name}`);
    return {
      seconds: (performance.now() - startedAt) / 1_000,
      events: feed.written(),
      acknowledged: feed.acknowledged,
      turnedAway: door.turnedAway(),
      disturbed,
      upgrade,
      drainSeconds: drainMs / 1_000,
      counts: {
        takeOvers: sum('takeovers_total'),
        suppressing: sum('suppressing_takeovers_total'),
        suppressed: sum('suppressed_total'),
        refused: sum('snapshots_refused_total'),
        ignored: sum('snapshots_ignored_total'),
        lost: sum('lost_total'),
        halted: sum('halted'),
        aborted: await countAborted(join(services.directory, 'kafka'), ['.capability', '.decisions']),
      },
      backbone,
      cluster,
      close,
    };
  } catch (error) {
    feed.end();
    await tally.stop();
    await feed.done.catch(() => undefined);
    throw error;
  }
}

function openDoor({ cluster, dataDirectory }: Stage): PatientDoor {
  return patientDoor(
    () => cluster.running('ingest')[0]?.url ?? null,
    readPlainToken(dataDirectory, 'producer'),
    (merchantId) => Number(/\d+$/.exec(merchantId)?.[0] ?? 0) % DOOR_EVERY === 0,
  );
}

function openFeed({ backbone, dataDirectory }: Stage, door: PatientDoor): SeasonFeed {
  return feedSeason({
    logs: backbone.logs,
    sim: createMarketplace({
      seed: SEED,
      merchants: MERCHANTS,
      startMs: START_MS,
      days: DAYS,
      duplicateRatePpm: DUPLICATES_PPM,
      lateRatePpm: LATE_PPM,
      tooLateRatePpm: TOO_LATE_PPM,
    }),
    startMs: START_MS,
    endMs: START_MS + DAYS * DAY_MS,
    pseudonymKey: loadOrMakeKey(join(dataDirectory, 'pseudonym.key'), PSEUDONYM_KEY_BYTES),
    plenty: PLENTY,
    readGrants: activeGrants(backbone.logs, PARTITIONS),
    door,
  });
}

async function failureOf(feed: SeasonFeed): Promise<never> {
  await feed.done;
  throw new Error('the season ended before everything was done to it');
}

async function disturb(
  { services, cluster, backbone, plan }: Stage,
  feed: SeasonFeed,
  tally: MetricTally,
): Promise<Pick<ChaosStory, 'disturbed' | 'upgrade'>> {
  const at: ChaosTarget = {
    services,
    cluster,
    backbone,
    kafka: services.kafka,
    partitions: PARTITIONS,
    wantLag: () => feed.burst(BURST_EVENTS),
  };
  for (const stage of ['scoring', 'allocator'] as const) await untilShared(at, stage, 2);
  const disturbed: Disturbed[] = [];
  const struck = async (blow: Parameters<typeof strike>[1]): Promise<void> => {
    const done = await strike(at, blow);
    disturbed.push(...done);
    for (const each of done) say(each, disturbed.length);
  };
  for (const blow of planBlows(plan)) await struck(blow);
  feed.pace(CALM_EVENTS_PER_SECOND);
  for (let more = 0; more < MORE_FREEZES_MAX; more += 1) {
    await tally.look();
    if (tally.sum('updraft_stage_snapshots_refused_total') > 0) break;
    await struck(more % 2 === 0 ? 'freeze-allocator' : 'freeze-scoring');
  }
  feed.pace(EVENTS_PER_SECOND);
  feed.more(UPGRADE_EVENTS);
  return { disturbed, upgrade: await rollAll(at) };
}

/** It takes many minutes: whoever waits sees that it goes on. */
function say({ what, lag, recoveryMs }: Disturbed, count: number): void {
  const seconds = (recoveryMs / 1_000).toFixed(1).padStart(5);
  process.stderr.write(
    `${String(count).padStart(3)}  ${seconds} s  ${what}${lag > 0 ? `, ${lag} behind` : ''}\n`,
  );
}

async function drain({ logs, store, database }: Backbone): Promise<number> {
  const follow = (log: string): PublishedFollow[] =>
    Array.from({ length: PARTITIONS }, (_, partition) => followPublished(logs, log, partition));
  const capability = follow('capability');
  const decisions = follow('decisions');
  const behind = async (): Promise<string[]> => [
    ...(await whatIsBehind(logs, store, capability)),
    ...(await whatIsNotProjected(database, decisions)),
  ];
  return until(
    async () => (await behind()).length === 0,
    DRAIN_MS_MAX,
    async () => `not drained: ${(await behind()).join('; ')}`,
    1_000,
  );
}

async function whatIsNotProjected(
  database: Backbone['database'],
  decisions: readonly PublishedFollow[],
): Promise<string[]> {
  const progress = await readProgress(database, 'decisions');
  const behind: string[] = [];
  for (const [partition, follow] of decisions.entries()) {
    const last = await follow.now();
    const at = progress.find((each) => each.partition === partition)?.position ?? null;
    if (last !== at)
      behind.push(`the console's decisions ${partition} stand at ${at}, the log ends at ${last}`);
  }
  return behind;
}
