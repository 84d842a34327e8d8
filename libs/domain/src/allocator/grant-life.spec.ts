/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { OutputRecord } from '../stage/stage.ts';
import {
  decisionsIn,
  given,
  grantsIn,
  grown,
  inShort,
  order,
  pursesOf,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { account, compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS } from '../time.ts';
import type { Purse } from './purse.ts';

// What becomes of a grant: it is used, shrunk, revoked, expires, settles, and after a while there may be another.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function under(...programmes: object[]): World {
  const world = given(sha256);
  world.activate(compiled(smallSource({ programmes })).text);
  return world;
}

function balance(world: World, id: string): Purse {
  return pursesOf(world)[id]!;
}

const used = (world: World, merchant: string, exposures: number): OutputRecord[] => {
  const { grantId } = grantsIn(world.outputs).findLast((each) => each.merchant === merchant)!;
  return world.event('updraft.boost.delivered.v1', merchant, { grantId, exposures });
};
const declared = (world: World, merchant: string, ordersPerDay: number): string[] =>
  inShort(world.event('updraft.capacity.declared.v1', merchant, { ordersPerDay }));

describe('usage', () => {
  test('is cumulative: the largest report counts, and only what is new of it is spent', () => {
    const world = under(welcome());
    trained(world, 'm1');
    for (const exposures of [30, 50, 40]) used(world, 'm1', exposures);
    expect(balance(world, 'welcome')).toMatchObject({ free: 400, held: 50, spent: 50, overrun: 0 });
  });

  test('beyond the grant it is overrun, outside the budget, and the grant is used up', () => {
    const world = under(welcome());
    trained(world, 'm1');
    expect(inShort(used(world, 'm1', 150))).toEqual([
      'm1 welcome expire used-up',
      'm1 welcome withhold cool-down',
    ]);
    expect(balance(world, 'welcome')).toMatchObject({
      free: 400,
      held: 0,
      settling: 0,
      spent: 100,
      overrun: 50,
    });
    used(world, 'm1', 170);
    expect(balance(world, 'welcome')).toMatchObject({ spent: 100, overrun: 70 });
  });

  test('reported while the grant settles it still counts, and afterwards no more', () => {
    const world = under(welcome());
    trained(world, 'm1');
    world.tick(T0 + 3 * DAY_MS);
    used(world, 'm1', 40);
    expect(balance(world, 'welcome')).toMatchObject({ settling: 60, spent: 40 });
    expect(inShort(world.tick(T0 + 4 * DAY_MS))).toEqual(['m1 welcome settle nothing-more-reported']);
    const settled = balance(world, 'welcome');
    expect(settled).toMatchObject({ settling: 0, spent: 40, returned: 460 });
    expect(inShort(used(world, 'm1', 90))).toEqual(['m1  refuse-usage grant-settled grant:0/4/0/0']);
    expect(balance(world, 'welcome')).toEqual(settled);
  });

  test('reports as large as the door admits stop nothing', () => {
    const world = under(welcome());
    for (const merchant of ['m1', 'm2']) {
      trained(world, merchant);
      used(world, merchant, Number.MAX_SAFE_INTEGER);
    }
    expect(balance(world, 'welcome')).toMatchObject({ spent: 200, held: 0 });
  });
});

describe('ending', () => {
  test('a grant expires at its end, cools down, and after that there may be another, as often as openings allow', () => {
    const world = under(welcome());
    trained(world, 'm1');
    const days = [2, 3, 4, 5, 5, 8, 9, 10, 30].map((day) => inShort(world.tick(T0 + day * DAY_MS)));
    expect(days).toEqual([
      [],
      ['m1 welcome expire duration-over', 'm1 welcome withhold cool-down'],
      ['m1 welcome settle nothing-more-reported'],
      ['m1 welcome wait budget-on-its-way'],
      ['m1 welcome issue 100'],
      ['m1 welcome expire duration-over', 'm1 welcome withhold cool-down openings-used'],
      ['m1 welcome settle nothing-more-reported'],
      ['m1 welcome withhold openings-used'],
      [],
    ]);
  });

  test("a merchant's own timer fires before its record, even where a tick had no share left for it", () => {
    const world = under(welcome());
    world.activate(
      compiled(smallSource({ programmes: [welcome()], accounts: [account('welcome', 99_999)] })).text,
    );
    for (let i = 0; i < 260; i++) trained(world, `m${String(i).padStart(3, '0')}`);
    world.tick(T0 + 3 * DAY_MS);
    const closed = inShort(world.event('updraft.merchant.closed.v1', 'm259', { reason: 'left' }));
    expect(closed.filter((line) => line.startsWith('m259'))).toEqual([
      'm259 welcome expire duration-over',
      'm259 welcome withhold cool-down',
      'm259 welcome withhold merchant-closed',
    ]);
  });

  test('nobody holds and spends more than the cap; what was never used is given back to it', () => {
    const world = under(welcome({ coolDown: '0d', limits: { openings: 9, perMerchant: 250 } }));
    trained(world, 'm1');
    const once = inShort(used(world, 'm1', 100));
    expect(once).toEqual(['m1 welcome expire used-up', 'm1 welcome issue 100']);
    const lapsed = inShort(world.tick(T0 + 3 * DAY_MS));
    expect(lapsed).toEqual([
      'm1 welcome settle nothing-more-reported',
      'm1 welcome expire duration-over',
      'm1 welcome withhold merchant-cap',
    ]);
    expect(inShort(world.tick(T0 + 4 * DAY_MS))).toEqual([
      'm1 welcome settle nothing-more-reported',
      'm1 welcome issue 100',
    ]);
  });

  test('a sized boost gets what the cap leaves', () => {
    const world = under(growth({ coolDown: '0d', limits: { openings: 9, perMerchant: 65 } }));
    expect(inShort(grown(world, 'm1')).at(-1)).toBe('m1 growth issue 40');
    expect(inShort(used(world, 'm1', 40))).toContain('m1 growth issue 25');
  });

  test('closing a merchant revokes its grants and settles them', () => {
    const world = under(welcome(), growth());
    trained(world, 'm1');
    grown(world, 'm1');
    const closed = inShort(world.event('updraft.merchant.closed.v1', 'm1', { reason: 'left' }));
    expect(closed).toEqual([
      'm1 welcome revoke merchant-closed',
      'm1 growth revoke merchant-closed',
      'm1 welcome withhold merchant-closed',
      'm1 growth withhold merchant-closed',
    ]);
    world.tick(T0 + DAY_MS);
    expect(balance(world, 'welcome')).toMatchObject({ leasedIn: 500, returned: 500, held: 0, settling: 0 });
  });
});

