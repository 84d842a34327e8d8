import type { Json } from '../canonical.ts';
import { diffBundles } from './diff.ts';

/** As compiled, with one thing of most kinds. */
const BUNDLE = {
  id: 'spec',
  metrics: [
    { id: 'orders', unit: 'count', formula: { sum: 'ordersPaid', windowDays: 30 } },
    { id: 'on_time', formula: { ratio: 'shippedOnTime', scale: 10_000, windowDays: 14 } },
    { id: 'rating', unit: 'stars', formula: { ratio: 'stars', scale: 100, window: { days: 60, lag: 0 } } },
  ],
  score: { components: [{ metric: 'on_time', weightBps: 4_000, from: 7_000, to: 9_900 }] },
  ladder: { id: 'capability', tiers: [{ id: 'growing', enterBps: 4_500, leaveBps: 3_800 }] },
  capacity: { stockCoverDays: 7, edges: [0, 1, 2] },
  accounts: [{ id: 'season', total: 600_000, within: 'year' as string | null }],
  programmes: [
    {
      id: 'growth',
      names: { en: 'Growth', zh: '成长' },
      benefit: { boost: { weightBps: 12_000 } } as Json,
      who: {
        all: [
          { id: 'growth.tier', tierAtLeast: 'growing' },
          { id: 'growth.on-time', metric: 'on_time', op: '>=', value: 8_500 },
          { not: { id: 'growth.spam', violation: 'spam' } },
        ],
      } as Json,
      need: { id: 'growth.wanted', survey: 'wants', isNot: 'no' } as Json,
      size: { perHeadroom: 150, minimum: 300, maximum: 15_000 } as Json,
      durationMs: 259_200_000,
      stages: [] as Json[],
      openingsMax: 60,
    },
  ],
};

type Sample = typeof BUNDLE;

/** What is said of the bundle once it was altered. */
const changed = (alter: (bundle: Sample, growth: Sample['programmes'][0]) => void): string[] => {
  const after = structuredClone(BUNDLE);
  alter(after, after.programmes[0]!);
  return diffBundles(BUNDLE, after).map(({ words }) => words);
};

const who = (...all: Json[]): Json => ({ all });
const TIER = { id: 'growth.tier', tierAtLeast: 'growing' };
const ON_TIME = { id: 'growth.on-time', metric: 'on_time', op: '>=', value: 8_500 };
const NO_SPAM = { not: { id: 'growth.spam', violation: 'spam' } };

test('a bundle does not differ from itself', () => {
  expect(changed(() => undefined)).toEqual([]);
});

