/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  capabilitiesIn,
  decisionsIn,
  given,
  grantsIn,
  grown,
  inShort,
  leasesTo,
  pursesOf,
  REGISTERED,
  requestsIn,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { account, compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';
import type { InstanceRow } from '../treasury/instance-row.ts';

// Who is issued what, who is withheld it and why, and what budgets and activations do to that.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const textOf = (changes: Record<string, unknown> = {}): string => compiled(smallSource(changes)).text;
const SMALL = textOf();

function under(text: string, partitions = 1, partition = 0): World {
  const world = given(sha256, { partitions }, new Map(), partition);
  world.activate(text);
  return world;
}

const issued = (world: World): string[] =>
  inShort(world.outputs).filter((line) => line.split(' ')[2] === 'issue');
const reasonsOf = (world: World, outcome: string, programme: string): string[] =>
  decisionsIn(world.outputs)
    .filter((each) => each.outcome === outcome && each.programme === programme)
    .map(({ merchant, reasons }) => `${merchant} ${reasons.join(' ')}`);
const treasuryOf = ({ treasury: { driven } }: World, instance: string): InstanceRow => {
  driven.freeze();
  return JSON.parse(driven.store.rows.get(instance)!.body) as InstanceRow;
};

describe('applying', () => {
  test('train first: the welcome boost is withheld until the course is done, then issued', () => {
    const world = under(SMALL);
    const known = world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
    expect(inShort(known)).toEqual(['m1 welcome withhold trained', 'm1 growth withhold tier']);
    const done = world.event('updraft.training.completed.v1', 'm1', { course: 'first-sale' });
    expect(inShort(done)).toEqual(['m1 welcome issue 100']);
    expect(grantsIn(done)).toMatchObject([
      {
        grantId: '0/5/0/0',
        kind: 'traffic',
        status: 'active',
        size: 100,
        maximum: 100,
        validFrom: '2026-10-31T16:00:00.000Z',
        validUntil: '2026-11-03T16:00:00.000Z',
      },
    ]);
  });

  test('a decision carries every condition with value, line, margin and where the value is from', () => {
    const world = under(SMALL);
    const [, tier] = decisionsIn(world.event('updraft.merchant.registered.v1', 'm1', REGISTERED));
    const asOf = '0/4/0';
    const unranked = { value: null, margin: null, verdict: 'not-assessed', asOf };
    const unasked = { value: null, margin: null, verdict: 'true', asOf };
    expect(tier!.conditions).toEqual([
      { id: 'tier', what: 'tier', op: '>=', line: 'silver', ...unranked },
      { id: 'wanted', what: 'survey:wants', op: '!=', line: 'no', ...unasked },
      { id: 'late', what: 'metric:on_time', op: '<', line: 3_000, ...unranked },
    ]);
    expect(tier).toMatchObject({
      bundle: sha256(SMALL),
      engine: 3,
      logId: 'test',
      tier: null,
      budget: null,
      grant: null,
    });
    expect(tier!.cause).toMatchObject({ position: '0/4', type: 'updraft.merchant.registered.v1' });
    expect(tier!.cause.hash).toBe(sha256(world.sent.at(-1)!.text));
  });

  test('withheld is said again only when the reasons change', () => {
    const world = under(SMALL);
    world.event('updraft.merchant.registered.v1', 'm1', REGISTERED);
    const wants = (answer: string): string[] =>
      inShort(world.event('updraft.survey.answered.v1', 'm1', { survey: 's', answers: { wants: answer } }));
    expect(wants('no')).toEqual(['m1 growth withhold tier wanted']);
    expect(wants('no')).toEqual([]);
    expect(inShort(world.event('updraft.capacity.declared.v1', 'm1', { ordersPerDay: 3 }))).toEqual([]);
    expect(wants('yes')).toEqual(['m1 growth withhold tier']);
    expect(inShort(world.tick(T0 + 3 * DAY_MS))).toEqual([]);
  });

  test('an unknown merchant gets nothing, whatever it did; registering makes it eligible at once', () => {
    const world = under(SMALL);
    const course = { course: 'first-sale' };
    const out = world.event('updraft.training.completed.v1', 'm1', course);
    expect(inShort(out)[0]).toBe('m1 welcome withhold unknown-merchant');
    expect(inShort(world.event('updraft.merchant.registered.v1', 'm1', REGISTERED))).toContain(
      'm1 welcome issue 100',
    );
  });

  test('a growth boost is sized by the lower edge of the headroom, not by the headroom', () => {
    const capacity = {
      ...(smallSource()['capacity'] as object),
      grain: { edges: [0, 3, 9], hysteresis: '10%' },
    };
    const world = under(textOf({ capacity }));
    const out = grown(world, 'm1');
    expect(capabilitiesIn(out).at(-1)).toMatchObject({ headroomExact: 4, headroom: 3 });
    expect(inShort(out).at(-1)).toBe('m1 growth issue 30');
  });

  test('no more than the maximum, and nothing at all below the minimum', () => {
    const size = (minimum: number, maximum: number): object =>
      growth({ size: { perHeadroom: 10, minimum, maximum } });
    expect(inShort(grown(under(textOf({ programmes: [size(20, 25)] })), 'm1')).at(-1)).toBe(
      'm1 growth issue 25',
    );
    const out = grown(under(textOf({ programmes: [size(41, 200)] })), 'm1');
    expect(inShort(out).at(-1)).toBe('m1 growth withhold no-headroom');
  });

  test('nobody is issued what would be revoked at once, and the reason is the condition of the revocation', () => {
    const revokeWhen = {
      any: [{ not: { id: 'slow', metric: 'on_time', op: '<', value: '99%' } }, { id: 'tool', tool: 't' }],
    };
    const world = under(textOf({ programmes: [growth({ revokeWhen })] }));
    const out = grown(world, 'm1');
    expect(inShort(out).at(-1)).toBe('m1 growth withhold slow');
    expect(
      decisionsIn(out)
        .at(-1)!
        .conditions.map(({ id }) => id),
    ).toEqual(['tier', 'wanted', 'slow', 'tool']);
  });

  test('a usage report of a grant that nobody has changes no account', () => {
    const world = under(SMALL);
    trained(world, 'm1');
    const before = pursesOf(world);
    world.event('updraft.boost.delivered.v1', 'm1', { grantId: '9/9/9/9', exposures: 50 });
    world.event('updraft.boost.delivered.v1', 'm2', { grantId: '0/5/0/0', exposures: 50 });
    expect(pursesOf(world)).toEqual(before);
  });
});

describe('budgets', () => {
  const tight = (total: number): string =>
    textOf({ accounts: [account('welcome', total), account('growth', 1_000)] });

  test('a partition asks for a share ahead of need when it is told of an account: half, if it is alone', () => {
    const shares = [1, 2, 3].map((partitions) => {
      const world = under(tight(1_001), partitions);
      expect(requestsIn(world.outputs)).toMatchObject([
        { account: 'welcome', holder: null, need: 0, least: 100 },
        { account: 'growth', need: 0, least: 20 },
      ]);
      return pursesOf(world)['welcome']!.leasedIn;
    });
    expect(shares).toEqual([500, 250, 166]);
  });

  test('who comes when the share is used up waits for a lease, and is served with the next record', () => {
    const world = under(tight(150));
    expect(inShort(trained(world, 'm1'))).toContain('m1 welcome wait budget-on-its-way');
    expect(decisionsIn(world.outputs).at(-1)).toMatchObject({
      outcome: 'wait',
      until: '2026-10-31T16:10:00.000Z',
      budget: { account: 'welcome', after: { leasedIn: 75, free: 75, held: 0 } },
    });
    expect(leasesTo(world).at(-1)).toMatchObject({ account: 'welcome', amount: 37, isScarce: false });
    expect(inShort(world.tick(T0))).toEqual(['m1 welcome issue 100']);
  });

  test('exactly enough serves everybody', () => {
    const world = under(tight(300));
    for (const merchant of ['m1', 'm2', 'm3']) trained(world, merchant);
    world.tick(T0);
    world.tick(T0 + HOUR_MS);
    expect(issued(world)).toEqual(['m1 welcome issue 100', 'm2 welcome issue 100', 'm3 welcome issue 100']);
    expect(pursesOf(world)['welcome']).toMatchObject({ free: 0, held: 300, wanted: 0 });
  });

  test('one unit less withholds exactly one, with the account and when it has money again', () => {
    const monthly = account('welcome', 299, { period: 'month' });
    const world = under(textOf({ accounts: [monthly, account('growth', 1_000)] }));
    for (const merchant of ['m1', 'm2', 'm3']) trained(world, merchant);
    world.tick(T0);
    const [withheld, ...others] = decisionsIn(world.tick(T0 + 10 * MINUTE_MS));
    expect(issued(world)).toEqual(['m1 welcome issue 100', 'm2 welcome issue 100']);
    expect(others).toEqual([]);
    expect(withheld).toMatchObject({
      merchant: 'm3',
      outcome: 'withhold',
      reasons: ['budget-held-elsewhere'],
      budget: { account: 'welcome@2026-11-01', unit: 'exposures', refillsAt: '2026-11-30T16:00:00.000Z' },
    });
    expect(inShort(trained(world, 'm4'))).toContain('m4 welcome withhold budget-dry');
  });

  test('who waited in vain keeps its place, and is served before later ones when funds come free', () => {
    const world = under(tight(150));
    for (const merchant of ['m3', 'm2', 'm1']) {
      trained(world, merchant);
      world.tick(world.nowMs + MINUTE_MS);
    }
    world.tick(T0 + HOUR_MS);
    expect(reasonsOf(world, 'withhold', 'welcome').filter((line) => line.includes('budget'))).toEqual([
      'm2 budget-held-elsewhere',
      'm1 budget-held-elsewhere',
    ]);
    for (let day = 3; day < 11; day++) for (let i = 0; i < 3; i++) world.tick(T0 + day * DAY_MS + HOUR_MS);
    expect(issued(world)).toEqual(['m3 welcome issue 100', 'm2 welcome issue 100', 'm1 welcome issue 100']);
  });

  test('a sized boost takes what is left when its wait is over and that is worth issuing', () => {
    const world = under(textOf({ accounts: [account('welcome', 1_000), account('growth', 70)] }));
    for (const merchant of ['m1', 'm2', 'm3']) grown(world, merchant);
    for (const minute of [0, 1, 10, 11]) world.tick(T0 + minute * MINUTE_MS);
    expect(issued(world)).toEqual(['m1 growth issue 40', 'm2 growth issue 30']);
    expect(reasonsOf(world, 'withhold', 'growth').at(-1)).toBe('m3 budget-held-elsewhere');
  });

  test('a raised budget serves those who wait in the order in which they came, as far as it goes', () => {
    const world = under(tight(100));
    const order = ['m6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0'];
    for (const merchant of order) {
      trained(world, merchant);
      world.tick(world.nowMs + 1);
    }
    world.activate(tight(500));
    for (let i = 0; i < 6; i++) world.tick(world.nowMs + 1);
    expect(issued(world)).toEqual(order.slice(0, 5).map((merchant) => `${merchant} welcome issue 100`));
    expect(pursesOf(world)['welcome']).toMatchObject({ free: 0, held: 500 });
  });

  test('a sweep for freed funds runs to its end while more come free, so that who came late is not starved', () => {
    const programmes = [welcome({ account: 'pool' }), growth({ account: 'pool' })];
    const world = under(textOf({ accounts: [account('pool', 160)], programmes }));
    const holders = ['h1', 'h2', 'h3', 'h4'];
    for (const merchant of holders) grown(world, merchant);
    world.tick(T0);
    // Somebody who came first and stays dry, and somebody late whom what comes free would do.
    expect(inShort(trained(world, 'a0'))).toContain('a0 welcome wait budget-on-its-way');
    expect(inShort(grown(world, 'z0'))).toContain('z0 growth wait budget-on-its-way');
    for (const merchant of holders) {
      world.event('updraft.capacity.declared.v1', merchant, { ordersPerDay: 3 });
      world.tick(T0);
    }
    world.tick(T0 + 1);
    expect(issued(world)).toContain('z0 growth issue 40');
  });

  test('a cut budget takes back what is free, and what grants hold as they end', () => {
    const world = under(tight(300));
    for (const merchant of ['m1', 'm2']) trained(world, merchant);
    world.tick(T0);
    world.activate(tight(100));
    world.tick(T0 + 1);
    expect(treasuryOf(world, 'welcome')).toMatchObject({
      total: 100,
      owed: 100,
      leasedOut: 200,
      unleased: 0,
    });
    world.tick(T0 + 3 * DAY_MS);
    world.tick(T0 + 4 * DAY_MS);
    expect(pursesOf(world)['welcome']).toMatchObject({
      free: 0,
      held: 0,
      settling: 0,
      leasedIn: 225,
      returned: 225,
    });
    expect(treasuryOf(world, 'welcome')).toMatchObject({ total: 100, owed: 0, leasedOut: 0, unleased: 100 });
  });

  test('the same activation once more moves no money', () => {
    const world = under(tight(300));
    const before = pursesOf(world);
    const again = { sequence: 1, bundle: sha256(tight(300)), approvedBy: ['ann', 'bo'] };
    world.control('updraft.control.policy-activated.v1', again);
    expect(pursesOf(world)).toEqual(before);
  });
});

describe('activations', () => {
  test('nothing is decided by a new bundle on what was said by the one before', () => {
    const world = under(SMALL);
    for (let i = 0; i < 5; i++) grown(world, `m${i}`);
    const metrics = [
      ...(smallSource()['metrics'] as object[]),
      { id: 'new', names: { en: 'New' }, sum: 'ordersPaid', window: '2d' },
    ];
    const who = { id: 'sells', metric: 'new', op: '>=', value: 1 };
    world.activate(textOf({ metrics, programmes: [welcome({ who }), growth()] }));
    const bundle = world.scoring.machine().liveBundle();
    world.event('updraft.tool.adopted.v1', 'm4', { tool: 't' });
    world.tick(T0);
    world.tick(T0);
    const since = decisionsIn(world.outputs).filter((decision) => decision.bundle === bundle);
    expect(since.map(({ merchant, outcome }) => `${merchant} ${outcome}`).sort()).toEqual(
      [0, 1, 2, 3, 4].map((i) => `m${i} issue`),
    );
    const known = new Set(
      capabilitiesIn(world.outputs)
        .filter((each) => each.bundle === bundle)
        .map(({ position }) => position),
    );
    for (const { conditions } of since) for (const { asOf } of conditions) expect(known).toContain(asOf);
  });

  test('a grant of a programme that is gone runs out as what it was, and a closing merchant loses it', () => {
    const kept = textOf({ programmes: [growth()] });
    const [staying, leaving] = ['m1', 'm2'];
    const world = under(
      textOf({ programmes: [welcome({ kind: 'tool', gives: { access: ['live'] } }), growth()] }),
    );
    for (const merchant of [staying, leaving]) trained(world, merchant);
    world.activate(kept);
    for (let i = 0; i < 3; i++) world.tick(T0);
    const closed = world.event('updraft.merchant.closed.v1', leaving, { reason: 'left' });
    expect(inShort(closed)).toContain('m2 welcome revoke merchant-closed');
    const ended = world.tick(T0 + 3 * DAY_MS);
    expect(inShort(ended)).toEqual([
      'm2 welcome settle nothing-more-reported',
      'm1 welcome expire duration-over',
    ]);
    expect(grantsIn([...closed, ...ended]).map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'tool revoked',
      'tool settled',
      'tool expired',
    ]);
    world.tick(T0 + 4 * DAY_MS);
    expect(pursesOf(world)['welcome']).toMatchObject({ held: 0, settling: 0, returned: 500 });
  });
});
