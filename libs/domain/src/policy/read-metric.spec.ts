import { compiled, findings, withMetric } from '../testing/small-bundle.ts';
import type { Metric } from './formula.ts';
import { METRIC_KINDS } from './read-metric.ts';

type Fields = Readonly<Record<string, unknown>>;

const read = (fields: Fields): Metric =>
  compiled(withMetric(fields)).bundle.metrics.find(({ id }) => id === 'm')!;

const DAYS = { days: 7, lag: 0 };
const once = (fact: string): object[] => [{ fact, times: 1 }];

const READ: readonly [Fields, object][] = [
  [
    { sum: 'ordersPaid', window: '7d' },
    { sum: once('ordersPaid'), window: DAYS },
  ],
  [
    { sum: { starsRemoved: -1, stars: 1 }, window: '7d' },
    {
      sum: [
        { fact: 'stars', times: 1 },
        { fact: 'starsRemoved', times: -1 },
      ],
      window: DAYS,
    },
  ],
  [
    { ratio: 'lowReviews', per: 'reviews', window: '7d' },
    {
      ratio: once('lowReviews'),
      per: once('reviews'),
      scale: 10_000,
      round: 'down',
      minimumCount: 1,
      window: DAYS,
      shrink: null,
    },
  ],
  [
    {
      ratio: 'stars',
      per: 'reviews',
      scale: 100,
      round: 'nearest',
      minimumCount: 30,
      window: '7d',
      shrink: { towards: 'orders', as: 50 },
    },
    { scale: 100, round: 'nearest', minimumCount: 30, shrink: { towards: 'orders', as: 50 } },
  ],
  [
    { daysWith: 'liveMinutes', atLeast: 240, window: '7d' },
    { daysWith: 'liveMinutes', atLeast: 240, window: DAYS },
  ],
  [
    { largest: 'gmvMinor', window: '7d' },
    { daily: 'gmvMinor', pick: 'largest', window: DAYS },
  ],
  [
    { smallest: 'gmvMinor', window: '7d' },
    { daily: 'gmvMinor', pick: 'smallest', window: DAYS },
  ],
  [
    { latest: 'gmvMinor', window: '7d' },
    { daily: 'gmvMinor', pick: 'latest', window: DAYS },
  ],
  [
    { distinct: 'buyers', atMost: 5, window: '7d' },
    { distinct: 'buyers', atMost: 5, window: DAYS },
  ],
  [
    { percentile: 'replyMinutes', at: '90%', window: '7d' },
    { percentile: 'replyMinutes', atBps: 9_000, minimumCount: 1, window: DAYS },
  ],
  [
    { violations: 'points', window: '730d' },
    { violations: 'points', of: null, severity: null, window: { days: 730, lag: 0 } },
  ],
  [
    { violations: 'largest', of: ['fake-trade'], severity: ['serious', 'critical'], window: '800d' },
    {
      violations: 'largest',
      of: ['fake-trade'],
      severity: ['serious', 'critical'],
      window: { days: 800, lag: 0 },
    },
  ],
  [{ daysSince: 'firstSale', unit: 'days' }, { daysSince: 'firstSale' }],
  [{ state: 'listings' }, { state: 'listings' }],
  [{ answer: 'team_size' }, { answer: 'team_size' }],
  [
    { total: [{ metric: 'orders' }] },
    {
      total: [{ metric: 'orders', per: 1, times: 1, rateBps: 10_000 }],
      plus: 0,
      atLeast: null,
      atMost: null,
      missingIsZero: false,
    },
  ],
  [
    {
      total: [
        { metric: 'orders', per: 200, times: 4 },
        { metric: 'overdue', times: -1, rate: '50%' },
      ],
      plus: 200,
      atLeast: 0,
      atMost: 1_000,
      missing: 'zero',
    },
    {
      total: [
        { metric: 'orders', per: 200, times: 4, rateBps: 10_000 },
        { metric: 'overdue', per: 1, times: -1, rateBps: 5_000 },
      ],
      plus: 200,
      atLeast: 0,
      atMost: 1_000,
      missingIsZero: true,
    },
  ],
  [{ least: ['orders', 'overdue'] }, { pickOf: ['orders', 'overdue'], pick: 'least' }],
  [{ greatest: ['orders', 'overdue'] }, { pickOf: ['orders', 'overdue'], pick: 'greatest' }],
  [{ firstOf: ['on_time', 'orders', 300, '95%'] }, { firstOf: ['on_time', 'orders', 300, 9_500] }],
  [
    { marginal: 'orders', bands: [{ upTo: 50_000, rate: '10%' }, { rate: '5%' }] },
    {
      marginal: 'orders',
      bands: [
        { upTo: 50_000, rateBps: 1_000 },
        { upTo: null, rateBps: 500 },
      ],
    },
  ],
  [
    { rank: 'orders', by: 'category', cuts: ['40%', '70%'] },
    { rank: 'orders', by: 'category', cutsBps: [4_000, 7_000] },
  ],
  [
    { mean: 'orders', by: 'all' },
    { mean: 'orders', by: 'all', times: 1, membersMin: 1 },
  ],
  [
    { mean: 'orders', by: 'country', times: 5, atLeast: 20 },
    { mean: 'orders', by: 'country', times: 5, membersMin: 20 },
  ],
  [
    { held: 'orders', on: 'monthly' },
    { held: 'orders', on: 'monthly' },
  ],
  [
    {
      unit: 'score',
      score: { minimumWeight: '60%', components: [{ metric: 'orders', weight: '100%', from: 9, to: 0 }] },
    },
    {
      score: {
        components: [{ metric: 'orders', weightBps: 10_000, from: 9, to: 0 }],
        minimumWeightBps: 6_000,
        scale: 10_000,
        floors: [],
        deductions: [],
      },
    },
  ],
  [
    {
      score: {
        minimumWeight: 0,
        scale: 100,
        components: [{ metric: 'orders', weight: '30%', from: 0, to: 9 }],
        floors: [{ when: { certification: 'service' }, atLeast: 90 }],
        deductions: [{ when: { violation: 'rude' }, points: 5 }],
      },
    },
    {
      score: {
        scale: 100,
        floors: [{ when: { id: 'm.floor.0', certification: 'service' }, atLeast: 90 }],
        deductions: [{ when: { id: 'm.deduction.0', violation: 'rude' }, points: 5 }],
      },
    },
  ],
];

