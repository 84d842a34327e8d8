import { compiled, ladder, smallSource } from '../testing/small-bundle.ts';
import { tierOrders } from '../policy/bundle.ts';
import { liveLadder } from './live-ladder.ts';
import { NO_TIER, type Judged } from './tier.ts';
import type { Watched } from './verdict.ts';

const NOBODY: Watched = {
  isKnown: true,
  isClosed: false,
  isSearchBlocked: false,
  category: null,
  country: null,
  ladders: {},
  trainings: [],
  enrolled: [],
  exams: [],
  certifications: [],
  tools: [],
  violations: [],
  survey: {},
  values: [],
  periods: [],
};

type Changes = Readonly<Record<string, unknown>>;

/** What a ladder makes of these metrics and lists, from this published tier. */
function judged(changes: Changes, values: Changes, tier: string | null = null, lists: Changes = {}): Judged {
  const { bundle } = compiled(smallSource({ ladders: [ladder(changes)], programmes: [] }));
  const placeOf = (id: string): number => bundle.metrics.findIndex((metric) => metric.id === id);
  const live = liveLadder(bundle.ladders[0]!, placeOf, tierOrders(bundle));
  const filled = bundle.metrics.map(({ id }) => (values[id] as number | undefined) ?? null);
  return live.judge({ ...NOBODY, values: filled, ...lists }, { ...NO_TIER, tier });
}

const named = (id: string, more: Changes): object => ({ id, names: { en: id }, ...more });
const [NONE, BRONZE, SILVER, GOLD] = [-1, 0, 1, 2];

test.each<[string, number | null, string | null, number, number]>([
  ['below a line', 4_999, null, BRONZE, NONE],
  ['at a line', 5_000, null, SILVER, NONE],
  ['at the highest', 8_000, null, GOLD, NONE],
  ['kept at its leave line', 4_000, 'silver', BRONZE, SILVER],
  ['left below it', 3_999, 'silver', BRONZE, BRONZE],
  ['two lines at once are left', 3_999, 'gold', BRONZE, BRONZE],
  ['from gold to what silver keeps', 4_500, 'gold', BRONZE, SILVER],
  ['entered above what is published', 8_000, 'silver', GOLD, SILVER],
  ['nothing is entered by a score that is not there', null, 'silver', NONE, NONE],
])('lines on a metric: %s', (_name, score, tier, entered, kept) => {
  expect(judged({}, { score, orders: 9 }, tier)).toMatchObject({ entered, kept, isAssessed: true });
});

test.each<[number | null, boolean]>([
  [1, false],
  [2, true],
  [null, false],
])(
  // prettier-ignore
  'with %s orders it is assessed: %s',
  (orders, isAssessed) => {
    expect(judged({}, { orders, score: 5_000 })).toMatchObject({ isAssessed });
  },
);

test('a minimum may be any condition, and without one every merchant is assessed', () => {
  const when = { any: [{ metric: 'orders', op: '>=', value: 9 }, { certification: 'brand' }] };
  expect(judged({ minimum: { when } }, { orders: 8 }).isAssessed).toBe(false);
  expect(judged({ minimum: { when } }, { orders: 8 }, null, { certifications: ['brand'] }).isAssessed).toBe(
    true,
  );
  expect(judged({ minimum: undefined }, {}).isAssessed).toBe(true);
});

const BY_CONDITION = {
  by: undefined,
  minimum: undefined,
  tiers: [
    named('open', {}),
    named('trained', { when: { training: 'basics' } }),
    named('proven', {
      when: { all: [{ training: 'basics' }, { metric: 'orders', op: '>=', value: 10 }] },
      keep: { metric: 'orders', op: '>=', value: 5 },
    }),
  ],
};

test.each<[string, number, readonly string[], string | null, number, number]>([
  ['the lowest is for all', 0, [], null, 0, -1],
  ['a condition that is true', 0, ['basics'], null, 1, -1],
  ['the highest one counts', 10, ['basics'], null, 2, -1],
  ['one above that is not true', 9, ['basics'], null, 1, -1],
  ['kept by a condition of its own', 5, [], 'proven', 0, 2],
  ['then no longer, and nor is what lies between', 4, [], 'proven', 0, 0],
])('tiers by conditions: %s', (_name, orders, trainings, tier, entered, kept) => {
  expect(judged(BY_CONDITION, { orders }, tier, { trainings })).toMatchObject({ entered, kept });
});

const WORST = {
  by: undefined,
  minimum: undefined,
  worst: [
    { metric: 'orders', op: '>', lines: { silver: 10, gold: 100 } },
    { metric: 'on_time', op: '>=', lines: { silver: '90%', gold: '95%' } },
    { metric: 'overdue', op: '<=', lines: { gold: 0 } },
  ],
  tiers: [named('bronze', {}), named('silver', {}), named('gold', {})],
};

test.each<[number, number | null, number, number]>([
  [101, 9_500, 0, GOLD],
  [100, 9_500, 0, SILVER],
  [101, 9_499, 0, SILVER],
  [101, 9_500, 1, SILVER],
  [10, 10_000, 0, BRONZE],
  [999, 8_999, 0, BRONZE],
  [999, null, 0, BRONZE],
])('the worst metric decides: %d orders, %s on time, %d overdue', (orders, on_time, overdue, entered) => {
  expect(judged(WORST, { orders, on_time, overdue })).toMatchObject({ entered });
});

const VETOES = {
  vetoes: [
    { when: { violation: 'late' }, atMost: 'silver' },
    { when: { violation: 'fake-trade' }, atMost: 'bronze' },
    { when: { violation: 'counterfeit' }, atMost: 'none' },
  ],
};

test.each<[readonly string[], number]>([
  [[], GOLD],
  [['late'], SILVER],
  [['late', 'fake-trade'], BRONZE],
  [['fake-trade', 'late'], BRONZE],
  [['counterfeit', 'late'], NONE],
])('the lowest of the vetoes that hold counts: %j', (violations, atMost) => {
  expect(judged(VETOES, { score: 9_000, orders: 9 }, null, { violations })).toMatchObject({ atMost });
});

test('a veto that is not assessed does not hold', () => {
  const vetoes = [{ when: { metric: 'on_time', op: '<', value: '50%' }, atMost: 'none' }];
  expect(judged({ vetoes }, { score: 9_000 })).toMatchObject({ atMost: GOLD });
});
