/// <reference types="node" />
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { grantsIn, inShort, pursesOf, REGISTERED } from '../../testing/given.ts';
import { shopUnder, type Shop } from '../../testing/shop.ts';
import { HOUR_MS, parseInstant } from '../../time.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const parts = (name: string): Record<string, unknown> =>
  parse(readFileSync(`docs/guide/policies/primitives/${name}.yaml`, 'utf8')) as Record<string, unknown>;

// Primitives of giving: who comes in again, what comes later, what ends, and what goes beside what.

const shop = (name: string, now = '2026-11-01'): Shop =>
  shopUnder(sha256, parts(name), {}, parseInstant(`${now}T00:00:00.000Z`) - 8 * 3_600_000);
/** What became of grants, without what was withheld. */
const givenIn = (one: Shop, programme: string): string[] =>
  one.decided(programme).filter((line) => !line.startsWith('withhold'));
const lastOf = (one: Shop, programme: string): string | undefined => one.decided(programme).at(-1);

describe('P22: re-entry, Kuaishou 好物联盟', () => {
  interface Applicant {
    readonly star?: 4 | 5;
    readonly amountMinor?: number;
    readonly dsr?: 469 | 470 | 490;
    readonly age?: number;
    readonly points?: number;
    readonly breach?: string;
    readonly licence?: boolean;
  }
  const applicant = (with_: Applicant): Shop => {
    const {
      star = 5,
      amountMinor = 500_000,
      dsr = 490,
      age = 200,
      points = 0,
      breach,
      licence = true,
    } = with_;
    const one = shop('p22').days(age);
    one.reviewed(1, star).paid(1, { amountMinor });
    const fives = dsr - 400;
    const rated = (count: number, description: number): Shop => {
      for (let i = 0; i < count; i++) {
        one.world.event('updraft.review.posted.v1', 'm1', {
          orderId: `${description}/${i}`,
          orderedAt: '2026-11-01T00:00:00.000Z',
          shipBy: '2026-11-01T00:00:00.000Z',
          amountMinor: 0,
          currency: 'CNY',
          category: 'toys',
          buyer: `${description}/${i}`,
          stars: star,
          scores: { description },
        });
      }
      return one;
    };
    rated(fives, 5);
    rated(100 - fives, 4);
    if (points > 0) one.breached('spam', { points });
    if (breach !== undefined) one.breached(breach);
    return licence ? one.certified('business-licence') : one;
  };

  test.each<[string, Applicant, string]>([
    ['at every line', { star: 4, amountMinor: 100_000, dsr: 470, age: 90, points: 99 }, 'issue'],
    ['a DSR of 4.69 of a shop of 89 days', { star: 4, amountMinor: 100_000, dsr: 469, age: 89 }, 'issue'],
    [
      'a DSR of 4.69 of a shop of 90 days',
      { star: 4, amountMinor: 100_000, dsr: 469, age: 90 },
      'withhold dsr',
    ],
    ['¥999.99 in thirty days', { star: 4, amountMinor: 99_999 }, 'withhold paid'],
    ['a violation of 100 points', { points: 100 }, 'withhold points'],
    ['short settlement', { breach: 'short-settlement' }, 'withhold short-settlement'],
  ])('%s', (_name, with_, decision) => {
    expect(lastOf(applicant(with_), 'alliance')).toBe(decision);
  });

  test('without a licence', () => {
    expect(lastOf(applicant({ licence: false }), 'alliance')).toBe('withhold licence');
  });

  test('between 3.5 and 4 it stays, at 3.5 it is revoked, 30 days later admitted, three times in all', () => {
    const one = applicant({});
    one.decided('alliance');
    const rate = (...stars: number[]): Shop => {
      for (const each of stars) one.reviewed(1, each);
      return one;
    };
    // A week later only the new reviews count: (3 + 3 + 4 + 4 + 4) ÷ 5 = 3.6.
    rate(4, 4, 4, 3, 3);
    one.days(7);
    rate(4, 4, 4, 3, 3);
    expect(one.now().metrics['star']).toBe(360);
    expect(one.decided('alliance')).toEqual([]);
    const fall = (): string[] => {
      one.days(8);
      rate(4, 3);
      return givenIn(one, 'alliance');
    };
    expect(fall()).toEqual(['revoke fallen']);
    expect(grantsIn(one.world.outputs).at(-1)).toMatchObject({
      status: 'revoked',
      effects: ['delist-plans', 'keep-pending-settlement'],
    });
    const again = (): string[] => {
      one.days(23).paid(1, { amountMinor: 500_000 });
      rate(5);
      const refused = one.days(6).decided('alliance');
      rate(5);
      return [...refused.slice(-1), ...one.days(1).decided('alliance')];
    };
    expect(again()).toEqual(['withhold cool-down', 'issue']);
    expect(fall()).toEqual(['revoke fallen']);
    expect(again()).toEqual(['withhold cool-down', 'issue']);
    expect(fall()).toEqual(['revoke fallen']);
    const [, ...fourth] = again();
    expect(fourth).not.toContain('issue');
  });
});