test.each(READ)('%j is read', (fields, formula) => {
  expect(read(fields)).toMatchObject({ id: 'm', grain: null, formula });
});

const SUM = { sum: 'ordersPaid', window: '7d' };
const RATIO = { ratio: 'lowReviews', per: 'reviews', window: '7d' };

test.each<[Fields, string, RegExp]>([
  [{}, '', /one of sum, ratio, daysWith, .*rank, mean, held/],
  [{ ...SUM, unit: 'oranges' }, '/unit', /one of count, rate/],
  [{ ...SUM, unit: undefined }, '/unit', /one of count, rate/],
  [{ ...SUM, names: {} }, '/names', /name in en/],
  [{ ...SUM, per: 'reviews' }, '/per', /not known here/],
  [{ ...SUM, sum: 'ordersDreamt' }, '/sum', /one of ordersPaid/],
  [{ ...SUM, sum: {} }, '/sum', /a fact, or a mapping/],
  [{ ...SUM, sum: 7 }, '/sum', /a mapping/],
  [{ ...SUM, sum: { ordersDreamt: 1 } }, '/sum/ordersDreamt', /is not a fact/],
  [{ ...SUM, sum: { ordersPaid: 0 } }, '/sum/ordersPaid', /must not be 0/],
  [{ ...SUM, sum: { ordersPaid: 1.5 } }, '/sum/ordersPaid', /whole number/],
  [{ ...RATIO, per: undefined }, '/per', /a mapping/],
  [{ ...RATIO, scale: 0 }, '/scale', /1 to 1000000/],
  [{ ...RATIO, round: 'off' }, '/round', /one of down, up, nearest/],
  [{ ...RATIO, minimumCount: 1.5 }, '/minimumCount', /whole number/],
  [{ ...RATIO, shrink: { as: 50 } }, '/shrink/towards', /text/],
  [{ ...RATIO, shrink: { towards: 'orders', as: 0 } }, '/shrink/as', /1 to/],
  [{ ...RATIO, shrink: { towards: 'peers', as: 5 } }, '/shrink/towards', /the metric peers/],
  [{ daysWith: 'liveMinutes', window: '7d' }, '/atLeast', /whole number/],
  [{ distinct: 'cousins', atMost: 4, window: '7d' }, '/distinct', /one of buyers, defectBuyers/],
  [{ distinct: 'buyers', atMost: 33, window: '7d' }, '/atMost', /1 to 32/],
  [{ percentile: 'stars', at: '90%', window: '7d' }, '/percentile', /one of replyMinutes/],
  [{ percentile: 'replyMinutes', at: 0, window: '7d' }, '/at', /percentage/],
  [{ violations: 'worst', window: '7d' }, '/violations', /one of count, points, largest/],
  [{ violations: 'count', of: [], window: '7d' }, '/of', /not be empty/],
  [{ daysWith: 'ordersPaid', atLeast: 2, window: 'ever' }, '/window', /single days are kept for 400d/],
  [{ violations: 'count', window: 'ever' }, '/window', /single days are kept for 800d/],
  [{ violations: 'count', severity: ['mild'], window: '7d' }, '/severity/0', /one of minor/],
  [{ daysSince: 'birth' }, '/daysSince', /one of registered/],
  [{ state: 'mood' }, '/state', /one of openOrders/],
  [{ total: [] }, '/total', /not be empty/],
  [{ total: [{ metric: 'orders', times: 0 }] }, '/total/0/times', /must not be 0/],
  [{ total: [{ metric: 'orders', per: 0 }] }, '/total/0/per', /whole number/],
  [{ total: [{ metric: 'orders' }], missing: 'one' }, '/missing', /one of zero/],
  [{ total: [{ metric: 'orders' }], atLeast: 5, atMost: 4 }, '', /atLeast must not be above atMost/],
  [{ total: [{ metric: 'nothing' }] }, '/total/0/metric', /the metric nothing/],
  [{ least: [] }, '/least', /not be empty/],
  [{ least: ['nothing'] }, '/least/0', /the metric nothing/],
  [{ firstOf: ['nothing'] }, '/firstOf/0', /the metric nothing/],
  [{ firstOf: [0.5] }, '/firstOf/0', /whole number/],
  [{ marginal: 'orders', bands: [] }, '/bands', /not be empty/],
  [{ marginal: 'orders', bands: [{ rate: '1%' }, { rate: '2%' }] }, '/bands/0', /must say upTo/],
  [
    {
      marginal: 'orders',
      bands: [
        { upTo: 5, rate: '1%' },
        { upTo: 5, rate: '2%' },
      ],
    },
    '/bands/1/upTo',
    /above the one/,
  ],
  [{ marginal: 'orders', bands: [{ upTo: 5 }] }, '/bands/0/rate', /percentage/],
  [{ rank: 'orders', by: 'shop', cuts: ['40%'] }, '/by', /one of category, country, all/],
  [{ rank: 'orders', by: 'all', cuts: ['40%', '40%'] }, '/cuts', /must rise/],
  [{ rank: 'orders', by: 'all', cuts: [0] }, '/cuts/0', /percentage/],
  [{ mean: 'orders', by: 'all', times: 0 }, '/times', /1 to/],
  [{ mean: 'nothing', by: 'all' }, '/mean', /the metric nothing/],
  [{ held: 'orders', on: 'sale' }, '/on', /sale, which is a period/],
  [{ held: 'orders', on: 'weekly' }, '/on', /the calendar weekly/],
  [{ score: { components: [], minimumWeight: 0 } }, '/score/components', /not be empty/],
  [{ ...SUM, grain: { edges: [1, 2], hysteresis: 0 } }, '/grain/edges', /begin at 0/],
  [{ ...SUM, grain: { edges: [0, 2, 2], hysteresis: 0 } }, '/grain/edges', /must rise/],
  [{ ...SUM, grain: { edges: [0], hysteresis: '60%' } }, '/grain/hysteresis', /0 to 50%/],
  [{ ...SUM, grain: { edges: [0], hysteresis: 0, colour: 1 } }, '/grain/colour', /not known here/],
])('%j is found at %s', (fields, place, rule) => {
  const found = findings(withMetric(fields)).filter(({ field }) => field === `/metrics/5${place}`);
  expect(found.map((finding) => finding.rule).join()).toMatch(rule);
});

test('there is no kind of metric that none of the rows above reads', () => {
  const kinds = new Set(READ.flatMap(([fields]) => Object.keys(fields)));
  expect(Object.keys(METRIC_KINDS).filter((kind) => !kinds.has(kind))).toEqual([]);
});
