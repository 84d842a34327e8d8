/// <reference types="node" />
import { createHash } from 'node:crypto';
import { decisionsIn, grantsIn, pursesOf, REGISTERED, T0, trained, type World } from '../testing/given.ts';
import { brokenLaws } from '../testing/laws.ts';
import {
  booksOf,
  decisionsOf,
  everywhere,
  issued,
  oneAccount,
  under,
  underAll,
} from '../testing/one-account.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

// An account that the shops of a legal entity share.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const ofEntity = (entityId: string): typeof REGISTERED => ({ ...REGISTERED, entityId }) as typeof REGISTERED;

describe('an account per legal entity', () => {
  const relief = { kind: 'value-added', gives: { feeRelief: { rate: '0.6%' } } };
  const shared = (total: number): Parameters<typeof oneAccount> => [
    total,
    { per: 'entity', unit: 'minor' },
    relief,
  ];

  test('is shared by the shops of the entity, in the same partition and in others', () => {
    const [here, there] = underAll(sha256, 2, ...shared(300)) as [World, World];
    const shops: [World, string][] = [
      [here, 'm1'],
      [here, 'm2'],
      [there, 'm3'],
      [there, 'm4'],
    ];
    for (const [world, shop] of shops) {
      world.event('updraft.merchant.registered.v1', shop, ofEntity('e1'));
      world.event('updraft.training.completed.v1', shop, { course: 'first-sale' });
    }
    trained(here, 'single');
    for (const minute of [0, 1, 11]) everywhere([here, there], T0 + minute * MINUTE_MS);
    expect(issued(here, there)).toEqual([
      'm1 welcome issue 100',
      'm2 welcome issue 100',
      'm3 welcome issue 100',
    ]);
    expect(decisionsOf(there).at(-1)).toBe('m4 welcome withhold budget-held-elsewhere');
    expect(decisionsOf(here).at(-1)).toBe('single welcome withhold no-entity');
    expect(pursesOf(here)).toEqual({});
    expect(pursesOf(here, 'm1')['welcome~e1']).toMatchObject({ leasedIn: 100, held: 100 });
    expect(decisionsIn(here.outputs).find(({ outcome }) => outcome === 'issue')!.budget).toMatchObject({
      holder: 'm1',
    });
    expect(brokenLaws([here, there])).toEqual([]);
  });

  test('another entity has an account of its own', () => {
    const world = under(sha256, ...shared(100));
    for (const [shop, entity] of [
      ['m1', 'e1'],
      ['m2', 'e2'],
    ] as const) {
      world.event('updraft.merchant.registered.v1', shop, ofEntity(entity));
      world.event('updraft.training.completed.v1', shop, { course: 'first-sale' });
    }
    world.tick(T0);
    expect(issued(world)).toEqual(['m1 welcome issue 100', 'm2 welcome issue 100']);
  });

  test('a shop that leaves its entity keeps the grant that it has, and its money goes back where it came from', () => {
    const world = under(sha256, ...shared(100));
    world.event('updraft.merchant.registered.v1', 'm1', ofEntity('e1'));
    world.event('updraft.training.completed.v1', 'm1', { course: 'first-sale' });
    world.event('updraft.merchant.linked.v1', 'm1', { entityId: 'e2' });
    world.tick(T0 + HOUR_MS);
    const { grantId, account: instance } = grantsIn(world.outputs)[0]!;
    expect(instance).toBe('welcome~e1');
    world.event('updraft.grant.used.v1', 'm1', { grantId, used: 30 });
    for (const day of [3, 4, 5, 5, 5]) world.tick(T0 + day * DAY_MS);
    expect(booksOf(world, 'welcome~e1')).toMatchObject({ unleased: 70, leasedOut: 30 });
    expect(grantsIn(world.outputs).at(-1)).toMatchObject({ account: 'welcome~e2', status: 'active' });
    expect(brokenLaws([world])).toEqual([]);
  });

  test('unlinked while it waits it leaves the queue of the entity', () => {
    const world = under(sha256, ...shared(100));
    for (const shop of ['m1', 'm2']) {
      world.event('updraft.merchant.registered.v1', shop, ofEntity('e1'));
      world.event('updraft.training.completed.v1', shop, { course: 'first-sale' });
    }
    expect(decisionsOf(world).at(-1)).toBe('m2 welcome wait budget-on-its-way');
    world.event('updraft.merchant.unlinked.v1', 'm2', { entityId: 'e1' });
    expect(decisionsOf(world).at(-1)).toBe('m2 welcome withhold no-entity');
    expect(pursesOf(world, 'm2')['welcome~e1']).toMatchObject({ wanted: 0 });
    expect(brokenLaws([world])).toEqual([]);
  });

  test('a bundle that makes it one account for all leaves what runs in the purse where it is', () => {
    const world = under(sha256, ...shared(100));
    world.event('updraft.merchant.registered.v1', 'm1', ofEntity('e1'));
    world.event('updraft.training.completed.v1', 'm1', { course: 'first-sale' });
    world.activate(oneAccount(500, { unit: 'minor' }, relief));
    for (const day of [1, 3, 4, 5, 5, 5]) world.tick(T0 + day * DAY_MS);
    expect(grantsIn(world.outputs).map(({ account: id, status }) => `${id} ${status}`)).toEqual([
      'welcome~e1 active',
      'welcome~e1 expired',
      'welcome~e1 settled',
      'welcome active',
    ]);
    expect(brokenLaws([world])).toEqual([]);
  });
});
