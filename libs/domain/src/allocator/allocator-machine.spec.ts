/// <reference types="node" />
import { createHash } from 'node:crypto';
import {
  capabilitiesIn,
  decisionsIn,
  given,
  grantsIn,
  grown,
  inShort,
  pursesOf,
  REGISTERED,
  T0,
  trained,
  type World,
} from '../testing/given.ts';
import { compiled, growth, smallSource, welcome } from '../testing/small-bundle.ts';
import { DAY_MS } from '../time.ts';

// Who is issued what, who is withheld it and why, and what budgets and activations do to that.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const textOf = (changes: Record<string, unknown> = {}): string => compiled(smallSource(changes)).text;
const SMALL = textOf();

function under(text: string, partitions = 1, partition = 0): World {
  const world = given(sha256, { partitions }, new Map(), partition);
  world.activate(text);
  return world;
}

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
      { id: 'tier', what: 'tier:ladder', op: '>=', line: 'silver', ...unranked },
      { id: 'wanted', what: 'survey:wants', op: '!=', line: 'no', ...unasked },
      { id: 'late', what: 'metric:on_time', op: '<', line: 3_000, ...unranked },
    ]);
    expect(tier).toMatchObject({
      bundle: sha256(SMALL),
      engine: 4,
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

describe('activations', () => {
  test('nothing is decided by a new bundle on what was said by the one before', () => {
    const world = under(SMALL);
    for (let i = 0; i < 5; i++) grown(world, `m${i}`);
    const metrics = [
      ...(smallSource()['metrics'] as object[]),
      { id: 'new', names: { en: 'New' }, unit: 'count', sum: 'ordersPaid', window: '2d' },
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
