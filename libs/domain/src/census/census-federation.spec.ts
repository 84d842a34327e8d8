/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../canonical.ts';
import { federation, partitionOfMerchant, type Federation } from '../testing/federation.ts';
import { order, REGISTERED } from '../testing/given.ts';
import { compiled, smallSource, welcome } from '../testing/small-bundle.ts';
import { HOUR_MS, localDay, MINUTE_MS, startOfLocalDay } from '../time.ts';

// Partitions that lag, crash and say again what they said, and a census that does. What every partition has heard in
// the end is what a plain list of all merchants gives.

const SEED = 20_261_128;
const ZONE = [{ fromMs: 0, offsetMinutes: 480 }];
const WINDOW_DAYS = 7;
const MERCHANTS = 30;
const CATEGORIES = ['toys', 'tea', 'shoes'];
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function bundleWith(cutsBps: readonly number[]): string {
  const bundle = JSON.parse(compiled(smallSource()).text) as { [key: string]: Json };
  const statistics = [
    { id: 'orders~all', metric: 'orders', by: 'all', cutsBps: [] },
    { id: 'orders~category', metric: 'orders', by: 'category', cutsBps },
  ];
  return canonicalJson({ ...bundle, statistics });
}

/** What the test itself knows of a merchant. */
interface Shop {
  category: string | null;
  readonly sales: number[];
}

interface Story {
  readonly world: Federation;
  readonly shops: Map<number, Shop>;
  cutsBps: readonly number[];
  orders: number;
}

function begin(partitions: number): Story {
  const cutsBps = [4_000, 8_000];
  const world = federation(sha256, partitions);
  world.activate(bundleWith(cutsBps));
  return { world, shops: new Map(), cutsBps, orders: 0 };
}

function happen(story: Story, dice: number): void {
  const { world, shops } = story;
  const [what, which, howMuch] = [dice % 16, (dice >> 4) % MERCHANTS, (dice >> 12) % 7];
  const partition = which % world.partitions;
  const merchant = `m${which}`;
  const shop = shops.get(which) ?? { category: null, sales: [] };
  if (what < 3) {
    shop.category = CATEGORIES[howMuch % 3]!;
    world.event('updraft.merchant.registered.v1', merchant, { ...REGISTERED, category: shop.category });
    shops.set(which, shop);
  } else if (what < 6) {
    world.event('updraft.order.paid.v1', merchant, order(`o${story.orders++}`, world.nowMs));
    shop.sales.push(localDay(world.nowMs, ZONE));
    shops.set(which, shop);
  } else if (what === 6) world.tick(world.nowMs + (howMuch + 1) * 7 * MINUTE_MS);
  else if (what === 7) world.tick(world.nowMs + (howMuch + 1) * 5 * HOUR_MS);
  else if (what === 8) {
    shop.category = null;
    world.event('updraft.merchant.closed.v1', merchant, { reason: 'left' });
    shops.set(which, shop);
  } else if (what === 9) world.freeze(partition);
  else if (what === 10) world.crash(partition);
  else if (what === 11) world.freeze('census');
  else if (what === 12) world.crash('census');
  else if (what === 13 && howMuch === 0) {
    story.cutsBps = which % 2 === 0 ? [4_000, 8_000] : [2_500, 4_000];
    world.activate(bundleWith(story.cutsBps));
  } else if (what < 15) world.runShared('census', howMuch * 3);
  else world.run(partition, howMuch * 5);
}

/** Two midnights pass: at the first the last values are said, at the second they are published. */
function passMidnights({ world }: Story): void {
  const today = localDay(world.nowMs, ZONE);
  for (const midnight of [today + 1, today + 2]) {
    for (const later of [0, 1, 2, 3]) {
      world.tick(startOfLocalDay(midnight, ZONE) + later);
      world.settle();
    }
  }
}

function expectedOf({ world, shops, cutsBps }: Story): unknown {
  const saidOn = localDay(world.nowMs, ZONE) - 1;
  const valueOf = ({ sales }: Shop): number => sales.filter((day) => day > saidOn - WINDOW_DAYS).length;
  const stand = (values: readonly number[], shares: readonly number[]) => ({
    merchants: values.length,
    mean: Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length),
    cuts: shares.map((shareBps) => cutBy(values, shareBps)),
  });
  const open = [...shops.values()].filter(({ category }) => category !== null);
  const inCategory = (wanted: string) => open.filter(({ category }) => category === wanted).map(valueOf);
  const filled = CATEGORIES.filter((category) => inCategory(category).length > 0);
  const groups = filled.map((category) => [category, stand(inCategory(category), cutsBps)] as const);
  return {
    all: open.length === 0 ? {} : { all: stand(open.map(valueOf), []) },
    category: Object.fromEntries(groups),
  };
}

