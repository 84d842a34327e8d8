import { accountStatement, allPurses, statementTable } from './season-accounts.ts';
import {
  EVENTFUL_END_MS,
  eventfulSeason,
  playSeasonInMemory,
  type SeasonInMemory,
} from './season-fixture.ts';
import { forgotten, saturations, wastedBps } from './season-outcome.ts';
import { blind, meanIssued, SIGHTED } from './season-policy.ts';
import { outcomeTable } from './season-table.ts';

// What grants come to over a whole season: the merchants that answer to them are simulated, the stages are real.
// Several seeds, and more merchants, are in season-outcome.long.spec.ts.

const EVENTS_PER_MERCHANT_DAY = 10;
const MARKETPLACE = eventfulSeason(11, 150, EVENTS_PER_MERCHANT_DAY);
const PROBE = 6;

let season: SeasonInMemory;

beforeAll(async () => {
  season = await playSeasonInMemory({ marketplace: MARKETPLACE, policy: SIGHTED });
}, 180_000);

test('nobody who was fit for the floor for as long as it takes went without', () => {
  expect(forgotten(season, EVENTFUL_END_MS)).toEqual([]);
  expect(season.pipeline.decisions.filter(({ reasons }) => reasons.includes('floor')).length).toBeGreaterThan(
    0,
  );
});

test('a boost is cut to what fits within seconds of the event that saturates its merchant', () => {
  const { times, unanswered } = saturations(season);
  expect(unanswered).toEqual([]);
  expect(times).toBeGreaterThan(100);
});

test('a new merchant is trusted with a probe, and with more once it has proved itself', async () => {
  const startMs = Date.parse('2026-10-20T00:00:00+08:00');
  const small = { merchants: 20, eventsPerMerchantDay: 30, newcomersStartAtBps: 3_000, unregisteredPpm: 0 };
  const { pipeline, sim } = await playSeasonInMemory({
    marketplace: { ...small, seed: 47, startMs, days: 24 },
    policy: SIGHTED,
  });
  // A newcomer to whom more visitors will come than to anybody else.
  const { merchantId, orders, late } = sim.truth().find(({ rank }) => rank === 1)!;
  const headrooms = pipeline.capabilities.filter((each) => each.merchantId === merchantId);
  const boosts = pipeline.decisions.filter(
    (each) => each.merchantId === merchantId && each.programme === 'growth-boost' && each.outcome === 'issue',
  );
  const unproven = headrooms.filter(({ metrics }) => (metrics['on_time_14d'] ?? null) === null);
  expect(Math.max(...unproven.map(({ headroomExact }) => headroomExact))).toBe(PROBE);
  expect(Math.max(...headrooms.map(({ headroomExact }) => headroomExact))).toBeGreaterThan(3 * PROBE);
  expect(boosts[0]!.grant!.size).toBeLessThanOrEqual(PROBE * 150);
  expect(Math.max(...boosts.map(({ grant }) => grant!.size))).toBeGreaterThan(2 * PROBE * 150);
  expect(orders).toBeGreaterThan(200);
  expect(late / orders).toBeLessThan(0.1);
});

test('who lacks only the course is offered it first, does it in time, late or never, and is given the boost after it', () => {
  const { decisions } = season.pipeline;
  const of = (outcome: string): string[] =>
    decisions
      .filter((each) => each.programme === 'welcome-boost' && each.outcome === outcome)
      .map(({ merchantId }) => merchantId);
  const trained = new Set(
    season.sim
      .truth()
      .filter(({ hasCourse }) => hasCourse)
      .map(({ merchantId }) => merchantId),
  );
  expect(of('offer').length).toBeGreaterThan(50);
  expect(of('forfeit').length).toBeGreaterThan(5);
  expect(of('issue').length).toBeGreaterThan(10);
  expect(of('issue').filter((merchantId) => !trained.has(merchantId))).toEqual([]);
});

test('every unit of every account is in one place, and no purse is below zero', () => {
  const statement = accountStatement(season.pipeline);
  for (const each of statement) {
    const { total, owed, unleased, below, inFlight, free, held, settling, spent } = each;
    expect({ ...each, sum: unleased + below + inFlight + free + held + settling + spent }).toEqual({
      ...each,
      sum: total + owed,
    });
    expect(Math.min(unleased, below, inFlight, free, held, settling, spent)).toBeGreaterThanOrEqual(0);
  }
  expect(statement.filter(({ spent }) => spent > 0).length).toBeGreaterThan(3);
  for (const { purse } of allPurses(season.pipeline)) {
    const { free, held, settling, spent, returned } = purse;
    expect(Math.min(free, held, settling, spent, returned)).toBeGreaterThanOrEqual(0);
  }
});

test('what was got by fraud is claimed back', () => {
  const clawedBack = season.pipeline.decisions.filter(({ outcome }) => outcome === 'claw-back');
  const frauds = new Set(
    season.sim
      .truth()
      .filter(({ conduct }) => conduct.fraud !== null)
      .map(({ merchantId }) => merchantId),
  );
  expect(clawedBack.length).toBeGreaterThan(0);
  expect(clawedBack.filter(({ merchantId }) => !frauds.has(merchantId))).toEqual([]);
});

test('at most one exposure in twenty is wasted, many more where nobody asks what merchants can carry', async () => {
  const sizes = {
    welcome: meanIssued(season.pipeline, 'welcome-boost'),
    growth: meanIssued(season.pipeline, 'growth-boost'),
  };
  const unsized = await playSeasonInMemory({ marketplace: MARKETPLACE, policy: blind(sizes) });
  const percent = (played: SeasonInMemory): string => (wastedBps(played) / 100).toFixed(2);
  process.stdout.write(
    `seed ${MARKETPLACE.seed}: ${percent(season)} % of exposures wasted with the capacity model, ` +
      `${percent(unsized)} % without\n` +
      `${outcomeTable(season)}\n${statementTable(accountStatement(season.pipeline))}\n`,
  );
  expect(wastedBps(season)).toBeLessThanOrEqual(500);
  expect(wastedBps(unsized)).toBeGreaterThan(2 * wastedBps(season));
}, 180_000);
