/// <reference types="node" />
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { shopUnder, type Shop } from '../../testing/shop.ts';
import { formatInstant, parseInstant } from '../../time.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const parts = (name: string): Record<string, unknown> =>
  parse(readFileSync(`docs/guide/policies/primitives/${name}.yaml`, 'utf8')) as Record<string, unknown>;

// Primitives of time: which days count, and when it is looked at. The first of November 2026 in Shanghai is day 0.

const shop = (name: string, now = '2026-11-01'): Shop =>
  shopUnder(sha256, parts(name), {}, parseInstant(`${now}T00:00:00.000Z`) - 8 * 3_600_000);
const local = (one: Shop): string => formatInstant(one.world.nowMs + 8 * 3_600_000).slice(0, 10);

test.each<[number, number | null]>([
  [7, null],
  [8, 2_500],
  [35, 2_500],
  [36, null],
])('P4: a lagged window: what happened %d days ago counts: %s', (ago, rate) => {
  expect(shop('p04').paid(4).cancelled(1).days(ago).now().metrics['cancellations']).toBe(rate);
});

describe('P5: a different window per metric, as Amazon has it', () => {
  test.each<[number, number, string]>([
    [40, 1, 'at_risk'],
    [41, 1, 'healthy'],
  ])('of %d orders %d cancelled, which is compared with 2.5 %%: %s', (orders, cancelled, tier) => {
    // Defects have a longer window and a lower line: the older orders are many.
    const one = shop('p05').paid(200).days(20).paid(orders).cancelled(cancelled);
    expect(one.tier('health')).toBe(tier);
  });

  test.each<[number, number, string]>([
    [25, 1, 'at_risk'],
    [26, 1, 'healthy'],
  ])('of %d shipped %d late, which is compared with 4 %%: %s', (shipped, late, tier) => {
    expect(shop('p05').paid(9).shipped(shipped, late).tier('health')).toBe(tier);
  });

  test('each metric forgets in its own time', () => {
    const one = shop('p05').paid(40).cancelled(1).shipped(25, 1);
    const values = (): unknown[] => {
      const { cancelled, late_10d, late_30d, defects } = one.now().metrics;
      return [cancelled, late_10d, late_30d, defects];
    };
    expect(values()).toEqual([250, 400, 400, 250]);
    expect([one.days(6) && values(), one.days(1) && values()]).toEqual([
      [250, 400, 400, 250],
      [null, 400, 400, 250],
    ]);
    expect([one.days(3) && values(), one.days(20) && values(), one.days(30) && values()]).toEqual([
      [null, null, 400, 250],
      [null, null, null, 250],
      [null, null, null, null],
    ]);
  });
});

test('P6: the last natural month is another window than the last thirty days (Kuaishou 卖货分)', () => {
  const one = shop('p06', '2026-10-31').paid(1, { amountMinor: 100 }).days(1).paid(1, { amountMinor: 20 });
  const values = (): unknown[] => {
    const { last_month, this_month, rolling } = one.now().metrics;
    return [local(one), last_month, this_month, rolling];
  };
  expect(values()).toEqual(['2026-11-01', 100, 20, 120]);
  expect(one.days(28) && values()).toEqual(['2026-11-29', 100, 20, 120]);
  expect(one.days(1) && values()).toEqual(['2026-11-30', 100, 20, 20]);
  expect(one.days(1) && values()).toEqual(['2026-12-01', 20, 0, 0]);
  expect(one.days(31) && values()).toEqual(['2027-01-01', 0, 0, 0]);
});

test('P7: each ladder is evaluated on its own days (eBay, Walmart, JD), and on no other', () => {
  const one = shop('p07');
  expect(['monthly', 'twice', 'fortnightly'].map((ladder) => one.tier(ladder))).toEqual([
    'low',
    'low',
    'low',
  ]);
  one.paid(3);
  const changed: string[] = [];
  for (let day = 0; day < 30; day++) {
    for (const ladder of ['monthly', 'twice', 'fortnightly']) {
      const line = `${ladder} ${one.tier(ladder)}`;
      if (line.endsWith('high') && !changed.some((each) => each.endsWith(line)))
        changed.push(`${local(one)} ${line}`);
    }
    one.days(1);
  }
  expect(changed).toEqual([
    '2026-11-05 twice high',
    '2026-11-10 fortnightly high',
    '2026-11-20 monthly high',
  ]);
});

test('P7: what counts is what stood at the instant, not what came after it', () => {
  const one = shop('p07', '2026-11-19').paid(2);
  one.world.tick(one.world.nowMs + 24 * 3_600_000 - 1);
  one.days(1).paid(1);
  expect(one.tier('monthly')).toBe('low');
  expect(one.days(30).tier('monthly')).toBe('high');
});

test('P7: a merchant that does nothing is evaluated all the same', () => {
  const one = shop('p07').paid(3);
  one.now();
  const heard = one.world.outputs.length;
  one.days(19);
  const told = one.world.outputs
    .slice(heard)
    .filter(({ log, text }) => log === 'capability' && text.includes('tier:'));
  expect(told.map(({ text }) => /"why":\[[^\]]*\]/.exec(text)![0])).toEqual([
    '"why":["tier:twice"]',
    '"why":["tier:fortnightly"]',
    '"why":["tier:monthly"]',
  ]);
});

test('P7: so is one that never sold anything', () => {
  const tiers = [
    { id: 'open', names: { en: 'Open' } },
    { id: 'trained', names: { en: 'Trained' }, when: { training: 'basics' } },
  ];
  const monthly = { id: 'monthly', names: { en: 'Monthly' }, calendar: 'ebay', tiers };
  const one = shopUnder(sha256, { ...parts('p07'), ladders: [monthly] }).trained('basics');
  expect([one.tier('monthly'), one.days(18).tier('monthly')]).toEqual(['open', 'open']);
  const told = one.world.outputs.length;
  one.days(1);
  expect(one.world.outputs.slice(told).some(({ text }) => text.includes('"why":["tier:monthly"]'))).toBe(
    true,
  );
});

test('P8: the projected tier goes its way, and the published one follows on the 20th, eBay', () => {
  const one = shop('p08', '2026-11-15');
  const both = (): unknown[] => {
    const { tier, projected, isWarned } = one.now().ladders['ebay']!;
    return [local(one), tier, projected, isWarned];
  };
  expect(both()).toEqual(['2026-11-15', 'standard', 'standard', false]);
  expect(one.paid(3) && both()).toEqual(['2026-11-15', 'standard', 'top_rated', false]);
  expect(one.days(4) && both()).toEqual(['2026-11-19', 'standard', 'top_rated', false]);
  expect(one.days(1) && both()).toEqual(['2026-11-20', 'top_rated', 'top_rated', false]);
  expect(one.days(5) && both()).toEqual(['2026-11-25', 'top_rated', 'standard', true]);
  expect(one.days(25) && both()).toEqual(['2026-12-20', 'standard', 'standard', false]);
});

test('P8: a projected tier that changes is told, though nothing else does', () => {
  const one = shop('p08', '2026-11-15').paid(2);
  one.now();
  const heard = one.world.outputs.length;
  one.paid(1);
  expect(one.world.outputs.slice(heard).map(({ text }) => /"why":\[[^\]]*\]/.exec(text)?.[0])).toEqual([
    '"why":["projected:ebay"]',
  ]);
});