/** As slowly as it is said: the first integer with so many below it. */
function cutBy(values: readonly number[], shareBps: number): number {
  for (let cut = 0; ; cut++) {
    const below = values.filter((value) => value < cut).length;
    if (below * 10_000 >= shareBps * values.length) return cut;
  }
}

const heardBy = (world: Federation, partition: number): unknown => {
  const heard = world.statistics(partition);
  return { all: heard['orders~all'] ?? {}, category: heard['orders~category'] ?? {} };
};

test('every partition hears what a list of all merchants gives, whoever lags and crashes', () => {
  const dice = fc.array(fc.noBias(fc.nat({ max: 2 ** 24 - 1 })), { maxLength: 200, size: 'max' });
  const check = fc.property(dice, fc.integer({ min: 1, max: 4 }), (throws, partitions) => {
    const story = begin(partitions);
    for (const each of throws) happen(story, each);
    story.world.settle();
    passMidnights(story);
    const expected = expectedOf(story);
    for (let partition = 0; partition < partitions; partition++)
      expect(heardBy(story.world, partition)).toEqual(expected);
  });
  fc.assert(check, { seed: SEED, numRuns: 15, endOnFailure: true });
});

test('records that stand in a log twice change nothing', () => {
  const play = (isTwice: boolean): unknown => {
    const story = begin(2);
    const { world } = story;
    world.tamper = (_log, text) => (isTwice && text.includes('"writer":') ? [text, text] : [text]);
    for (let merchant = 0; merchant < 10; merchant++) {
      for (const dice of [0, 3, 3].slice(0, 1 + (merchant % 3))) happen(story, dice + (merchant << 4));
    }
    passMidnights(story);
    return [0, 1].map((partition) => heardBy(world, partition));
  };
  expect(play(true)).toEqual(play(false));
});

test('a partition that lags keeps the statistics of the bundle before, and the others with it', () => {
  const story = begin(2);
  const { world } = story;
  happen(story, 0);
  passMidnights(story);
  const before = heardBy(world, 0);
  world.activate(bundleWith([4_000, 8_000]));
  happen(story, 3);
  const [active, lagging] = [0, 1].map((merchant) => partitionOfMerchant(`m${merchant}`, 2));
  for (const day of [1, 2, 3]) {
    world.tick(startOfLocalDay(localDay(world.nowMs, ZONE) + day, ZONE));
    world.run(active!, Infinity);
    world.runShared('census', Infinity);
    world.run(active!, Infinity);
  }
  expect([heardBy(world, active!), heardBy(world, lagging!)]).toEqual([before, before]);
  world.settle();
  passMidnights(story);
  expect(heardBy(world, active!)).toEqual(expectedOf(story));
  expect(heardBy(world, lagging!)).toEqual(expectedOf(story));
});

test('a rank in the category is that of the metric among all partitions, ties below their cut', () => {
  const rank = {
    id: 'rank',
    names: { en: 'Rank' },
    unit: 'rate',
    rank: 'orders',
    by: 'category',
    cuts: ['40%'],
  };
  const mean = { id: 'usual', names: { en: 'Usual' }, unit: 'count', mean: 'orders', by: 'all' };
  const source = smallSource();
  const metrics = [...(source['metrics'] as object[]), rank, mean];
  const world = federation(sha256, 3);
  const top = { id: 'top', metric: 'rank', op: '>=', value: '40%' };
  const known = { id: 'known', metric: 'usual', op: '>=', value: 0 };
  world.activate(
    compiled({ ...source, metrics, programmes: [welcome({ who: { all: [top, known] } })] }).text,
  );
  const story: Story = { world, shops: new Map(), cutsBps: [4_000], orders: 0 };
  // Five merchants with 0, 1, 1, 3 and 4 orders.
  for (const [merchant, sales] of [0, 1, 1, 3, 4].entries()) {
    for (const dice of [0, ...Array.from({ length: sales }, () => 3)]) happen(story, dice + (merchant << 4));
  }
  passMidnights(story);
  world.tick(world.nowMs + 1);
  world.settle();
  const last = new Map(world.capabilities.map(({ merchant, metrics: values }) => [merchant, values]));
  const ofAll = [0, 1, 2, 3, 4].map((merchant) => last.get(`m${merchant}`)!);
  expect(ofAll.map((values) => [values['orders'], values['rank'], values['usual']])).toEqual([
    [0, 0, 1],
    [1, 0, 1],
    [1, 0, 1],
    [3, 4_000, 1],
    [4, 4_000, 1],
  ]);
});