describe('saturation', () => {
  test('a boost shrinks to what still fits, and the rest returns to the budget at once', () => {
    const world = under(growth());
    grown(world, 'm1');
    expect(declared(world, 'm1', 3)).toEqual(['m1 growth shrink headroom-below-grant']);
    const shrunk = decisionsIn(world.outputs).at(-1)!;
    expect(shrunk).toMatchObject({ grant: { size: 20, maximum: 40 }, capacity: { headroom: 2 } });
    expect(shrunk.budget).toMatchObject({ before: { free: 460, held: 40 }, after: { free: 480, held: 20 } });
    expect(grantsIn(world.outputs).at(-1)).toMatchObject({ status: 'shrunk', size: 20 });
    expect(declared(world, 'm1', 3)).toEqual([]);
  });

  test('it stays while what fits is not below its share of the size', () => {
    const world = under(growth({ limits: { openings: 5, perMerchant: 1_000, shrinkBelow: '50%' } }));
    grown(world, 'm1');
    expect(declared(world, 'm1', 3)).toEqual([]);
    expect(balance(world, 'growth')).toMatchObject({ held: 40 });
  });

  test('it never shrinks below what was used already', () => {
    const world = under(growth());
    grown(world, 'm1');
    used(world, 'm1', 30);
    expect(declared(world, 'm1', 3)[0]).toBe('m1 growth shrink headroom-below-grant');
    expect(balance(world, 'growth')).toMatchObject({ free: 470, held: 0, spent: 30, settling: 0 });
  });

  test('shrunk to nothing it ends in the same record, and cools down', () => {
    const world = under(growth());
    grown(world, 'm1');
    expect(declared(world, 'm1', 0)).toEqual([
      'm1 growth shrink headroom-below-grant',
      'm1 growth expire nothing-left',
      'm1 growth withhold cool-down no-headroom',
    ]);
    expect(balance(world, 'growth')).toMatchObject({ free: 500, held: 0, settling: 0 });
    expect(inShort(world.tick(T0 + DAY_MS))).toEqual([
      'm1 growth settle nothing-more-reported',
      'm1 growth withhold no-headroom',
    ]);
    expect(declared(world, 'm1', 9)).toEqual(['m1 growth wait budget-on-its-way']);
    expect(inShort(world.tick(T0 + DAY_MS))).toEqual(['m1 growth issue 40']);
  });
});

describe('revocation', () => {
  /** Five parcels leave two days late: two of seven in time. */
  function shipsLate(world: World, merchant: string): OutputRecord[] {
    const outputs: OutputRecord[] = [];
    for (let i = 0; i < 5; i++) {
      outputs.push(
        ...world.event('updraft.order.shipped.v1', merchant, order(`late${i}`, world.nowMs - 3 * DAY_MS)),
      );
    }
    return outputs;
  }

  test('who turns out late loses the boost, with the condition that says so', () => {
    const world = under(growth());
    grown(world, 'm1');
    const out = shipsLate(world, 'm1');
    expect(inShort(out)[0]).toBe('m1 growth revoke late');
    const [decision] = decisionsIn(out);
    expect(decision!.conditions).toMatchObject([
      { id: 'late', line: 3_000, value: 2_857, margin: 142, verdict: 'true' },
    ]);
    expect(balance(world, 'growth')).toMatchObject({ free: 460, held: 0, settling: 40 });
  });

  test('while the pipeline catches up nobody loses anything; the tick that clears it makes up for it', () => {
    const world = under(growth());
    grown(world, 'm1');
    world.tick(T0, true);
    expect(inShort(shipsLate(world, 'm1'))).toEqual([]);
    expect(inShort(world.tick(T0 + 1, true))).toEqual([]);
    expect(world.allocator.machine().gauges()).toMatchObject({ held: 1 });
    expect(inShort(world.tick(T0 + 2, false))[0]).toBe('m1 growth revoke late');
    expect(world.allocator.machine().gauges()).toMatchObject({ held: 0 });
  });

  test('a shrinking is held in the same way, and does not happen when the headroom is back by then', () => {
    const world = under(growth());
    grown(world, 'm1');
    world.tick(T0, true);
    expect(declared(world, 'm1', 3)).toEqual([]);
    expect(declared(world, 'm1', 9)).toEqual([]);
    expect(inShort(world.tick(T0 + 1, false))).toEqual([]);
    expect(world.allocator.machine().gauges()).toMatchObject({ held: 0 });
    expect(balance(world, 'growth')).toMatchObject({ held: 40 });
  });

  test('a grant ends by its time even while the pipeline catches up', () => {
    const world = under(growth());
    grown(world, 'm1');
    expect(inShort(world.tick(T0 + 2 * DAY_MS, true))[0]).toBe('m1 growth expire duration-over');
  });
});
