import { pointerInto } from '../policy/analysis/advice.ts';

// A policy in which nothing is wrong, for specs that plant one mistake at a time in it.

type Source = Record<string, unknown>;

const named = (id: string, rest: Source): Source => ({ id, names: { en: id, zh: `${id} 名` }, ...rest });

const METRICS: readonly Source[] = [
  named('orders', { unit: 'count', sum: 'ordersPaid', window: '30d' }),
  named('gmv', { unit: 'minor', sum: 'gmvMinor', window: '30d' }),
  named('on_time', {
    unit: 'rate',
    ratio: 'shippedOnTime',
    per: 'ordersShipped',
    minimumCount: 5,
    window: '14d',
  }),
  named('stars', {
    unit: 'stars',
    ratio: 'stars',
    per: 'reviews',
    scale: 100,
    minimumCount: 3,
    window: '60d',
  }),
  named('mean_on_time', { unit: 'rate', mean: 'on_time', by: 'category' }),
  named('overdue', { unit: 'count', state: 'overdueOrders' }),
  named('age', { unit: 'days', daysSince: 'registered' }),
  named('fee', { unit: 'minor', marginal: 'gmv', bands: [{ upTo: 100_000, rate: '5%' }, { rate: '2%' }] }),
  named('volume', {
    unit: 'points',
    total: [
      { metric: 'orders', times: 10 },
      { metric: 'fee', per: 1_000 },
    ],
    grain: { edges: [0, 50, 100, 200], hysteresis: '10%' },
  }),
  named('best', { unit: 'rate', firstOf: ['on_time', 'mean_on_time', '50%'] }),
  named('quality', {
    unit: 'score',
    score: {
      minimumWeight: '50%',
      components: [
        { metric: 'on_time', weight: '60%', from: '50%', to: '100%' },
        { metric: 'stars', weight: '40%', from: 300, to: 500 },
      ],
      floors: [{ when: { id: 'badge', certification: 'badge' }, atLeast: '30%' }],
      deductions: [{ when: { id: 'caught', violation: 'fake-trade' }, points: '20%' }],
    },
  }),
];

const LADDERS: readonly Source[] = [
  named('rank', {
    by: 'quality',
    step: 1,
    dwell: '7d',
    calendar: 'halfmonth',
    grace: { evaluations: 2 },
    minimum: { metric: 'orders', atLeast: 5 },
    vetoes: [{ when: { id: 'blocked', flag: 'searchBlocked', is: true }, atMost: 'bronze' }],
    tiers: [
      named('bronze', { enter: '0%' }),
      named('silver', { enter: '50%', leave: '45%' }),
      named('gold', { enter: '80%', leave: '75%' }),
    ],
  }),
  named('reach', {
    tiers: [
      named('small', {}),
      named('large', {
        when: { id: 'large', metric: 'orders', op: '>=', value: 100 },
        keep: { id: 'still', metric: 'orders', op: '>=', value: 80 },
      }),
    ],
  }),
];

const BOOST: Source = { kind: 'traffic', settle: '1d', coolDown: '7d', duration: '3d' };

const PROGRAMMES: readonly Source[] = [
  named('welcome', {
    ...BOOST,
    who: {
      all: [
        { id: 'trained', training: 'first-sale' },
        { id: 'new', metric: 'age', op: '<', value: 90 },
        { id: 'fit', metric: 'overdue', op: '<=', value: 2, waiveIf: { id: 'helped', tool: 'helper' } },
      ],
    },
    trainFirst: { course: 'first-sale', within: '7d' },
    account: 'welcome',
    size: { fixed: 100 },
    stages: [{ id: 'second', size: 50, after: '1d' }],
    limits: { openings: 2, perMerchant: 300 },
  }),
  named('growth', {
    ...BOOST,
    who: {
      all: [
        { id: 'tier', tierAtLeast: 'silver' },
        { id: 'grown', ladder: 'reach', tierAtLeast: 'small' },
      ],
    },
    revokeWhen: { id: 'late', metric: 'on_time', op: '<', value: '40%' },
    comply: '1d',
    account: 'growth',
    size: { perHeadroom: 10, minimum: 20, maximum: 200 },
    limits: { openings: 10, perMerchant: 2_000, shrinkBelow: '60%' },
    exclusive: 'boost',
  }),
  named('festival', {
    ...BOOST,
    who: {
      all: [
        { id: 'now', during: 'festival' },
        { id: 'beats', metric: 'best', op: '>=', value: '60%' },
      ],
    },
    account: 'growth',
    size: { metric: 'volume', per: 10, times: 5, minimum: 25, maximum: 100 },
    limits: { openings: 2, perMerchant: 500 },
    exclusive: 'boost',
  }),
  named('coach', {
    kind: 'service',
    gives: { service: { what: 'course', course: 'packing' } },
    who: { id: 'slow', metric: 'on_time', op: '<', than: 'mean_on_time' },
    account: 'coaches',
    size: { fixed: 1 },
    duration: '7d',
    settle: 0,
    coolDown: '30d',
    limits: { openings: 2, perMerchant: 2 },
    renew: { times: 1 },
  }),
];

export function soundSource(): Source {
  return structuredClone({
    bundle: 'sound',
    names: { en: 'Sound', zh: '良策' },
    currency: 'CNY',
    metrics: METRICS,
    ladders: LADDERS,
    calendars: [
      named('halfmonth', { monthDays: [1, 16] }),
      named('festival', { from: '2026-11-01', to: '2026-11-11' }),
    ],
    capacity: {
      window: '14d',
      growth: '150%',
      probe: 5,
      stockCover: '7d',
      replies: { metric: 'on_time', floor: '40%' },
      grain: { edges: [0, 1, 2, 5, 10, 20], hysteresis: '10%' },
    },
    accounts: [
      named('welcome', { unit: 'exposures', total: 10_000, within: 'season' }),
      named('growth', { unit: 'exposures', total: 20_000, within: 'season' }),
      named('season', { unit: 'exposures', total: 25_000 }),
      named('coaches', { unit: 'seats', total: 5 }),
    ],
    programmes: PROGRAMMES,
  });
}

/** The sound policy with places changed, each named as findings name them; undefined takes a place away. */
export function unsound(changes: Readonly<Record<string, unknown>>): Source {
  const source = soundSource();
  for (const [field, value] of Object.entries(changes)) {
    const keys = pointerInto(source, `/${field}`).split('/').slice(1);
    const last = keys.pop()!;
    const parent = keys.reduce((at, key) => at[key] as Source, source);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return source;
}

/** A mistake: its name, the change that plants it, and the rule and the place that tell of it. */
export type Planted = readonly [
  name: string,
  changes: Readonly<Record<string, unknown>>,
  rule: string,
  field: string,
];
