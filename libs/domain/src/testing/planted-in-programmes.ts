import type { Planted } from './sound-policy.ts';

// Mistakes in programmes, planted in the sound policy one at a time.

const never = {
  all: [
    { id: 'n1', flag: 'known', is: true },
    { id: 'n2', flag: 'known', is: false },
  ],
};
const always = { any: [{ id: 'a1', tool: 'x' }, { not: { id: 'a2', tool: 'x' } }] };
const names = { en: 'Name', zh: '名' };
const waived = (waiveIf: object): object => ({ id: 'fit', metric: 'overdue', op: '<=', value: 2, waiveIf });
const welcome = '/programmes/welcome';
const boost = { kind: 'traffic', names, settle: '1d', coolDown: '7d', duration: '3d', account: 'growth' };
const limits = { openings: 2, perMerchant: 1_000 };
const tierIs = (id: string, from: string, below: string): object => ({
  all: [{ id, tierAtLeast: from }, { not: { id: `${id}-below`, tierAtLeast: below } }],
});

export const IN_PROGRAMMES: readonly Planted[] = [
  [
    'a comparison with more than the metric can be',
    { 'programmes/welcome/who/all/2': { id: 'fit', metric: 'best', op: '>', value: 10_000 } },
    'comparison-never-true',
    `${welcome}/who/all/2`,
  ],
  [
    'a comparison that is always so',
    { 'programmes/welcome/who/all/2': { id: 'fit', metric: 'overdue', op: '>=', value: 0 } },
    'comparison-always-true',
    `${welcome}/who/all/2`,
  ],
  [
    'an end of a grant that contradicts itself',
    {
      'programmes/growth/revokeWhen': {
        all: [
          { id: 'late', metric: 'on_time', op: '<', value: '40%' },
          { id: 'good', metric: 'on_time', op: '>', value: '60%' },
        ],
      },
    },
    'condition-never-true',
    '/programmes/growth/revokeWhen',
  ],
  [
    'a tier that must not be lost, where some have none',
    { 'programmes/growth/revokeWhen': { not: { id: 'kept', tierAtLeast: 'silver' } } },
    'revoke-spares-tierless',
    '/programmes/growth/revokeWhen/not',
  ],
  ['a need of everybody', { 'programmes/welcome/need': always }, 'condition-always-true', `${welcome}/need`],
  [
    'a waiver for everybody',
    { 'programmes/welcome/who/all/2': waived(always) },
    'waiver-always-holds',
    `${welcome}/who/all/2/waiveIf`,
  ],
  [
    'a waiver for nobody',
    { 'programmes/welcome/who/all/2': waived(never) },
    'waiver-never-holds',
    `${welcome}/who/all/2/waiveIf`,
  ],
  [
    'who and need that contradict each other',
    { 'programmes/welcome/need': { id: 'old', metric: 'age', op: '>=', value: 90 } },
    'programme-never-grants',
    `${welcome}/need`,
  ],
  [
    'more of a list than it has without its contrary',
    {
      'programmes/welcome/trainFirst': undefined,
      'programmes/welcome/who': { atLeast: 2, of: [{ id: 'x', tool: 'x' }, { not: { id: 'y', tool: 'x' } }] },
    },
    'programme-never-grants',
    `${welcome}/who`,
  ],
  [
    'two periods that never meet',
    {
      'calendars/halfmonth2': undefined,
      'programmes/festival/who/all/1': { id: 'then', during: 'summer' },
      'calendars/2': { id: 'summer', names, from: '2026-06-01', to: '2026-06-18' },
    },
    'programme-never-grants',
    '/programmes/festival/who',
  ],
  [
    'a category that is not among those asked for',
    {
      'programmes/welcome/who/all/1': { id: 'toys', category: ['toys', 'books'] },
      'programmes/welcome/need': { id: 'food', category: ['food'] },
    },
    'programme-never-grants',
    `${welcome}/need`,
  ],
  [
    'revoked by what it asks for',
    { 'programmes/welcome/revokeWhen': { id: 'young', metric: 'age', op: '<', value: 100 } },
    'programme-revoked-at-once',
    `${welcome}/revokeWhen`,
  ],
  [
    'clawed back by what it asks for',
    { 'programmes/welcome/clawBackWhen': { id: 'did-it', training: 'first-sale' } },
    'programme-revoked-at-once',
    `${welcome}/clawBackWhen`,
  ],
  [
    'a smallest grant above the largest headroom',
    { 'programmes/growth/size': { perHeadroom: 1, minimum: 50, maximum: 200 } },
    'size-unreachable',
    '/programmes/growth/size/minimum',
  ],
  [
    'a smallest grant above the last edge',
    { 'metrics/volume/grain/edges': [0, 10] },
    'size-unreachable',
    '/programmes/festival/size/minimum',
  ],
  ['an account of nothing', { 'accounts/welcome/total': 0 }, 'account-closed', `${welcome}/account`],
  [
    'a stage larger than the account',
    { 'programmes/welcome/stages/second/size': 9_950 },
    'stage-unaffordable',
    `${welcome}/stages/second/size`,
  ],
  [
    'a stage after the end',
    { 'programmes/welcome/stages/second/after': '3d' },
    'stage-too-late',
    `${welcome}/stages/second/after`,
  ],
  [
    'a course that bars whoever did it',
    { 'programmes/welcome/who/all/0': { not: { id: 'trained', training: 'first-sale' } } },
    'train-first-barred',
    `${welcome}/trainFirst/course`,
  ],
  [
    'courses that wait for each other',
    {
      'programmes/coach/who': { id: 'b-done', training: 'b' },
      'programmes/4': {
        id: 'second',
        names,
        kind: 'service',
        gives: { service: { what: 'course', course: 'b' } },
        who: { id: 'packed', training: 'packing' },
        account: 'coaches',
        size: { fixed: 1 },
        duration: '7d',
        settle: 0,
        coolDown: '30d',
        limits: { openings: 2, perMerchant: 2 },
      },
    },
    'programme-circle',
    '/programmes/coach/who',
  ],
  [
    'openings that nobody can use up',
    { 'programmes/welcome/limits/openings': 9 },
    'openings-unused',
    `${welcome}/limits/openings`,
  ],
  [
    'a fixed size that should shrink',
    { 'programmes/welcome/limits/shrinkBelow': '60%' },
    'shrink-no-effect',
    `${welcome}/limits/shrinkBelow`,
  ],
  [
    'more time to make good than the grant runs',
    { 'programmes/growth/comply': '5d' },
    'comply-beyond-duration',
    '/programmes/growth/comply',
  ],
  [
    'renewals for a lifetime',
    { 'programmes/coach/renew/times': 1_000 },
    'renew-endless',
    '/programmes/coach/renew/times',
  ],
  [
    'a renewal that contradicts who',
    { 'programmes/coach/renew/when': { id: 'fast', metric: 'on_time', op: '>=', value: 10_001 } },
    'condition-never-true',
    '/programmes/coach/renew/when',
  ],
];

