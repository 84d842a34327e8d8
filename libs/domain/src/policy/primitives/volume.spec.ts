/// <reference types="node" />
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { shopUnder, type Shop } from '../../testing/shop.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const parts = (name: string): Record<string, unknown> =>
  parse(readFileSync(`docs/guide/policies/primitives/${name}.yaml`, 'utf8')) as Record<string, unknown>;

// Primitives of volume: rates that count only with enough behind them. The rules and their grades stand in the YAML.

const shop = (name: string, country = 'CN'): Shop => shopUnder(sha256, parts(name), { country });

describe('P1: a rate with a count guard, as eBay has it', () => {
  const aged = (): Shop => shop('p01').days(90);

  test.each<[number, number, number, string]>([
    [160, 4, 4, 'above_standard'],
    [200, 5, 4, 'above_standard'],
    [200, 5, 5, 'below_standard'],
    [250, 5, 5, 'above_standard'],
    [250, 6, 6, 'below_standard'],
  ])('%d transactions, %d defects of %d buyers: %s', (orders, defects, buyers, tier) => {
    // Late ones keep it from being top rated, whatever else it has.
    const one = shop('p01').paid(orders).shipped(20, 10).cancelled(defects, buyers);
    expect(one.tier('ebay')).toBe(tier);
  });

  test.each<[string, number, number, number, number, number, string]>([
    ['1/720 and 3/329', 720, 1, 329, 3, 329, 'top_rated'],
    ['every bound, inclusive', 200, 1, 200, 6, 190, 'top_rated'],
    ['late over the rate, but not over the count', 100, 0, 100, 5, 100, 'top_rated'],
    ['late over both', 100, 0, 100, 6, 100, 'above_standard'],
    ['tracking below 95 %', 100, 0, 200, 0, 189, 'above_standard'],
    ['99 transactions', 99, 0, 99, 0, 99, 'above_standard'],
    ['three buyers of 100 are within the guard', 100, 3, 100, 0, 100, 'top_rated'],
    ['four are not', 100, 4, 100, 0, 100, 'above_standard'],
  ])('%s', (_name, orders, defects, shipped, late, tracked, tier) => {
    const one = aged().paid(orders, { amountMinor: 2_000 }).cancelled(defects);
    one.shipped(tracked, late).shipped(shipped - tracked, 0, 'none');
    expect(one.tier('ebay')).toBe(tier);
  });

  test('a lost case is a defect as a cancellation is, and a low review is none', () => {
    const one = shop('p01').paid(100).cancelled(1).disputed(1, true).reviewed(3, 1);
    expect(one.now().metrics['defects']).toBe(200);
  });

  test.each<[number, number, string]>([
    [89, 1_000, 'above_standard'],
    [90, 1_000, 'top_rated'],
    [90, 999, 'above_standard'],
  ])('after %d days with 100 transactions of %d minor units: %s', (days, amountMinor, tier) => {
    expect(shop('p01').days(days).paid(100, { amountMinor }).shipped(100).tier('ebay')).toBe(tier);
  });
});

test.each<[number, number, number, number, number, number, string]>([
  [80, 80, 39, 4, 299, 3, 'meets'],
  [80, 80, 39, 5, 299, 3, 'fails'],
  [80, 80, 40, 4, 299, 3, 'fails'],
  [80, 80, 40, 3, 299, 3, 'meets'],
  [80, 80, 100, 10, 300, 2, 'fails'],
  [80, 80, 100, 9, 300, 2, 'meets'],
  [80, 80, 100, 9, 300, 3, 'fails'],
  [80, 80, 100, 9, 301, 3, 'meets'],
  [0, 80, 39, 4, 299, 3, 'fails'],
  [95, 95, 50, 0, 299, 4, 'fails'],
  [79, 80, 39, 4, 299, 3, 'fails'],
  [80, 79, 39, 4, 299, 3, 'fails'],
])(
  'P2: a small-sample branch, Etsy 7.2: %d %% answered, %d %% on time, %d reviews, %d low, %d orders, %d cases: %s',
  (replies, onTime, reviews, low, orders, cases, tier) => {
    const one = shop('p02')
      .messages(100, replies)
      .shipped(100, 100 - onTime)
      .paid(orders);
    one
      .reviewed(low, 3)
      .reviewed(reviews - low, 5)
      .disputed(cases, true);
    expect(one.tier('standard')).toBe(tier);
  },
);

test.each<[number, number]>([
  [399, 199],
  [400, 0],
])(
  'P3: the window is chosen by volume: with %d transactions in three months the rate is %d bps',
  (orders, rate) => {
    // Half a year ago: 12 orders, all cancelled. In the last three months none.
    const one = shop('p03').paid(12).cancelled(8).days(180).paid(orders);
    expect(one.now().metrics['defects']).toBe(orders === 399 ? Math.floor((8 * 10_000) / 411) : 0);
    expect(rate === 0).toBe(one.now().metrics['defects'] === 0);
  },
);

describe('P17: a minimum volume below which there is no colour, as Mercado Libre has it', () => {
  // Of 200 sales, in counts: claims, cancelled, late, mediations.
  test.each<[string, number, number, number, number, string]>([
    ['BR', 2, 1, 12, 1, 'leader'],
    ['BR', 2, 1, 12, 2, 'green'],
    ['BR', 4, 3, 20, 0, 'green'],
    ['BR', 5, 3, 20, 0, 'yellow'],
    ['BR', 17, 0, 0, 0, 'red'],
    ['MX', 4, 0, 0, 0, 'yellow'],
    ['MX', 3, 2, 20, 0, 'green'],
    ['MX', 0, 6, 0, 0, 'orange'],
    ['MX', 0, 7, 0, 0, 'red'],
    ['CL', 7, 5, 24, 0, 'green'],
    ['CO', 0, 18, 52, 0, 'orange'],
  ])(
    'in %s %d claims, %d cancelled, %d late, %d mediations of 200: %s',
    (country, claims, cancelled, late, mediations, tier) => {
      const one = shop('p17', country).paid(200).cancelled(cancelled).shipped(late, late);
      expect(
        one
          .disputed(claims - mediations)
          .disputed(mediations, true)
          .tier('colour'),
      ).toBe(tier);
    },
  );

  test('nine sales have no colour, the tenth gives one', () => {
    const one = shop('p17', 'BR').paid(9);
    expect(one.tier('colour')).toBe('none');
    expect(one.paid(1).tier('colour')).toBe('leader');
  });
});

test('P18: a default is no real score: the star is shown, and the match stays closed (Kuaishou 电商PK)', () => {
  const one = shop('p18').paid(1, { amountMinor: 500_001 });
  expect(one.now().metrics).toMatchObject({ star: null, star_shown: 400 });
  expect(one.decided('pk').at(-1)).toBe('withhold pk.real');
  expect(one.reviewed(1, 4).decided('pk')).toEqual(['issue']);
});

test.each<[number, number, string]>([
  [500_000, 5, 'withhold pk.sold'],
  [500_001, 5, 'issue'],
  [500_001, 3, 'withhold pk.star'],
])('P18: with %d sold in all and a real star of %d: %s', (amountMinor, stars, decision) => {
  expect(shop('p18').reviewed(1, stars).paid(1, { amountMinor }).decided('pk').at(-1)).toBe(decision);
});
