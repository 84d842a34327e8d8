import { join } from 'node:path';
import { loadOrMakeKey, readPlainToken } from '#contracts/tokens';
import { DAY_MS } from '#domain/time';
import { createMarketplace } from '#sim/marketplace/marketplace';
import { openBackbone, type Backbone } from '#stage/backbone';
import { createLog } from '#telemetry/log';
import { readProgress } from '#store/read/progress';
import { httpDoor } from '#tools/door/http-door';
import { activeGrants } from '#tools/start/active-grants';
import { beginSeason } from './begin-season.ts';
import {
  joinCluster,
  killBroker,
  killOwner,
  leaveCluster,
  untilShared,
  type Disturbance,
  type Disturbed,
} from './disturb.ts';
import type { FreshServices } from './fresh-services.ts';
import { tallyMetrics } from './metric-tally.ts';
import { followPublished, until, whatIsBehind, type PublishedFollow } from './partition-watch.ts';
import { openCluster, type Cluster } from '#tools/cluster/run-cluster';
import { feedSeason, type SeasonFeed } from './season-feed.ts';

// The smoke: two processes per stage at work on a season that comes faster than they can take it, three of them
// killed, one more joining and leaving, the broker killed, and everything drained in the end.

export interface SmokeStory {
  readonly events: { readonly toLog: number; readonly toDoor: number; readonly ticks: number };
  /** Ids that the log or the door acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  readonly turnedAway: number;
  readonly disturbed: readonly Disturbed[];
  /** Partitions that the process that joined came to own. */
  readonly joined: number;
  /** From the last event to nothing behind, s. */
  readonly drainSeconds: number;
  readonly counts: {
    readonly takeOvers: number;
    readonly suppressed: number;
    readonly lost: number;
    readonly halted: number;
  };
  readonly backbone: Backbone;
  readonly cluster: Cluster;
  close(): Promise<void>;
}

export const WORKSPACE = 'smoke';
export const PARTITIONS = 4;
const PREFIX = `${WORKSPACE}.`;
const START_MS = Date.parse('2026-10-12T00:00:00+08:00');
const DAYS = 150;
const MERCHANTS = 600;
/**
 * Events that wait when the stages start: on a machine where producers, stages, broker and database share two cores,
 * nobody could feed faster than all the others work.
 */
const BACKLOG_EVENTS = 90_000;
const BACKLOG_MS_MAX = 120_000;
const EVENTS_PER_SECOND = 3_000;
/** Enough to replay and check within minutes. */
const PLENTY = 200_000;
const DRAIN_MS_MAX = 180_000;
const PSEUDONYM_KEY_BYTES = 32;
/** Every one of so many merchants sends its events to the HTTP door. */
const DOOR_EVERY = 5;

export async function playSmoke(services: FreshServices): Promise<SmokeStory> {
  const { kafka, databaseUrl, directory } = services;
  const dataDirectory = join(directory, 'data');
  const cluster = openCluster({
    brokers: kafka.brokers,
    databaseUrl,
    prefix: PREFIX,
    dataDirectory,
    outputDirectory: join(directory, 'output'),
  });
  const backbone = await openBackbone({
    databaseUrl,
    brokers: [kafka.brokers],
    prefix: PREFIX,
    clientId: 'smoke',
    log: createLog('smoke', { level: 'silent' }),
  });
  const close = async (): Promise<void> => {
    await cluster.killAll();
    await backbone.close();
  };
  try {
    await beginSeason(backbone, PARTITIONS, START_MS);
    // It makes the tokens that the door asks for and the console reads.
    await cluster.start('ingest-1');
    return await play({ services, cluster, backbone, dataDirectory, close });
  } catch (error) {
    await close();
    throw error;
  }
}

const PROCESSES = ['scoring-1', 'scoring-2', 'allocator-1', 'allocator-2', 'console-1'];

interface Stage {
  readonly services: FreshServices;
  readonly cluster: Cluster;
  readonly backbone: Backbone;
  readonly dataDirectory: string;
  readonly close: () => Promise<void>;
}

async function play({ services, cluster, backbone, dataDirectory, close }: Stage): Promise<SmokeStory> {
  const door = httpDoor(
    cluster.running('ingest')[0]!.url,
    readPlainToken(dataDirectory, 'producer'),
    (merchantId) => Number(/\d+$/.exec(merchantId)?.[0] ?? 0) % DOOR_EVERY === 0,
  );
  const tally = tallyMetrics(cluster);
  const feed = feedSeason({
    logs: backbone.logs,
    sim: createMarketplace({
      seed: 7,
      merchants: MERCHANTS,
      startMs: START_MS,
      days: DAYS,
      duplicateRatePpm: 20_000,
      lateRatePpm: 20_000,
      tooLateRatePpm: 1_000,
    }),
    startMs: START_MS,
    endMs: START_MS + DAYS * DAY_MS,
    pseudonymKey: loadOrMakeKey(join(dataDirectory, 'pseudonym.key'), PSEUDONYM_KEY_BYTES),
    plenty: PLENTY,
    readGrants: activeGrants(backbone.logs, PARTITIONS),
    door,
  });
  try {
    const at = { cluster, backbone, kafka: services.kafka, partitions: PARTITIONS, wantLag: feed.faster };
    const fed = (): number => feed.written().toLog + feed.written().toDoor;
    await Promise.race([
      until(
        () => Promise.resolve(fed() >= BACKLOG_EVENTS),
        BACKLOG_MS_MAX,
        () => `only ${fed()} of ${BACKLOG_EVENTS} events were fed`,
      ),
      failureOf(feed),
    ]);
    feed.pace(EVENTS_PER_SECOND);
    await Promise.all(PROCESSES.map((name) => cluster.start(name)));
    // A feed that fails ends the play at once, and not only when the lag that it should bring does not come.
    const { disturbed, joined } = await Promise.race([disturbAll(at), failureOf(feed)]);
    feed.end();
    await feed.done;
    const drainMs = await drain(backbone);
    await tally.stop();
    return {
      events: feed.written(),
      acknowledged: feed.acknowledged,
      turnedAway: door.turnedAway(),
      disturbed,
      joined,
      drainSeconds: drainMs / 1_000,
      counts: {
        takeOvers: tally.sum('updraft_stage_takeovers_total'),
        suppressed: tally.sum('updraft_stage_suppressed_total'),
        lost: tally.sum('updraft_stage_lost_total'),
        halted: tally.sum('updraft_stage_halted'),
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

async function failureOf(feed: SeasonFeed): Promise<never> {
  await feed.done;
  throw new Error('the season ended before everything was done to it');
}

async function disturbAll(at: Disturbance): Promise<{ disturbed: Disturbed[]; joined: number }> {
  for (const stage of ['scoring', 'allocator'] as const) await untilShared(at, stage, 2);
  const disturbed = [await killOwner(at, 'scoring'), await killOwner(at, 'allocator')];
  const newcomer = await joinCluster(at, 'scoring-3');
  disturbed.push(await killBroker(at));
  disturbed.push(await killOwner(at, 'scoring'));
  // It may have been the one that was killed, and is then there again under the same name.
  const joined = at.cluster.running('scoring').find(({ name }) => name === newcomer.process.name)!;
  await leaveCluster(at, joined);
  return { disturbed, joined: newcomer.partitions.length };
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