export const IN_REWARDS: readonly Planted[] = [
  [
    'less for gold than for silver',
    {
      'programmes/growth/who': tierIs('silver-only', 'silver', 'gold'),
      'programmes/4': {
        ...boost,
        id: 'top',
        who: { id: 'gold', tierAtLeast: 'gold' },
        size: { fixed: 50 },
        limits,
      },
    },
    'rewards-fall',
    '/programmes/top/size/fixed',
  ],
  [
    'a good metric with an upper bound and nothing above it',
    { 'programmes/coach/who': { id: 'late-too', metric: 'on_time', op: '<', value: '60%' } },
    'good-metric-capped',
    '/programmes/coach/who',
  ],
  [
    'nothing of its kind for the highest tier',
    { 'programmes/coach/who': { not: { id: 'best-tier', tierAtLeast: 'gold' } } },
    'better-tier-gets-nothing',
    '/programmes/coach/who',
  ],
  ['a set of one', { 'programmes/welcome/exclusive': 'boosts' }, 'exclusive-alone', `${welcome}/exclusive`],
  [
    'a programme behind one for everybody',
    {
      'programmes/welcome/exclusive': 'boost',
      'programmes/welcome/who': { id: 'any', flag: 'known', is: true },
      'programmes/welcome/trainFirst': undefined,
    },
    'exclusive-shadowed',
    '/programmes/growth/exclusive',
  ],
];
