/// <reference types="node" />
import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import type * as DrivenWorlds from './given.ts';
import type * as Laws from './laws.ts';
import type { World } from './given.ts';
import { account, compiled, smallSource, welcome } from './small-bundle.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

// A test of the tests: mistakes are planted one at a time in the functions that the stages are made of, and what a
// specification says of the world must notice. Without a mistake the same worlds are found in order.

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type Exports = Record<string, unknown>;
type Any = (...args: never[]) => unknown;

interface Kit {
  readonly worlds: typeof DrivenWorlds;
  readonly laws: typeof Laws;
}

/** The worlds anew, with one module of the allocator changed by the mistake. */
async function kitWith(path: string | null, mistake: (actual: Exports) => Exports): Promise<Kit> {
  jest.resetModules();
  if (path !== null) {
    const actual = (await import(path)) as Exports;
    jest.resetModules();
    jest.unstable_mockModule(path, () => ({ ...actual, ...mistake(actual) }));
  }
  const kit = { worlds: await import('./given.ts'), laws: await import('./laws.ts') };
  if (path !== null) jest.unstable_unmockModule(path);
  return kit;
}

/** What is wrong with the world that a kit makes: a law that is broken, a wrong line, or what the stages throw. */
function findings(look: (kit: Kit) => readonly string[], kit: Kit): readonly string[] {
  try {
    return look(kit);
  } catch (error) {
    return [(error as Error).message];
  }
}

const differs = (is: unknown, wanted: unknown): string[] =>
  JSON.stringify(is) === JSON.stringify(wanted)
    ? []
    : [`${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`];

const wrapped =
  (name: string, around: (actual: Any) => Any) =>
  (actual: Exports): Exports => ({ [name]: around(actual[name] as Any) });

function under({ worlds }: Kit, total: number, changes: object = {}, programme: object = {}): World {
  const world = worlds.given(sha256);
  const accounts = [account('welcome', total, { idle: '400d', ...changes })];
  const programmes = [welcome({ ...programme })];
  world.activate(compiled(smallSource({ accounts, programmes })).text);
  return world;
}

/** Merchants that come, use what they have, and leave: money goes round. */
function round(kit: Kit): readonly string[] {
  const { trained, grantsIn, pursesOf } = kit.worlds;
  const world = under(kit, 250);
  for (const merchant of ['m1', 'm2', 'm3']) trained(world, merchant);
  world.tick(world.nowMs);
  const { grantId } = grantsIn(world.outputs)[0]!;
  for (const exposures of [30, 50, 40]) {
    world.event('updraft.boost.delivered.v1', 'm1', { grantId, exposures });
  }
  const spent = pursesOf(world)['welcome']!.spent;
  const found = [...kit.laws.brokenLaws([world]), ...differs(spent, 50)];
  for (const day of [3, 3, 4, 4, 9, 9]) world.tick(kit.worlds.T0 + day * DAY_MS);
  world.tick(world.nowMs + HOUR_MS);
  return [...found, ...kit.laws.brokenLaws([world])];
}

/** Usage that is reported after the end of a grant, within its settling time. */
function late(kit: Kit): readonly string[] {
  const { trained, grantsIn, pursesOf, T0 } = kit.worlds;
  const world = under(kit, 200);
  for (const merchant of ['m1', 'm2']) trained(world, merchant);
  world.tick(T0 + 3 * DAY_MS);
  const { grantId } = grantsIn(world.outputs)[0]!;
  world.event('updraft.boost.delivered.v1', 'm1', { grantId, exposures: 80 });
  return [...kit.laws.brokenLaws([world]), ...differs(pursesOf(world)['welcome']!.spent, 80)];
}

/** Two programmes of one set, both open to the same merchant in the same look. */
function rivals(kit: Kit): readonly string[] {
  const { given, trained, inShort } = kit.worlds;
  const world = given(sha256);
  const who = { id: 'too', training: 'first-sale' };
  const programmes = [welcome({ exclusive: 'x' }), welcome({ id: 'other', who, exclusive: 'x' })];
  world.activate(compiled(smallSource({ accounts: [account('welcome', 9_000)], programmes })).text);
  const issued = inShort(trained(world, 'm1')).filter((line) => line.includes('issue'));
  return differs(issued, ['m1 welcome issue 100']);
}

