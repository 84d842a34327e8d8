/// <reference types="node" />
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { grantsIn } from '../../testing/given.ts';
import { shopUnder, type Shop } from '../../testing/shop.ts';
import { HOUR_MS, parseInstant } from '../../time.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const parts = (name: string): Record<string, unknown> =>
  parse(readFileSync(`docs/guide/policies/primitives/${name}.yaml`, 'utf8')) as Record<string, unknown>;

// Primitives of giving: what goes beside what, and how it ends.

const shop = (name: string, now = '2026-11-01'): Shop =>
  shopUnder(sha256, parts(name), {}, parseInstant(`${now}T00:00:00.000Z`) - 8 * 3_600_000);
/** What became of grants, without what was withheld. */
const givenIn = (one: Shop, programme: string): string[] =>
  one.decided(programme).filter((line) => !line.startsWith('withhold'));

describe('P27: exclusive and stackable, Kuaishou 春节不打烊', () => {
  const sold = (one: Shop, listings: number, amountMinor: number): Shop => {
    one.world.event('updraft.inventory.reported.v1', 'm1', { units: 1_000, listings });
    return one.paid(1, { amountMinor });
  };
  const total = (one: Shop, programme: string): number =>
    grantsIn(one.world.outputs).findLast((each) => each.programme === programme)?.size ?? 0;

  test.each<[number, number, number]>([
    [29, 9_000_000, 0],
    [30, 999_999, 0],
    [30, 1_000_000, 50_000],
    [50, 7_999_999, 50_000],
    [49, 8_000_000, 50_000],
    [50, 8_000_000, 150_000],
  ])('%d articles and %d sold: the rewards add up to %d', (listings, amountMinor, size) => {
    expect(total(sold(shop('p27', '2023-01-20'), listings, amountMinor).days(1).funded(), 'tasks')).toBe(
      size,
    );
  });

  test('what is sold outside the campaign does not count', () => {
    expect(total(sold(shop('p27', '2023-01-12'), 50, 8_000_000).days(1), 'tasks')).toBe(0);
    expect(total(sold(shop('p27', '2023-01-30'), 50, 8_000_000), 'tasks')).toBe(0);
  });

  test('with the prize there are no rewards of tasks, and with rewards no prize', () => {
    const first = sold(shop('p27', '2023-01-20').certified('top-ten'), 50, 8_000_000);
    expect([total(first, 'prize'), total(first, 'tasks')]).toEqual([3_000_000, 0]);
    const other = sold(shop('p27', '2023-01-20'), 50, 8_000_000).certified('top-ten');
    other.days(1).funded();
    expect([total(other, 'prize'), total(other, 'tasks')]).toEqual([0, 150_000]);
  });
});

describe('P28: any of several triggers, and days to comply, JD 0元试运营', () => {
  const trial = (days: number): Shop => {
    const one = shop('p28').days(days);
    expect(one.decided('trial')).toEqual(days < 90 ? ['issue'] : ['issue', 'warn ninety-days deposit']);
    return one;
  };

  test('89 days, ¥2,999.99, no complaint: it stays', () => {
    expect(trial(89).paid(1, { amountMinor: 299_999 }).decided('trial')).toEqual([]);
    expect(shop('p28').days(90).decided('trial')).toHaveLength(2);
  });

  test.each<[string, (one: Shop) => unknown, string]>([
    ['¥3,000', (one) => one.paid(1, { amountMinor: 300_000 }), 'sold'],
    ['a complaint that JD decided', (one) => one.disputed(1, true), 'complaint'],
    [
      'a category outside the trial',
      (one) => one.world.event('updraft.category.assigned.v1', 'm1', { category: 'food' }),
      'trial-category',
    ],
  ])('%s makes the deposit due', (_name, trigger, reason) => {
    const one = trial(10);
    trigger(one);
    const [warned] = one.decided('trial');
    expect(warned).toBe(`warn ${reason} deposit`);
  });

  test('a complaint that nobody had to decide is no trigger', () => {
    expect(trial(10).disputed(1).decided('trial')).toEqual([]);
  });

  test('unpaid on the fifth day is in time, on the sixth it is delisted', () => {
    const one = trial(10).disputed(1, true);
    one.world.tick(one.world.nowMs + HOUR_MS);
    one.decided('trial');
    expect(one.days(4).decided('trial')).toEqual([]);
    expect(givenIn(one.days(2), 'trial')).toEqual(['revoke complaint deposit']);
    expect(grantsIn(one.world.outputs).at(-1)).toMatchObject({ status: 'revoked', effects: ['delist'] });
  });

  test('a deposit paid in time clears it', () => {
    const one = trial(10).disputed(1, true).days(4);
    one.decided('trial');
    one.world.event('updraft.deposit.paid.v1', 'm1', { amountMinor: 50_000 });
    expect(one.decided('trial')).toEqual(['clear made-good']);
    expect(one.days(9).decided('trial')).toEqual([]);
  });
});
