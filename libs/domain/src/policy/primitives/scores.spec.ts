/// <reference types="node" />
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { sayOfGroups, shopUnder, type Shop } from '../../testing/shop.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const parts = (name: string): Record<string, unknown> =>
  parse(readFileSync(`docs/guide/policies/primitives/${name}.yaml`, 'utf8')) as Record<string, unknown>;

// Primitives of judging: many numbers into one, and what stands beside it.

const shop = (name: string): Shop => shopUnder(sha256, parts(name));

// Orders, cancelled, on time of 1,000 shipped, replies of 200, deliveries within three days of 1,000.
test.each<[string, number, number, number, number, number, string]>([
  ['every line met', 200, 3, 950, 190, 500, 'pro'],
  ['101 orders', 101, 1, 950, 190, 500, 'pro'],
  ['100 orders, and there must be more', 100, 1, 950, 190, 500, 'no_badge'],
  ['cancelled above 1.5 %', 200, 4, 950, 190, 500, 'advanced'],
  ['the shipping score of 24.9 % decides', 500, 0, 990, 198, 249, 'rising'],
  ['on time below 90 %', 500, 0, 899, 198, 900, 'no_badge'],
  ['on time of 92.4 %', 500, 0, 924, 198, 900, 'rising'],
  ['replies of 92.5 %', 500, 0, 990, 185, 900, 'advanced'],
])('P9: the worst metric decides, Walmart: %s', (_name, orders, cancelled, onTime, replies, fast, tier) => {
  const one = shop('p09')
    .paid(orders)
    .cancelled(cancelled)
    .shipped(1_000, 1_000 - onTime);
  expect(
    one
      .messages(200, replies)
      .delivered(1_000, 1_000 - fast)
      .tier('walmart'),
  ).toBe(tier);
});

test('P10: a weighted score, Douyin 50/15/35', () => {
  // 4.4 stars are 70 % of the way from 3 to 5; 50 × 70 + 15 × 90 + 35 × 80 = 7,650.
  const one = shop('p10').reviewed(6, 4).reviewed(4, 5).shipped(10, 1).messages(10, 8);
  expect(one.now().metrics).toMatchObject({ rating: 440, on_time: 9_000, replies: 8_000, experience: 7_650 });
});

test.each<[string, (one: Shop) => Shop, number | null]>([
  ['everything', (one) => one.reviewed(1, 5).shipped(10, 1).messages(10, 8), 9_150],
  ['no enquiries: (50 × 100 + 15 × 90) ÷ 65', (one) => one.reviewed(1, 5).shipped(10, 1), 9_769],
  ['no reviews: (15 × 90 + 35 × 80) ÷ 50', (one) => one.shipped(10, 1).messages(10, 8), 8_300],
  ['enquiries alone are 35 of the weight, and 50 are asked for', (one) => one.messages(10, 8), null],
  ['nothing', (one) => one, null],
])('P11: a missing metric leaves and its weight is spread, Xiaohongshu: %s', (_name, tell, score) => {
  expect(tell(shop('p11')).now().metrics['service_score']).toBe(score);
});

describe('P12: few orders are drawn toward the industry, newer days weigh more, Xiaohongshu', () => {
  const of = (merchants: number, mean: number): Shop => {
    const one = shop('p12');
    sayOfGroups(one.world, { 'bare~category': { toys: { merchants, mean, cuts: [] } } });
    return one;
  };
  const onTime = (one: Shop): unknown => one.now().metrics['on_time'];

  test.each<[number, number, number | null]>([
    [0, 0, null],
    // Within the last 30 days each order counts twice: (50 × 90 % + 2 × shipped × share) ÷ (50 + 2 × shipped).
    [5, 5, 7_500],
    [25, 25, 4_500],
    [500, 500, 428],
    [500, 0, 9_952],
  ])('%d shipped, %d of them late, in an industry at 90 %%: %d bps', (shipped, late, bps) => {
    expect(onTime(of(40, 9_000).paid(1).shipped(1, 0).days(181).shipped(shipped, late))).toBe(bps);
  });

  test('what is older than thirty days counts once', () => {
    const one = of(40, 9_000).shipped(25, 25).days(29);
    expect([onTime(one), onTime(one.days(1)), onTime(one.days(150))]).toEqual([4_500, 6_000, null]);
  });

  test('with fewer shops than are asked for there is no mean, and nothing to be drawn to', () => {
    expect(onTime(of(1, 9_000).shipped(5, 5))).toBeNull();
    expect(onTime(shop('p12').shipped(5, 5))).toBeNull();
  });
});