/** Three shops of one legal entity and money for two. */
function shops(kit: Kit): readonly string[] {
  const { inShort, REGISTERED, T0 } = kit.worlds;
  const gives = { kind: 'value-added', gives: { feeRelief: { rate: '0.6%' } } };
  const world = under(kit, 200, { per: 'entity', unit: 'minor' }, gives);
  for (const shop of ['m1', 'm2', 'm3']) {
    world.event('updraft.merchant.registered.v1', shop, { ...REGISTERED, entityId: 'e1' });
    world.event('updraft.training.completed.v1', shop, { course: 'first-sale' });
  }
  world.tick(T0 + HOUR_MS);
  return differs(inShort(world.outputs).filter((line) => line.includes('issue')).length, 2);
}

/** Merchants that waited in vain, and money that comes free. */
function queue(kit: Kit): readonly string[] {
  const { trained, inShort, T0 } = kit.worlds;
  const world = under(kit, 100, {}, { limits: { openings: 1, perMerchant: 250 } });
  for (const merchant of ['m3', 'm2', 'm1']) {
    trained(world, merchant);
    world.tick(world.nowMs + 1);
  }
  for (let day = 0; day < 9; day++) for (let i = 0; i < 3; i++) world.tick(T0 + day * DAY_MS + HOUR_MS);
  const issued = inShort(world.outputs).filter((line) => line.includes('issue'));
  return differs(issued, ['m3 welcome issue 100', 'm2 welcome issue 100', 'm1 welcome issue 100']);
}

interface Fault {
  readonly module: string;
  readonly mistake: (actual: Exports) => Exports;
  readonly noticedBy: (kit: Kit) => readonly string[];
}

const PURSE = '../allocator/purse.ts';
const FAULTS: Readonly<Record<string, Fault>> = {
  'a lease is applied twice': {
    module: PURSE,
    mistake: wrapped(
      'leaseIn',
      (leaseIn) => (purse, amount) => leaseIn(leaseIn(purse, amount) as never, amount),
    ),
    noticedBy: round,
  },
  'a return is lost on its way': {
    module: '../treasury/posting.ts',
    mistake: () => ({ takeBack: () => undefined }),
    noticedBy: round,
  },
  'a unit of a return is kept back': {
    module: PURSE,
    mistake: wrapped(
      'giveBack',
      (giveBack) => (purse, amount) =>
        giveBack(giveBack(purse, 0 as never) as never, ((amount as number) - 1) as never),
    ),
    noticedBy: round,
  },
  'usage is summed up instead of the largest report taken': {
    module: '../allocator/usage.ts',
    mistake: wrapped('applyUsage', (applyUsage) => {
      let sum = 0;
      return (allocation, row, usage) => {
        sum += (usage as { used: number }).used;
        return applyUsage(allocation, row, { ...(usage as object), used: sum } as never);
      };
    }),
    noticedBy: round,
  },
  'what was not used is released at the end, though usage is on its way': {
    module: PURSE,
    mistake: (actual) => ({
      beginSettling: (purse: never, amount: never) =>
        (actual['release'] as Any)(purse, amount, 'held' as never),
    }),
    noticedBy: late,
  },
  'what runs is not looked at when the next of a set is decided': {
    module: '../allocator/policy-index.ts',
    mistake: wrapped('indexOf', (indexOf) => (bundle) => {
      const index = indexOf(bundle) as { rivals: ReadonlyMap<string, unknown> };
      return { ...index, rivals: new Map([...index.rivals.keys()].map((id) => [id, []])) };
    }),
    noticedBy: rivals,
  },
  'the account of an entity is kept per shop': {
    module: '../policy/account-instance.ts',
    mistake: wrapped('instanceFor', () =>
      (() => {
        let shop = 0;
        return () => `welcome~shop-${shop++}`;
      })(),
    ),
    noticedBy: shops,
  },
  'who comes last is served first': {
    module: '../stage/due-work.ts',
    mistake: wrapped('shareOf', (shareOf) => (...args) => {
      const share = shareOf(...args) as { readonly sweeps: readonly { readonly keys: readonly string[] }[] };
      return { ...share, sweeps: share.sweeps.map((visit) => ({ ...visit, keys: visit.keys.toReversed() })) };
    }),
    noticedBy: queue,
  },
  'what is reserved stays free as well': {
    module: PURSE,
    mistake: wrapped('reserve', () => (purse, amount) => {
      const { free, held } = purse as { free: number; held: number };
      return { ...(purse as object), free, held: held + (amount as number) };
    }),
    noticedBy: round,
  },
};

const LOOKS = { round, late, rivals, shops, queue };

test.each(Object.entries(LOOKS))('without a mistake the world of %s is in order', async (_, look) => {
  expect(findings(look, await kitWith(null, (actual) => actual))).toEqual([]);
});

test.each(Object.entries(FAULTS))('%s: it is noticed', async (_, { module, mistake, noticedBy }) => {
  expect(findings(noticedBy, await kitWith(module, mistake))).not.toEqual([]);
});
