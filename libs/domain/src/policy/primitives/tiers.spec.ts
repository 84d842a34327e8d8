/// <reference types="node" />
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { shopUnder, framed, type Shop } from '../../testing/shop.ts';
import { compiled } from '../../testing/small-bundle.ts';
import { formatInstant, parseInstant } from '../../time.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const parts = (name: string): Record<string, unknown> =>
  parse(readFileSync(`docs/guide/policies/primitives/${name}.yaml`, 'utf8')) as Record<string, unknown>;

// Primitives of tiers over time: steps, dwell, hysteresis, grace and protection.

const shop = (name: string, now = '2026-11-01'): Shop =>
  shopUnder(sha256, parts(name), {}, parseInstant(`${now}T00:00:00.000Z`) - 8 * 3_600_000);
const local = (one: Shop): string => formatInstant(one.world.nowMs + 8 * 3_600_000).slice(0, 10);

/** The days on which the published tier of a ladder changes, over so many days. */
function changes(
  one: Shop,
  ladder: string,
  days: number,
  eachDay: (day: number) => void = () => undefined,
): string[] {
  const seen: string[] = [];
  let tier = one.tier(ladder);
  for (let day = 1; day <= days; day++) {
    one.days(1);
    eachDay(day);
    const now = one.tier(ladder);
    if (now !== tier) seen.push(`${local(one)} ${now}`);
    tier = now;
  }
  return seen;
}

test('P19: one step up after thirty days in each tier, and one step down, Douyin lv0 to lv7', () => {
  const one = shop('p19');
  expect(one.tier('level')).toBe('lv1');
  // Far above every line from the first day to the ninetieth, then nothing.
  const up = changes(one, 'level', 95, (day) => day <= 90 && one.paid(2));
  expect(up).toEqual(['2026-12-01 lv2', '2026-12-31 lv3', '2027-01-30 lv4']);
  const down = changes(one, 'level', 95);
  expect(down.filter((line) => !line.endsWith('warned'))).toEqual(
    ['2027-03-01 lv3+warned', '2027-03-31 lv2+warned', '2027-04-30 lv1'].filter(
      (line) => !line.endsWith('warned'),
    ),
  );
  expect(down.map((line) => line.replace('+warned', ''))).toContain('2027-03-01 lv3');
});

test.each<[number, string]>([
  [29, 'lv1'],
  [30, 'lv2'],
])('P19: %d days after it was first placed a shop far above is %s', (days, tier) => {
  const one = shop('p19').days(days).paid(99);
  expect(one.tier('level')).toBe(tier);
});

test('P20: free from 4.4, limited below 4.0, warned between, Douyin', () => {
  const one = shop('p20');
  const states = [450, 439, 400, 399, 420, 439, 440, 410].map((score) => {
    // A hundred reviews of that mean, in stars that exist.
    const low = Math.floor(score / 100);
    const high = score - low * 100;
    one
      .reviewed(100 - high, low)
      .reviewed(high, low + 1)
      .days(1);
    return one.tier('orders');
  });
  const wanted = [
    'free',
    'free+warned',
    'free+warned',
    'limited',
    'limited',
    'limited',
    'free',
    'free+warned',
  ];
  expect(states).toEqual(wanted);
});

describe('P21: grace and protection', () => {
  test('warned in the first month, removed in the second, and a month that is met begins anew', () => {
    const one = shop('p21', '2026-10-31').paid(3);
    expect(changes(one, 'badge', 62)).toEqual([
      '2026-11-01 with',
      '2026-11-10 with+warned',
      '2027-01-01 without',
    ]);
    const other = shop('p21', '2026-10-31').paid(3);
    const kept = changes(other, 'badge', 93, (day) => day === 60 && other.paid(3));
    expect(kept.filter((line) => line.endsWith('without'))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['new_shop', '2026-12-01', 'low'],
    ['colour', '2026-12-31', 'yellow'],
  ])('%s is protected until %s', (ladder, until, low) => {
    const one = shop('p21').paid(3);
    const falls = changes(one, ladder, 70).filter((line) => line.endsWith(low));
    expect(falls).toEqual([`${until} ${low}`]);
  });

  test('fifteen days after a change of rules nobody falls by them (Baijiahao)', () => {
    const one = shop('p21').paid(3).days(16);
    const stricter = parts('p21');
    const ladders = stricter['ladders'] as { id: string; tiers: { enter: number }[] }[];
    ladders.find(({ id }) => id === 'index')!.tiers[1]!.enter = 5;
    one.paid(3);
    expect(one.tier('index')).toBe('senior');
    one.world.activate(compiled(framed(stricter)).text);
    const fell = changes(one, 'index', 20, (day) => day % 8 === 0 && one.paid(3));
    expect(fell.find((line) => line.endsWith('junior'))).toBe('2026-12-02 junior');
  });
});
