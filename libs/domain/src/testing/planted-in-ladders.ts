import type { Planted } from './sound-policy.ts';
import { account } from './small-bundle.ts';

// Mistakes in ladders and in the whole, planted in the sound policy one at a time.

const never = {
  all: [
    { id: 'n1', flag: 'known', is: true },
    { id: 'n2', flag: 'known', is: false },
  ],
};
const always = { any: [{ id: 'a1', tool: 'x' }, { not: { id: 'a2', tool: 'x' } }] };
const names = { en: 'Name', zh: '名' };
const rank = '/ladders/rank';

export const IN_LADDERS: readonly Planted[] = [
  [
    'a tier above every score',
    { 'ladders/rank/tiers/gold/enter': 10_001, 'ladders/rank/tiers/gold/leave': 10_001 },
    'tier-unreachable',
    `${rank}/tiers/gold`,
  ],
  [
    'a tier that contradicts itself',
    { 'ladders/reach/tiers/large/when': never, 'ladders/reach/tiers/large/keep': undefined },
    'tier-unreachable',
    '/ladders/reach/tiers/large',
  ],
  [
    'a tier as easy as the one below it',
    { 'ladders/reach/tiers/large/when': always, 'ladders/reach/tiers/large/keep': undefined },
    'tier-unreachable',
    '/ladders/reach/tiers/small',
  ],
  [
    'a tier that only a veto leads to',
    {
      'ladders/reach/tiers': [
        { id: 'small', names },
        { id: 'middle', names, when: never },
        { id: 'large', names, when: { id: 'large', metric: 'orders', op: '>=', value: 100 } },
      ],
      'ladders/reach/vetoes': [{ when: { id: 'spammed', violation: 'spam' }, atMost: 'middle' }],
    },
    'tier-never-entered',
    '/ladders/reach/tiers/middle',
  ],
  [
    'keep and when the wrong way round',
    { 'ladders/reach/tiers/large/keep/value': 120 },
    'keep-above-enter',
    '/ladders/reach/tiers/large/keep',
  ],
  [
    'a lowest tier above 0',
    { 'ladders/rank/tiers/bronze/enter': '20%' },
    'ladder-gap',
    `${rank}/tiers/bronze/enter`,
  ],
  [
    'a tier kept below the one beneath it',
    { 'ladders/rank/tiers/gold/leave': '30%' },
    'hysteresis-overlap',
    `${rank}/tiers/gold/leave`,
  ],
  [
    'a minimum that nobody reaches',
    { 'ladders/rank/minimum': { when: never } },
    'ladder-never-assessed',
    `${rank}/minimum`,
  ],
  [
    'a veto at the top',
    { 'ladders/rank/vetoes/0/atMost': 'gold' },
    'veto-no-effect',
    `${rank}/vetoes/0/atMost`,
  ],
  ['grace for two years', { 'ladders/rank/grace/evaluations': 48 }, 'grace-too-long', `${rank}/grace`],
  [
    'dwell longer than half a month',
    { 'ladders/rank/dwell': '30d' },
    'dwell-beyond-calendar',
    `${rank}/dwell`,
  ],
  [
    'protection that is over before it begins',
    {
      'calendars/halfmonth': { id: 'halfmonth', names, everyDays: 14, from: '2026-06-01' },
      'ladders/rank/protect': { until: '2026-03-01' },
    },
    'protection-over',
    `${rank}/protect/until`,
  ],
];

export const IN_THE_WHOLE: readonly Planted[] = [
  [
    'a metric for nothing',
    { 'metrics/11': { id: 'idle', names, unit: 'count', sum: 'refunds', window: '7d' } },
    'metric-unused',
    '/metrics/idle',
  ],
  [
    'a ladder for nothing',
    { 'programmes/growth/who/all/1': { id: 'x', tool: 'x' } },
    'ladder-unused',
    '/ladders/reach',
  ],
  [
    'a calendar for nothing',
    { 'calendars/2': { id: 'weekly', names, weekday: 'mon' } },
    'calendar-unused',
    '/calendars/weekly',
  ],
  ['an account for nothing', { 'accounts/4': account('spare', 10) }, 'account-unused', '/accounts/spare'],
  [
    'a name in one language less',
    { 'programmes/coach/names': { en: 'Coach' } },
    'name-missing',
    '/programmes/coach/names',
  ],
];
