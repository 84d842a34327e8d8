import type { Planted } from './sound-policy.ts';

// Mistakes in metrics, planted in the sound policy one at a time.

const names = { en: 'Name', zh: '名' };
const welcome = '/programmes/welcome';

export const IN_METRICS: readonly Planted[] = [
  [
    'a total of what never has a value',
    {
      'metrics/gmv': {
        id: 'gmv',
        names,
        unit: 'minor',
        ratio: 'gmvMinor',
        per: { reviews: -1 },
        window: '9d',
      },
    },
    'metric-never-assessed',
    '/metrics/gmv',
  ],
  [
    'fixed dates further apart than days are kept',
    { 'metrics/orders/window': { from: '2025-01-01', to: '2026-12-31' } },
    'window-beyond-history',
    '/metrics/orders/window',
  ],
  [
    'a fact that an older workspace has not counted',
    { 'metrics/orders/sum': 'checkouts' },
    'fact-since',
    '/metrics/orders',
  ],
  [
    'weights that are not the whole',
    { 'metrics/quality/score/components/0/weight': '50%' },
    'weights-not-full',
    '/metrics/quality/score/components',
  ],
  [
    'stars on a scale of whole stars',
    { 'metrics/quality/score/components/1/from': 3, 'metrics/quality/score/components/1/to': 5 },
    'component-constant',
    '/metrics/quality/score/components/1',
  ],
  [
    'a floor above a full score',
    { 'metrics/quality/score/floors/0/atLeast': 12_000 },
    'score-bound',
    '/metrics/quality/score/floors/0/atLeast',
  ],
  [
    'a deduction of more than a full score',
    { 'metrics/quality/score/deductions/0/points': 20_000 },
    'score-bound',
    '/metrics/quality/score/deductions/0/points',
  ],
  [
    'a choice after a number',
    { 'metrics/best/firstOf': ['on_time', '50%', 'mean_on_time'] },
    'choice-never-used',
    '/metrics/best/firstOf/2',
  ],
  ['a gap above the last band', { 'metrics/fee/bands/1/upTo': 500_000 }, 'band-end', '/metrics/fee/bands/1'],
  ['two bands of one rate', { 'metrics/fee/bands/1/rate': '5%' }, 'band-same-rate', '/metrics/fee/bands/1'],
  [
    'a band above what the metric can be',
    {
      'metrics/fee': {
        id: 'fee',
        names,
        unit: 'minor',
        marginal: 'on_time',
        bands: [{ upTo: 10_000, rate: 1 }, { rate: 2 }],
      },
    },
    'band-unreachable',
    '/metrics/fee/bands/1',
  ],
  [
    'a rate of a single parcel that revokes',
    { 'metrics/on_time/minimumCount': undefined },
    'small-sample',
    '/programmes/growth/revokeWhen',
  ],
  [
    'a rate above 100%',
    { 'programmes/growth/revokeWhen/value': 40_000 },
    'unit-value',
    '/programmes/growth/revokeWhen',
  ],
  [
    'stars above five',
    { 'programmes/growth/revokeWhen': { id: 'bad', metric: 'stars', op: '<', value: 3_500 } },
    'unit-value',
    '/programmes/growth/revokeWhen',
  ],
  [
    'stars written whole',
    { 'programmes/growth/revokeWhen': { id: 'bad', metric: 'stars', op: '<', value: 4 } },
    'unit-value',
    '/programmes/growth/revokeWhen',
  ],
  [
    'a percentage of a count',
    { 'programmes/welcome/who/all/2/value': '85%' },
    'unit-percentage',
    `${welcome}/who/all/fit/value`,
  ],
  [
    'a percentage of stars in a score',
    { 'metrics/quality/score/components/1/to': '5%' },
    'unit-percentage',
    '/metrics/quality/score/components/1/to',
  ],
  ['a rate against money', { 'programmes/coach/who/than': 'gmv' }, 'unit-mixed', '/programmes/coach/who'],
  [
    'a choice between a rate and days',
    { 'metrics/best/firstOf': ['on_time', 'age'] },
    'unit-mixed',
    '/metrics/best',
  ],
  ['money called a count', { 'metrics/gmv/unit': 'count' }, 'unit-formula', '/metrics/gmv/unit'],
  ['stars of a rate’s scale', { 'metrics/stars/scale': undefined }, 'unit-formula', '/metrics/stars/unit'],
  [
    'an edge that no size can use',
    { 'metrics/volume/grain/edges': [0, 50, 100, 200, 400] },
    'grain-edge-idle',
    '/metrics/volume/grain/edges/4',
  ],
  [
    'a grain that no size follows',
    { 'metrics/orders/grain': { edges: [0, 5], hysteresis: '10%' } },
    'grain-unused',
    '/metrics/orders/grain',
  ],
];