test.each<[string, Parameters<typeof changed>[0], string[]]>([
  [
    'a size',
    (_, growth) => (growth.size = { perHeadroom: 150, minimum: 300, maximum: 12_000 }),
    ['programme growth: size maximum 15000 → 12000'],
  ],
  [
    'a kind of size',
    (_, growth) => (growth.size = { fixed: 300 }),
    ['programme growth: size per headroom 150, minimum 300, maximum 15000 → fixed 300'],
  ],
  ['a duration', (_, growth) => (growth.durationMs /= 2), ['programme growth: duration 3d → 1d 12h']],
  ['a number', (_, growth) => (growth.openingsMax = 5), ['programme growth: openings max 60 → 5']],
  ['a name', (_, growth) => (growth.names.zh = '加速'), ['programme growth: names zh 成长 → 加速']],
  ['a window', ({ metrics }) => (metrics[1]!.formula.windowDays = 30), ['metric on_time: window 14d → 30d']],
  [
    'a window with a lag',
    ({ metrics }) => (metrics[2]!.formula.window = { days: 28, lag: 7 }),
    ['metric rating: window 60d → 28d lagging 7d'],
  ],
  [
    'a line on a rate',
    (_, growth) => (growth.who = who(TIER, { ...ON_TIME, value: 8_750 }, NO_SPAM)),
    ['programme growth: condition growth.on-time value 85% → 87.5%'],
  ],
  [
    'a comparison',
    (_, growth) => (growth.who = who(TIER, { ...ON_TIME, op: '>' }, NO_SPAM)),
    ['programme growth: condition growth.on-time op >= → >'],
  ],
  [
    'a condition that is new',
    (_, growth) =>
      (growth.who = who(TIER, ON_TIME, NO_SPAM, { id: 'stars', metric: 'rating', op: '>=', value: 450 })),
    [
      'programme growth: who all of (growth.tier, growth.on-time, not growth.spam) → ' +
        'all of (growth.tier, growth.on-time, not growth.spam, stars)',
      'programme growth: condition stars none → id stars, metric rating, op >=, value 4.5',
    ],
  ],
  [
    'how conditions are joined',
    (_, growth) => (growth.who = { any: [TIER, ON_TIME, { ...NO_SPAM, waiveIf: TIER }] }),
    [
      'programme growth: who all of (growth.tier, growth.on-time, not growth.spam) → ' +
        'any of (growth.tier, growth.on-time, not growth.spam unless growth.tier)',
    ],
  ],
  [
    'a condition that is gone',
    (_, growth) => (growth.need = null),
    ['programme growth: need growth.wanted → none'],
  ],
  [
    'a benefit',
    (_, growth) => (growth.benefit = { guarantee: { weightBps: 10_000, maximumBps: 30_000 } }),
    ['programme growth: benefit boost weight 120% → guarantee (weight 100%, maximum 300%)'],
  ],
  [
    'a part that is new',
    (_, growth) => growth.stages.push({ id: 'second', size: 500, afterMs: 86_400_000, when: null }),
    ['programme growth: stages second none → id second, size 500, after 1d, when none'],
  ],
  [
    'a budget',
    ({ accounts }) => (accounts[0] = { id: 'season', total: 700_000, within: null }),
    ['account season: total 600000 → 700000', 'account season: within year → none'],
  ],
  [
    'what belongs to no thing',
    ({ capacity, ladder, score }) => {
      capacity.stockCoverDays = 5;
      capacity.edges = [0, 2];
      ladder.tiers[0]!.enterBps = 5_000;
      score.components[0]!.from = 7_500;
    },
    [
      'bundle: capacity edges 0, 1, 2 → 0, 2',
      'bundle: capacity stock cover 7d → 5d',
      'bundle: ladder tiers growing enter 45% → 50%',
      'bundle: score components on_time from 70% → 75%',
    ],
  ],
])('%s is told by its thing, its place and its unit', (_what, alter, words) => {
  expect(changed(alter)).toEqual(words);
});

test('a thing that is new, one that is gone, and the order of the others', () => {
  const things = (...ids: string[]): object => ({ programmes: ids.map((id) => ({ id, size: 1 })) });
  const told = diffBundles(things('a', 'b', 'c'), things('d', 'c', 'b'));
  expect(told.map(({ kind, words }) => [kind, words])).toEqual([
    ['removed', 'programme a: removed'],
    ['added', 'programme d: added'],
    ['moved', 'bundle: programmes order b, c → c, b'],
  ]);
});

test('fields that this engine does not know yet are told all the same', () => {
  const withWindow = (window: Json): object => ({
    metrics: [{ id: 'm', unit: 'stars', formula: { window } }],
  });
  const words = (one: Json, other: Json): string[] =>
    diffBundles(withWindow(one), withWindow(other)).map((each) => each.words);
  expect(words({ days: 14, lag: 0 }, { days: 30, lag: 7 })).toEqual([
    'metric m: window 14d → 30d lagging 7d',
  ]);
  expect(words({ days: 14 }, { calendar: 'month', back: 1 })).toEqual([
    'metric m: window 14d → calendar month, back 1',
  ]);
  expect(words('ever', ['a', 'b'])).toEqual(['metric m: window ever → a, b']);
});

test('a line by which a tier is entered and kept is told once', () => {
  const of = (value: number): object => {
    const lines = { all: [{ id: 'l.top.m', metric: 'm', op: '>=', value }] };
    return { ladders: [{ id: 'l', tiers: [{ id: 'top', enter: lines, keep: lines }] }] };
  };
  expect(diffBundles(of(2), of(3)).map(({ words }) => words)).toEqual([
    'ladder l: condition l.top.m value 2 → 3',
  ]);
});

test('a change carries what was and what is, as compiled', () => {
  const of = (value: number): object => ({
    metrics: [{ id: 'm', unit: 'stars' }],
    programmes: [{ id: 'p', who: { id: 'p.who', metric: 'm', op: '>=', value } }],
  });
  expect(diffBundles(of(450), of(470))).toEqual([
    {
      kind: 'changed',
      thing: 'programme p',
      place: 'condition p.who value',
      before: 450,
      after: 470,
      words: 'programme p: condition p.who value 4.5 → 4.7',
    },
  ]);
});
