import { encodePolicyActivated } from '#contracts/genesis';
import { DAY_MS } from '#domain/time';
import { playSeason } from './demo-season.ts';
import { activityInMemory, type ActivityInMemory } from './history-fixture.ts';
import { createMarketplace, type Marketplace, type MarketplaceOptions } from './marketplace.ts';
import {
  openPipeline,
  starterPolicy,
  type CompiledPolicy,
  type PipelineInMemory,
} from './pipeline-fixture.ts';

// For specs: a whole season of the marketplace, decided on in memory.

export interface SeasonInMemory {
  readonly activity: ActivityInMemory;
  readonly sim: Marketplace;
  readonly pipeline: PipelineInMemory;
}

export const PARTITIONS = 2;

export async function playSeasonInMemory(season: {
  readonly marketplace: MarketplaceOptions;
  /** Default: the starter policy. */
  readonly policy?: CompiledPolicy;
  /** Default: Shanghai's. */
  readonly zone?: string;
  /** How long until gateways know of a grant. Default: as in the demo. */
  readonly stepMs?: number;
  /** Looks at the pipeline after each step. */
  readonly afterStep?: (pipeline: PipelineInMemory, atMs: number) => void;
}): Promise<SeasonInMemory> {
  const { startMs, days } = season.marketplace;
  const { text, hash } = season.policy ?? starterPolicy();
  const activity = activityInMemory({
    partitions: PARTITIONS,
    zone: season.zone ?? 'Asia/Shanghai',
    nowMs: startMs,
  });
  const activated = encodePolicyActivated(
    'spec',
    { sequence: 1, bundle: hash, approvedBy: ['lin', 'wang'] },
    startMs,
  );
  const writer = activity.logs.writer('registry');
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    await writer.append('activity', partition, [{ key: null, value: activated }]);
  }
  const pipeline = openPipeline(activity, PARTITIONS, new Map([[hash, text]]));
  const sim = createMarketplace(season.marketplace);
  await playSeason({
    logs: activity.logs,
    sim,
    pseudonymKey: Buffer.alloc(32, 1),
    startMs,
    endMs: startMs + days * DAY_MS,
    ...(season.stepMs === undefined ? {} : { stepMs: season.stepMs }),
    readGrants: () => Promise.resolve(pipeline.activeGrants()),
    readOffers: () => Promise.resolve(pipeline.trainingOffers()),
    drained: (atMs) => {
      pipeline.drain();
      season.afterStep?.(pipeline, atMs);
      return Promise.resolve();
    },
  });
  return { activity, sim, pipeline };
}

/** Thirty days up to Double 11 and beyond, with everything in it that can befall a merchant. */
export function eventfulSeason(
  seed: number,
  merchants: number,
  eventsPerMerchantDay: number,
): MarketplaceOptions {
  return {
    seed,
    merchants,
    eventsPerMerchantDay,
    startMs: EVENTFUL_START_MS,
    days: EVENTFUL_DAYS,
    entityPpm: 400_000,
    fraudPpm: 30_000,
    leavePpm: 500_000,
    newcomersStartAtBps: 3_000,
    stockOutPpm: 5_000,
    slowReplyPpm: 100_000,
    courseEffectBps: 3_000,
  };
}

const EVENTFUL_START_MS = Date.parse('2026-10-20T00:00:00+08:00');
const EVENTFUL_DAYS = 30;
export const EVENTFUL_END_MS = EVENTFUL_START_MS + EVENTFUL_DAYS * DAY_MS;