test.each<[number, string]>([
  [0, 'first'],
  [399, 'first'],
  [400, 'second'],
  [699, 'second'],
  [700, 'third'],
  [850, 'fourth'],
  [900, 'fifth'],
  [950, 'sixth'],
  [989, 'sixth'],
  [990, 'seventh'],
])('P13: a rank within the category, Taobao layers: what beats %d of 1,000 is in the %s', (beats, layer) => {
  const one = shop('p13');
  const cuts = [400, 700, 850, 900, 950, 990];
  sayOfGroups(one.world, { 'paid~category': { toys: { merchants: 1_000, mean: 0, cuts } } });
  if (beats > 0) one.paid(1, { amountMinor: beats });
  expect(one.tier('layer')).toBe(layer);
});

test('P13: the group is the own category, and without a word of the census there is no rank', () => {
  const one = shop('p13').paid(1, { amountMinor: 990 });
  expect([one.now().metrics['rank'], one.tier('layer')]).toEqual([null, 'none']);
  sayOfGroups(one.world, { 'paid~category': { food: { merchants: 9, mean: 0, cuts: [1, 2, 3, 4, 5, 6] } } });
  expect(one.paid(1).now().metrics['rank']).toBeNull();
});

test.each<[readonly string[], number, number, number]>([
  [[], 8, 80, 80],
  [['quality-service'], 8, 80, 80],
  [['quality-service', 'quality-after-sale'], 8, 90, 80],
  [['quality-service', 'quality-after-sale'], 10, 100, 80],
  [['quality-logistics'], 8, 80, 90],
])(
  'P14: badges %j put a floor under replies of %d in 10, Douyin: %d and %d',
  (badges, replies, service, logistics) => {
    const one = shop('p14').messages(10, replies).shipped(10, 2);
    for (const badge of badges) one.certified(badge);
    expect(one.now().metrics).toMatchObject({ service, logistics });
  },
);

test('P14: a badge is no score of its own: without enquiries there is none', () => {
  const one = shop('p14').certified('quality-service').certified('quality-after-sale');
  expect(one.now().metrics['service']).toBeNull();
});

test('P15: conduct takes off points, as long as it stands in its window, and never below nothing (Douyin)', () => {
  const one = shop('p15').messages(10, 8);
  const score = (): unknown => one.now().metrics['experience'];
  expect(score()).toBe(80);
  expect([one.breached('bad-service') && score(), one.breached('bad-service') && score()]).toEqual([75, 75]);
  expect(one.breached('faking') && score()).toBe(55);
  expect([one.days(29) && score(), one.days(1) && score()]).toEqual([55, 60]);
  one.world.event('updraft.violation.cleared.v1', 'm1', { violation: 'faking' });
  expect(score()).toBe(80);
  const poor = shop('p15').messages(10, 1).breached('faking');
  expect(poor.now().metrics['experience']).toBe(0);
});

describe('P16: a veto beside the score, Tmall 4.5 stars', () => {
  const rated = (dimension: number, reviews: readonly [number, number]): Shop => {
    const scores = { description: 3, service: 3, logistics: dimension };
    const [fours, fives] = reviews;
    const one = shop('p16').messages(10, 6).shipped(10, 4);
    return one
      .reviewed(fours, 4, { ...scores, logistics: 3 })
      .reviewed(fives, 5, scores)
      .certified('industry-service');
  };

  test.each<[string, () => Shop, string]>([
    ['five dimensions of 3, in all 4.1', () => rated(3, [9, 1]), 'four_and_a_half'],
    ['one dimension of 2.9', () => rated(2, [9, 1]), 'four'],
    ['in all 4.09', () => rated(3, [91, 9]), 'four'],
    ['a general breach', () => rated(3, [9, 1]).breached('spam', { severity: 'general' }), 'four'],
    ['a serious breach', () => rated(3, [9, 1]).breached('spam', { severity: 'serious' }), 'four'],
    [
      'a minor breach is none of them',
      () => rated(3, [9, 1]).breached('spam', { severity: 'minor' }),
      'four_and_a_half',
    ],
  ])('%s', (_name, told, tier) => {
    expect(told().tier('stars').replace('+warned', '')).toBe(tier);
  });

  test('without the badge', () => {
    const scores = { description: 3, service: 3, logistics: 3 };
    const one = shop('p16').messages(10, 6).shipped(10, 4).reviewed(9, 4, scores).reviewed(1, 5, scores);
    expect([one.tier('stars'), one.certified('industry-service').tier('stars')]).toEqual([
      'four',
      'four_and_a_half',
    ]);
  });

  test('what was cleared vetoes no longer', () => {
    const one = rated(3, [9, 1]).breached('spam', { severity: 'general' });
    one.world.event('updraft.violation.cleared.v1', 'm1', { violation: 'spam' });
    expect(one.tier('stars')).toBe('four_and_a_half');
  });
});