describe('P23: a staged grant, Amazon ad credit 2022', () => {
  const begun = (): Shop => {
    const one = shop('p23');
    one.world.event('updraft.tool.adopted.v1', 'm1', { tool: 'sponsored-ads' });
    expect(inShort(one.world.outputs)).toContain('m1 ad-credit issue 100');
    return one;
  };
  const sizes = (one: Shop): number[] => grantsIn(one.world.outputs).map(({ size }) => size);

  test('the second half comes thirty days later, not a day before', () => {
    const one = begun().days(29);
    expect(sizes(one)).toEqual([100]);
    expect(sizes(one.days(1).funded())).toEqual([100, 200]);
  });

  test('who advertises no longer has no second half', () => {
    const one = begun().days(10);
    one.world.event('updraft.tool.dropped.v1', 'm1', { tool: 'sponsored-ads' });
    expect(Math.max(...sizes(one.days(25).funded()))).toBe(100);
  });
});

describe('P24: a deadline per step, Kuaishou 红利计划', () => {
  test.each<[number, string[]]>([
    [6, ['wait budget-on-its-way', 'issue']],
    [7, ['forfeit training-late:newcomers-class', 'withhold class cool-down', 'withhold cool-down']],
  ])('the class done after %d days: %j', (days, outcome) => {
    const one = shop('p24');
    expect(one.decided('bonus')).toEqual(['offer train-first class']);
    one.days(days).trained('newcomers-class').funded();
    expect(one.decided('bonus')).toEqual(outcome);
  });

  test.each<[number, number]>([
    [13, 3_000],
    [14, 1_000],
  ])('the first video after %d days: %d exposures in all', (days, size) => {
    const one = shop('p24').trained('newcomers-class').days(days);
    one.world.event('updraft.content.published.v1', 'm1', { contentId: 'c', kind: 'video' });
    one.funded();
    expect(grantsIn(one.world.outputs).at(-1)!.size).toBe(size);
  });
});

describe('P25: a quota of a legal entity with a marginal rate above it, Xiaohongshu 百万免佣', () => {
  test.each<[string, number, number, number]>([
    ['fee_5', 0, 10_000_000, 60_000],
    ['fee_5', 0, 100_000_000, 600_000],
    ['fee_5', 0, 120_000_000, 1_600_000],
    ['fee_2', 100_000_000, 5_000_000, 100_000],
    ['fee_half', 0, 10_000_000, 50_000],
  ])('%s after %d paid before: %d more cost %d', (fee, before, more, cost) => {
    const one = shop('p25');
    if (before > 0) one.paid(1, { amountMinor: before });
    const first = one.now().metrics[fee]!;
    expect(one.paid(1, { amountMinor: more }).now().metrics[fee]! - first).toBe(cost);
  });

  test('the shops of one entity share the million, and those of another have their own', () => {
    const { world } = shop('p25');
    const register = (merchant: string, entityId: string): string[] =>
      inShort(world.event('updraft.merchant.registered.v1', merchant, { ...REGISTERED, entityId }));
    register('a1', 'a');
    register('a2', 'a');
    register('a3', 'a');
    register('b1', 'b');
    const issued = inShort(world.outputs).filter((line) => line.includes('free-million issue'));
    expect(issued.map((line) => line.split(' ')[0]).sort()).toEqual(
      expect.arrayContaining(['a1', 'a2', 'b1']),
    );
    expect(issued.some((line) => line.startsWith('a3'))).toBe(false);
    world.tick(world.nowMs + HOUR_MS);
    expect(
      inShort(world.outputs)
        .filter((line) => line.startsWith('a3'))
        .at(-1),
    ).toMatch(/withhold budget-/);
    expect(Object.keys(pursesOf(world, 'a1')).some((account) => account.startsWith('free-million~a'))).toBe(
      true,
    );
  });
});

describe('P26: a grant expires, and is claimed back for fraud, Kuaishou traffic rewards', () => {
  const given = (): Shop => {
    const one = shop('p26').trained('first-task');
    const { grantId } = grantsIn(one.world.outputs)[0]!;
    one.world.event('updraft.boost.delivered.v1', 'm1', { grantId, exposures: 400 });
    return one;
  };
  const last = (one: Shop) => grantsIn(one.world.outputs).at(-1)!;

  test('valid for thirty days, then over, and nothing of it is left', () => {
    const one = given().days(29);
    expect(last(one).status).toBe('active');
    expect(givenIn(one.days(1), 'reward')).toEqual(['issue', 'expire duration-over']);
    one.days(1);
    const { held, settling, spent } = pursesOf(one.world)['rewards']!;
    expect([held, settling, spent]).toEqual([0, 0, 400]);
  });

  test('who cheats loses it, and what was used is claimed back', () => {
    const one = given().breached('fake-trade');
    expect(givenIn(one, 'reward')).toEqual(['issue', 'claw-back cheated']);
    expect(last(one).status).toBe('clawed-back');
    expect(pursesOf(one.world)['rewards']!.clawedBack).toBe(400);
  });
});
