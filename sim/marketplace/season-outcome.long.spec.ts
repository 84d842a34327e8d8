import type { MarketplaceOptions } from './marketplace.ts';
import { accountStatement, statementTable } from './season-accounts.ts';
import {
  EVENTFUL_END_MS,
  eventfulSeason,
  playSeasonInMemory,
  type SeasonInMemory,
} from './season-fixture.ts';
import { forgotten, saturations, wastedBps } from './season-outcome.ts';
import { blind, FLOORLESS, meanIssued, SIGHTED } from './season-policy.ts';
import { outcomeTable } from './season-table.ts';

// The same as season-outcome.spec.ts on several seeds, with the figures printed.

const SEEDS = [1, 2, 3];
const MERCHANTS = 300;
const EVENTS_PER_MERCHANT_DAY = 10;
const SEASON_MS_MAX = 600_000;

const marketplaceOf = (seed: number): MarketplaceOptions =>
  eventfulSeason(seed, MERCHANTS, EVENTS_PER_MERCHANT_DAY);
const played = new Map<number, Promise<SeasonInMemory>>();

/** Played once for all tests. */
function sighted(seed: number): Promise<SeasonInMemory> {
  let season = played.get(seed);
  if (season === undefined) {
    season = playSeasonInMemory({ marketplace: marketplaceOf(seed), policy: SIGHTED });
    played.set(seed, season);
  }
  return season;
}

test.each(SEEDS)(
  'seed %i: nobody is forgotten, boosts are cut in time, few exposures are wasted, the books balance',
  async (seed) => {
    const season = await sighted(seed);
    const sizes = {
      welcome: meanIssued(season.pipeline, 'welcome-boost'),
      growth: meanIssued(season.pipeline, 'growth-boost'),
    };
    const unsized = await playSeasonInMemory({ marketplace: marketplaceOf(seed), policy: blind(sizes) });
    process.stdout.write(
      `\nseed ${seed}: ${percent(season)} % of exposures wasted with the capacity model, ` +
        `${percent(unsized)} % without\n` +
        `${outcomeTable(season)}\n${statementTable(accountStatement(season.pipeline))}\n`,
    );
    const { times, unanswered } = saturations(season);
    expect(forgotten(season, EVENTFUL_END_MS)).toEqual([]);
    expect(times).toBeGreaterThan(100);
    expect(unanswered).toEqual([]);
    expect(wastedBps(season)).toBeLessThanOrEqual(500);
    expect(wastedBps(unsized)).toBeGreaterThan(2 * wastedBps(season));
    for (const each of accountStatement(season.pipeline)) {
      const { total, owed, unleased, below, inFlight, free, held, settling, spent } = each;
      expect([each.instance, unleased + below + inFlight + free + held + settling + spent]).toEqual([
        each.instance,
        total + owed,
      ]);
      expect(Math.min(unleased, below, inFlight, free, held, settling, spent)).toBeGreaterThanOrEqual(0);
    }
  },
  SEASON_MS_MAX,
);

test(
  'without a floor merchants who are fit for it go without, which the judge notices, and no fewer of them leave',
  async () => {
    let missed = 0;
    const left = { with: 0, without: 0 };
    for (const seed of SEEDS) {
      const season = await sighted(seed);
      const floorless = await playSeasonInMemory({ marketplace: marketplaceOf(seed), policy: FLOORLESS });
      missed += forgotten(floorless, EVENTFUL_END_MS).length;
      left.with += leavers(season);
      left.without += leavers(floorless);
    }
    process.stdout.write(
      `\nwithout a floor ${missed} merchants were forgotten; ${left.without} left, with it ${left.with}\n`,
    );
    expect(missed).toBeGreaterThan(0);
    expect(left.without).toBeGreaterThanOrEqual(left.with);
  },
  SEEDS.length * SEASON_MS_MAX,
);

function leavers({ sim }: SeasonInMemory): number {
  return sim.truth().filter(({ closedAtMs }) => closedAtMs !== null).length;
}

function percent(season: SeasonInMemory): string {
  return (wastedBps(season) / 100).toFixed(2);
}
