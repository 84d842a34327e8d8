/// <reference types="node" />
import { createHash } from 'node:crypto';
import type { MerchantEvents, MerchantEventType } from '../events.ts';
import type { MerchantCapability, Usage } from '../outputs.ts';
import type { CloudEvent, OutputRecord } from '../stage/stage.ts';
import { capabilitiesIn, given, REGISTERED, type World } from '../testing/given.ts';
import { compiled, smallSource, welcome } from '../testing/small-bundle.ts';

// What a merchant is besides its figures: whom it belongs to, what it uses, what stands against it.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function registered(source: unknown = smallSource(), entityId?: string): World {
  const world = given(sha256);
  world.activate(compiled(source).text);
  const known = entityId === undefined ? REGISTERED : { ...REGISTERED, entityId };
  world.event('updraft.merchant.registered.v1', 'm1', known);
  return world;
}

/** Why the event was worth a word; null where none was said. */
function whyOf<T extends MerchantEventType>(world: World, type: T, data: MerchantEvents[T]): string | null {
  return capabilitiesIn(world.event(type, 'm1', data))[0]?.why.join(' ') ?? null;
}

const last = (world: World): MerchantCapability => capabilitiesIn(world.outputs).at(-1)!;

describe('the legal entity', () => {
  test('is known from the registration, the profile or a link, and each change is said', () => {
    const world = registered(smallSource(), 'e1');
    expect(last(world).entityId).toBe('e1');
    expect(whyOf(world, 'updraft.merchant.profile-changed.v1', { entityId: 'e2' })).toBe('flag:entity');
    expect(last(world).entityId).toBe('e2');
    expect(whyOf(world, 'updraft.merchant.linked.v1', { entityId: 'e3' })).toBe('flag:entity');
    expect(last(world).entityId).toBe('e3');
    expect(whyOf(world, 'updraft.merchant.linked.v1', { entityId: 'e3' })).toBeNull();
  });

  test('is left when the merchant is unlinked from it, and not when it is unlinked from another', () => {
    const world = registered(smallSource(), 'e1');
    expect(whyOf(world, 'updraft.merchant.unlinked.v1', { entityId: 'e0' })).toBeNull();
    expect(whyOf(world, 'updraft.merchant.unlinked.v1', { entityId: 'e1' })).toBe('flag:entity');
    expect(last(world).entityId).toBeNull();
  });

  test('stays when a registration or a profile says nothing of it', () => {
    const world = registered(smallSource(), 'e1');
    expect(whyOf(world, 'updraft.merchant.registered.v1', REGISTERED)).toBeNull();
    expect(whyOf(world, 'updraft.merchant.profile-changed.v1', { category: 'books' })).toBe('flag:category');
    expect(last(world)).toMatchObject({ entityId: 'e1', category: 'books' });
  });
});

test('another category and another country are said, because accounts may be of one', () => {
  const world = registered();
  const moved = { category: 'books', country: 'VN' };
  expect(whyOf(world, 'updraft.merchant.profile-changed.v1', moved)).toBe('flag:category flag:country');
  expect(whyOf(world, 'updraft.merchant.profile-changed.v1', moved)).toBeNull();
  expect(last(world)).toMatchObject(moved);
});

describe('violations', () => {
  const record = (world: World, violation: string): string | null =>
    whyOf(world, 'updraft.violation.recorded.v1', { violation });

  test('stand from their record until they are cleared, sorted, each once', () => {
    const world = registered();
    expect([record(world, 'late'), record(world, 'fake-trade'), record(world, 'late')]).toEqual([
      'flag:violations',
      'flag:violations',
      null,
    ]);
    expect(last(world).violations).toEqual(['fake-trade', 'late']);
    expect(whyOf(world, 'updraft.violation.cleared.v1', { violation: 'late' })).toBe('flag:violations');
    expect(whyOf(world, 'updraft.violation.cleared.v1', { violation: 'late' })).toBeNull();
    expect(last(world).violations).toEqual(['fake-trade']);
  });

  test('are not said again because of a restart', () => {
    const world = registered();
    record(world, 'late');
    world.scoring.evict();
    expect(record(world, 'late')).toBeNull();
    expect(whyOf(world, 'updraft.tool.adopted.v1', { tool: 't' })).toBeNull();
  });

  test('are bounded: the oldest leaves', () => {
    const world = registered();
    for (let i = 0; i <= 100; i++) record(world, `v${i}`);
    expect(last(world).violations).toHaveLength(100);
    expect(last(world).violations).not.toContain('v0');
  });

  test('change the verdict of a condition that looks at them, also where it says when to claw back', () => {
    const clawBackWhen = { id: 'fraud', violation: 'fake-trade' };
    const world = registered(smallSource({ programmes: [welcome({ clawBackWhen })] }));
    expect(record(world, 'late')).toBe('flag:violations');
    expect(record(world, 'fake-trade')).toBe('verdict:fraud flag:violations');
    expect(whyOf(world, 'updraft.violation.cleared.v1', { violation: 'fake-trade' })).toBe(
      'verdict:fraud flag:violations',
    );
  });
});

test('a tool that was dropped is used no longer', () => {
  const who = { id: 'replies', tool: 'auto-reply' };
  const world = registered(smallSource({ programmes: [welcome({ who })] }));
  expect(whyOf(world, 'updraft.tool.adopted.v1', { tool: 'auto-reply' })).toBe('verdict:replies');
  expect(whyOf(world, 'updraft.tool.dropped.v1', { tool: 'other' })).toBeNull();
  expect(whyOf(world, 'updraft.tool.dropped.v1', { tool: 'auto-reply' })).toBe('verdict:replies');
  expect(last(world).tools).toEqual([]);
});

describe('usage', () => {
  const seen = [{ id: 'seen', names: { en: 'Seen' }, unit: 'count', sum: 'exposures', window: '7d' }];
  const source = smallSource();
  const counting = { ...source, metrics: [...(source['metrics'] as object[]), ...seen] };

  function usages(outputs: readonly OutputRecord[]): Partial<Usage>[] {
    return outputs
      .map(({ text }) => JSON.parse(text) as CloudEvent)
      .filter(({ type }) => type === 'updraft.capability.usage.v1')
      .map(({ data }) => {
        const { position: _position, cause: _cause, ...usage } = data as unknown as Usage;
        return usage;
      });
  }

  test('of a boost carries its exposures and what they led to', () => {
    const world = registered();
    const bare = { grantId: 'g', exposures: 40 };
    expect(usages(world.event('updraft.boost.delivered.v1', 'm1', bare))).toEqual([
      { grantId: 'g', used: 40, clicks: 0, orders: 0 },
    ]);
    const led = { ...bare, clicks: 6, orders: 1 };
    expect(usages(world.event('updraft.boost.delivered.v1', 'm1', led))).toEqual([
      { grantId: 'g', used: 40, clicks: 6, orders: 1 },
    ]);
  });

  test('of any other grant carries its units and adds no exposures', () => {
    const world = registered(counting);
    world.event('updraft.boost.delivered.v1', 'm1', { grantId: 'g', exposures: 40 });
    expect(usages(world.event('updraft.grant.used.v1', 'm1', { grantId: 'g', used: 900 }))).toEqual([
      { grantId: 'g', used: 900, clicks: 0, orders: 0 },
    ]);
    world.event('updraft.boost.delivered.v1', 'm1', { grantId: 'g', exposures: 45 });
    world.event('updraft.merchant.closed.v1', 'm1', { reason: 'left' });
    expect(last(world).metrics['seen']).toBe(45);
  });
});
