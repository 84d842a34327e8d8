import { compileBundle, type Compiled } from '#domain/policy/compile';

// The two policies of every schedule: enough of everything that a stage treats specially.

export function bundleOf(edition: number, hash: (text: string) => string): { hash: string; text: string } {
  const result = compileBundle(sourceOf(edition));
  if ('findings' in result) throw new Error(JSON.stringify(result.findings));
  const { text }: Compiled = result.compiled;
  return { hash: hash(text), text };
}

function sourceOf(edition: number): unknown {
  const names = { en: 'sim' };
  return {
    bundle: `sim-${edition}`,
    names,
    currency: 'CNY',
    metrics: [
      { id: 'orders', names, unit: 'count', sum: 'ordersPaid', window: '3d' },
      { id: 'on-time', names, unit: 'rate', ratio: 'shippedOnTime', per: 'ordersShipped', window: '4d' },
      { id: 'overdue', names, unit: 'count', state: 'overdueOrders' },
      { id: 'age', names, unit: 'days', daysSince: 'registered' },
      {
        id: 'rank',
        names,
        unit: 'rate',
        rank: 'orders',
        by: 'category',
        cuts: edition === 1 ? ['40%'] : ['20%', '40%'],
      },
      ...(edition === 1 ? [] : [{ id: 'usual', names, unit: 'count', mean: 'orders', by: 'all' }]),
      {
        id: 'score',
        names,
        unit: 'score',
        score: {
          minimumWeight: '0%',
          components: [{ metric: 'on-time', weight: '100%', from: '0%', to: '100%' }],
        },
      },
    ],
    ladders: [
      {
        id: 'ladder',
        names,
        by: 'score',
        step: 1,
        dwell: '12h',
        minimum: { metric: 'orders', atLeast: 1 },
        tiers: [
          { id: 'low', names, enter: '0%' },
          { id: 'mid', names, enter: '40%', leave: '30%' },
          { id: 'top', names, enter: edition === 1 ? '80%' : '70%', leave: '60%' },
        ],
      },
    ],
    capacity: {
      window: '3d',
      growth: '200%',
      probe: 4,
      stockCover: '2d',
      grain: { edges: [0, 1, 2, 4, 8, 16], hysteresis: '10%' },
    },
    // Together more than the season holds. The second edition cuts one and takes the other out; its books stay.
    accounts: [
      { id: 'season', names, unit: 'exposures', total: 7_000 },
      { id: 'budget', names, unit: 'exposures', total: edition === 1 ? 6_000 : 5_000, within: 'season' },
      {
        id: 'welcome-budget',
        names,
        unit: 'exposures',
        total: 3_000,
        ...(edition === 1 ? { within: 'season' } : {}),
      },
    ],
    programmes: programmesWith(names),
  };
}

function programmesWith(names: { readonly en: string }): readonly unknown[] {
  return [
    {
      id: 'welcome',
      names,
      kind: 'traffic',
      gives: { boost: { weight: '150%' } },
      who: { all: [{ training: 'first-sale' }, { survey: 'wants', isNot: 'not_now' }] },
      account: 'welcome-budget',
      size: { fixed: 400 },
      duration: '1d',
      settle: '6h',
      coolDown: '1d',
      limits: { openings: 3, perMerchant: 1_200 },
    },
    {
      id: 'growth',
      names,
      kind: 'traffic',
      gives: { boost: { weight: '150%' } },
      who: {
        all: [
          { tierAtLeast: 'mid' },
          { metric: 'age', op: '>=', value: 1 },
          // Until groups were counted nobody is kept out.
          { metric: 'rank', op: '>=', value: '0%', notAssessed: 'holds' },
        ],
      },
      revokeWhen: { metric: 'overdue', op: '>', value: 2 },
      account: 'budget',
      size: { perHeadroom: 100, minimum: 100, maximum: 800 },
      duration: '2d',
      settle: '12h',
      coolDown: '6h',
      limits: { openings: 9, perMerchant: 5_000, shrinkBelow: '70%' },
    },
  ];
}
