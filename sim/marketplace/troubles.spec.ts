import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain/time';
import type { SimEvent } from './delivery.ts';
import type { ActiveGrant } from './in-force.ts';
import { createMarketplace, type MarketplaceOptions, type MerchantTruth } from './marketplace.ts';
import { createPrng } from './prng.ts';
import { hourShare, SEASONS, seasonFactor } from './season.ts';
import { createStockOuts, type Goods } from './stock-outs.ts';

// What is off by default: troubles that no queue explains, what a course and a tool are good for, other seasons.

const START_MS = Date.parse('2026-09-01T00:00:00+08:00');
const OPTIONS: MarketplaceOptions = { seed: 17, merchants: 60, startMs: START_MS, days: 8 };
const OFFSET_MINUTES = 480;

const ordinary = play({});

describe('stock-outs', () => {
  const struck = play({ stockOutPpm: 100_000 });

  test('make merchants cancel what they sold before they noticed, and report no units after that', () => {
    expect(total(struck, ({ stockOuts }) => stockOuts)).toBeGreaterThan(20);
    expect(cancelledByMerchants(struck)).toBeGreaterThan(1.5 * cancelledByMerchants(ordinary));
    expect(emptyReports(struck)).toBeGreaterThan(emptyReports(ordinary) + 20);
  });

  test('leave merchants alone whom they do not strike', () => {
    const spared = struck.truth
      .filter(({ stockOuts }) => stockOuts === 0)
      .map(({ merchantId }) => merchantId);
    expect(spared.length).toBeGreaterThan(10);
    for (const merchantId of spared) expect(saidBy(struck, merchantId)).toEqual(saidBy(ordinary, merchantId));
  });

  test('are noticed at the next count, and over after one to four days', () => {
    const stockOuts = createStockOuts(1_000_000, createPrng(3));
    const hours = Array.from({ length: 6 * 24 }, (_, hour) => stockOuts.goodsAt(hour * HOUR_MS, hour % 24));
    const first = hours.findIndex((goods) => goods !== 'in-stock');
    const noticed = hours.indexOf('sold-out', first);
    const over = hours.indexOf('in-stock', noticed);
    expect(first).toBeLessThan(24);
    expect(noticed % 24).toBe(8);
    expect(hours.slice(first, noticed)).toEqual(Array<Goods>(noticed - first).fill('gone'));
    expect([24, 48, 72, 96]).toContain((over === -1 ? hours.length : over) - first);
  });
});

describe('slow merchants', () => {
  const slow = play({ slowReplyPpm: 500_000 });
  const tools = slow.truth.map(({ merchantId }): ActiveGrant => {
    const what = { programme: 'p', kind: 'tool', benefit: { access: ['auto-reply'] }, weightBps: null };
    const validUntilMs = START_MS + 8 * DAY_MS;
    return { ...what, grantId: `tool ${merchantId}`, merchantId, size: 1, validUntilMs };
  });

  test('answer later than the others', () => {
    const ids = new Set(slow.truth.filter(({ isSlow }) => isSlow).map(({ merchantId }) => merchantId));
    expect(ids.size).toBeGreaterThan(15);
    expect(meanReplyMs(slow, ids)).toBeGreaterThan(4 * meanReplyMs(ordinary, ids));
    const others = new Set(slow.truth.filter(({ isSlow }) => !isSlow).map(({ merchantId }) => merchantId));
    expect(meanReplyMs(slow, others)).toBe(meanReplyMs(ordinary, others));
  });

  test('answer sooner with a tool, which more of them take up when it is offered', () => {
    const offered = play({ slowReplyPpm: 500_000 }, tools);
    expect(total(offered, adopted)).toBeGreaterThan(2 * total(slow, adopted));
    const ids = new Set(
      offered.truth.filter(({ isSlow, hasTool }) => isSlow && hasTool).map(({ merchantId }) => merchantId),
    );
    expect(meanReplyMs(offered, ids)).toBeLessThan(meanReplyMs(slow, ids) / 1.5);
  });
});

test('a course makes who finishes it better, if it is to have an effect', () => {
  const days = { days: 20, merchants: 150 };
  const without = play({ ...days });
  const learned = play({ ...days, courseEffectBps: 9_000 });
  const harm = (played: Played): number =>
    total(played, ({ hasCourse, late, cancelled }) => (hasCourse ? late + cancelled : 0));
  expect(total(learned, ({ hasCourse }) => Number(hasCourse))).toBeGreaterThan(40);
  expect(harm(learned)).toBeLessThan(0.9 * harm(without));
});

describe('a season', () => {
  test.each([
    ['double-11', '11-11', 6],
    ['618', '06-18', 4.5],
  ] as const)('%s has its largest day on %s', (season, day, factor) => {
    const year = daysOf(2026);
    const factors = year.map((ms) => seasonFactor(ms, OFFSET_MINUTES, season));
    expect(Math.max(...factors)).toBe(factor);
    const peakMs = Date.parse(`2026-${day}T12:00:00+08:00`);
    expect(year[factors.indexOf(factor)]).toBe(peakMs);
    expect(hourShare(peakMs - 12 * HOUR_MS, OFFSET_MINUTES, season)).toBeGreaterThan(0.1);
  });

  test('that is flat has no day unlike the others', () => {
    expect(new Set(daysOf(2026).map((ms) => seasonFactor(ms, OFFSET_MINUTES, 'flat')))).toEqual(new Set([1]));
  });

  test.each(SEASONS)('%s spreads each day over its hours without a rest', (season) => {
    for (const ms of daysOf(2026)) {
      const hours = Array.from({ length: 24 }, (_, hour) => ms + (hour - 12) * HOUR_MS);
      const shares = hours.map((hourMs) => hourShare(hourMs, OFFSET_MINUTES, season));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    }
  });
});

interface Played {
  readonly events: readonly SimEvent[];
  readonly truth: readonly MerchantTruth[];
}

function play(changes: Partial<MarketplaceOptions>, grants: readonly ActiveGrant[] = []): Played {
  const marketplace = createMarketplace({ ...OPTIONS, ...changes });
  return { events: marketplace.advance(marketplace.endMs + 30 * DAY_MS, grants), truth: marketplace.truth() };
}

function adopted({ isSlow, hasTool }: MerchantTruth): number {
  return Number(isSlow && hasTool);
}

function total({ truth }: Played, of: (merchant: MerchantTruth) => number): number {
  return truth.reduce((sum, merchant) => sum + of(merchant), 0);
}

function cancelledByMerchants({ events }: Played): number {
  return events.filter(({ event }) => event.data['by'] === 'merchant').length;
}

function emptyReports({ events }: Played): number {
  return events.filter(({ event }) => event.data['units'] === 0).length;
}

function saidBy({ events }: Played, merchantId: string): string[] {
  return events.filter(({ event }) => event.subject === merchantId).map((sent) => JSON.stringify(sent));
}

function meanReplyMs({ events }: Played, merchants: ReadonlySet<string>): number {
  const firsts = events.filter(
    ({ event }) => event.data['isFirst'] === true && merchants.has(event.subject!),
  );
  const waits = firsts.map(
    ({ event }) => Date.parse(event.time) - Date.parse(event.data['receivedAt'] as string),
  );
  return Math.round(waits.reduce((sum, ms) => sum + ms, 0) / waits.length / MINUTE_MS);
}

function daysOf(year: number): number[] {
  const noonMs = Date.parse(`${year}-01-01T12:00:00+08:00`);
  return Array.from({ length: 365 }, (_, day) => noonMs + day * DAY_MS);
}
