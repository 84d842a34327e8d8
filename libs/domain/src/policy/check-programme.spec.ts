import {
  account,
  changed,
  compiled,
  findings,
  growth,
  smallSource,
  welcome,
} from '../testing/small-bundle.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The small source with other accounts, of which the one programme needs `welcome`. */
const accounts = (...list: readonly object[]): unknown =>
  smallSource({ programmes: [welcome()], accounts: list });
const found = (source: unknown): [string, string][] =>
  findings(source).map(({ field, rule }) => [field, rule]);

const programmes = (...list: readonly object[]): unknown => smallSource({ programmes: list });

/** A service whose account has so many seats. */
const service = (fields: Fields = {}, seats = 10): unknown =>
  smallSource({
    accounts: [account('operators', seats, { unit: 'seats' })],
    programmes: [
      welcome({
        kind: 'service',
        gives: { service: { what: 'operator' } },
        account: 'operators',
        size: { fixed: 1 },
        ...fields,
      }),
    ],
  });
/** A value-added programme and its account of another unit. */
const valueAdded = (unit: string, gives: object): unknown =>
  smallSource({
    accounts: [account('relief', 1_000, { unit })],
    programmes: [welcome({ kind: 'value-added', gives, account: 'relief' })],
  });

test.each<[string, unknown]>([
  ['a grant as large as its account', accounts(account('welcome', 100))],
  ['an exclusive set of one', programmes(welcome({ exclusive: 'alone' }), growth())],
  ['an exclusive set of two', programmes(welcome({ exclusive: 'one' }), growth({ exclusive: 'one' }))],
  ['a condition on age', programmes(welcome({ need: { metric: 'age', op: '<', value: 90 } }))],
  ['several seats at once', service({ size: { fixed: 2 } })],
  ['relief in money', valueAdded('minor', { feeRelief: { rate: '0.6%' } })],
  ['credit in credits', valueAdded('credits', { credit: { for: 'adverts' } })],
  ['credit in exposures', valueAdded('exposures', { credit: { for: 'adverts' } })],
  ['credit in money', valueAdded('minor', { credit: { for: 'parcels' } })],
])('%s may be', (_name, source) => {
  expect(found(source)).toEqual([]);
});

const earned = { by: 'clicks', atLeast: '1%', minimum: 1 };

test.each<[string, unknown, [string, string][]]>([
  [
    'is there twice',
    programmes(welcome(), welcome({ who: { tool: 't' } })),
    [['/programmes/1/id', 'must be unique, and /programmes/0 has it']],
  ],
  [
    'has a condition of another one',
    programmes(welcome(), growth({ who: { id: 'trained', tool: 't' } })),
    [
      [
        '/programmes/1/who',
        'has a condition trained, and /programmes/0/who/all/0 has one of that id already',
      ],
    ],
  ],
  [
    'has a condition twice',
    programmes(welcome({ renew: { when: { id: 'trained', tool: 't' }, times: 1 } })),
    [
      [
        '/programmes/0/renew/when',
        'has a condition trained, and /programmes/0/who/all/0 has one of that id already',
      ],
    ],
  ],
  [
    'has a condition that is called like the place of another',
    programmes(welcome({ need: { tool: 't' }, clawBackWhen: { id: 'welcome.need', tool: 't' } })),
    [
      [
        '/programmes/0/clawBackWhen',
        'has a condition welcome.need, and /programmes/0/need has one of that id already',
      ],
    ],
  ],
  [
    'names an account that is not there',
    programmes(welcome({ account: 'growth-2027' }), growth()),
    [
      [
        '/programmes/0/account',
        'names the account growth-2027, which is not defined; defined are welcome, growth',
      ],
    ],
  ],
  [
    'asks for a metric that is not there',
    programmes(welcome({ need: { metric: 'mood', op: '>', value: 1 } })),
    [
      [
        '/programmes/0/need',
        'names the metric mood, which is not defined; defined are orders, on_time, overdue, age, score',
      ],
    ],
  ],
  [
    'asks a stage for a metric that is not there',
    programmes(
      welcome({
        stages: [
          { id: 's', size: 1 },
          { id: 't', size: 1, when: { metric: 'm', op: '>', value: 1 } },
        ],
      }),
    ),
    [
      [
        '/programmes/0/stages/1/when',
        'names the metric m, which is not defined; defined are orders, on_time, overdue, age, score',
      ],
    ],
  ],
  [
    'asks for a tier that is not there',
    programmes(welcome({ clawBackWhen: { not: { tierAtLeast: 'iron' } } })),
    [
      [
        '/programmes/0/clawBackWhen/not',
        'names the tier iron, which is not defined; defined are bronze, silver, gold',
      ],
    ],
  ],
  [
    'trains for what nobody asks',
    programmes(welcome({ trainFirst: { course: 'second-sale', within: '1d' } })),
    [['/programmes/0/trainFirst/course', 'must be a training that who asks for, or it would never matter']],
  ],
  [
    'has a stage twice',
    programmes(
      welcome({
        stages: [
          { id: 's', size: 1 },
          { id: 's', size: 2 },
        ],
      }),
    ),
    [['/programmes/0/stages/1/id', 'must be unique, and /programmes/0/stages/0 has it']],
  ],
  [
    'has stages of a size by headroom',
    programmes(growth({ stages: [{ id: 's', size: 1 }] })),
    [['/programmes/0/stages', 'must be left out without a fixed size']],
  ],
  [
    'is a floor by headroom',
    programmes(growth({ floor: { within: '1d' } })),
    [['/programmes/0/floor', 'must be left out without a fixed size']],
  ],
  [
    'grows a fixed size',
    programmes(welcome({ grow: { step: '50%', dwell: 0 } })),
    [['/programmes/0/grow', 'must be left out with a fixed size, which nothing makes grow']],
  ],
  [
    'boosts out of money',
    smallSource({
      accounts: [account('welcome', 1_000, { unit: 'minor' })],
      programmes: [welcome()],
    }),
    [['/programmes/0/account', 'names welcome in minor, and boost is counted in exposures']],
  ],
  [
    'guarantees out of credits',
    smallSource({
      accounts: [account('welcome', 1_000, { unit: 'credits' })],
      programmes: [welcome({ gives: { guarantee: { weight: '100%', maximum: '200%' } } })],
    }),
    [['/programmes/0/account', 'names welcome in credits, and guarantee is counted in exposures']],
  ],
  [
    'credits seats',
    valueAdded('seats', { credit: { for: 'adverts' } }),
    [
      [
        '/programmes/0/account',
        'names relief in seats, and credit is counted in credits or exposures or minor',
      ],
    ],
  ],
  [
    'relieves of fees in exposures',
    valueAdded('exposures', { feeRelief: { rate: 0 } }),
    [['/programmes/0/account', 'names relief in exposures, and feeRelief is counted in minor']],
  ],
  [
    'brands in seats',
    valueAdded('seats', { branding: { package: 'gold' } }),
    [
      [
        '/programmes/0/account',
        'names relief in seats, and branding is counted in exposures or credits or minor',
      ],
    ],
  ],
  [
    'serves in exposures',
    programmes(welcome({ kind: 'service', gives: { service: { what: 'photo' } } })),
    [['/programmes/0/account', 'names welcome in exposures, and service is counted in seats or minor']],
  ],
  [
    'books seats by headroom',
    service({ size: { perHeadroom: 1, minimum: 1, maximum: 2 } }),
    [['/programmes/0/size', 'must be fixed, because it is seats']],
  ],
  [
    'asks seats for clicks',
    service({ stages: [{ id: 's', size: 1, earned }] }),
    [['/programmes/0/stages/0/earned', 'must be left out, because operators is not of exposures']],
  ],
  [
    'books more seats than there are',
    service({ size: { fixed: 3 } }, 2),
    [['/programmes/0/size/fixed', 'is above the 2 of operators, so that nothing could ever be granted']],
  ],
  [
    'is larger than its account',
    accounts(account('welcome', 99)),
    [['/programmes/0/size/fixed', 'is above the 99 of welcome, so that nothing could ever be granted']],
  ],
  [
    'is larger than what its account lies within',
    accounts(account('season', 99), account('welcome', 1_000, { within: 'season', per: 'entity' })),
    [['/programmes/0/size/fixed', 'is above the 99 of season, so that nothing could ever be granted']],
  ],
  [
    'is at its least larger than its account',
    smallSource({
      accounts: [account('growth', 19)],
      programmes: [growth()],
    }),
    [['/programmes/0/size/minimum', 'is above the 19 of growth, so that nothing could ever be granted']],
  ],
  [
    'is larger than a merchant may have',
    programmes(welcome({ limits: { openings: 1, perMerchant: 99 } })),
    [['/programmes/0/limits/perMerchant', 'is below the size 100, so that nothing could ever be granted']],
  ],
  [
    'has stages that an account of a month would have to pay later',
    smallSource({
      accounts: [account('welcome', 1_000, { period: 'month' })],
      programmes: [welcome({ stages: [{ id: 'second', size: 50, after: '30d' }], duration: '60d' })],
    }),
    [
      [
        '/programmes/0/stages',
        'must be left out, because welcome has periods; let the grant end and be issued again',
      ],
    ],
  ],
  [
    'is renewed by an account of a month',
    smallSource({
      accounts: [account('welcome', 1_000, { period: 'month' })],
      programmes: [welcome({ renew: { times: 2 } })],
    }),
    [
      [
        '/programmes/0/renew',
        'must be left out, because welcome has periods; let the grant end and be issued again',
      ],
    ],
  ],
])('a programme that %s is a finding', (_name, source, expected) => {
  expect(found(source)).toEqual(expected);
});

test('the course of a training may stand anywhere in who', () => {
  const who = { any: [{ tool: 't' }, { all: [{ training: 'a' }, { training: 'b' }] }] };
  const trainFirst = { course: 'b', within: '1d' };
  expect(compiled(changed('programmes/0', welcome({ who, trainFirst }))).bundle.programmes[0]).toMatchObject({
    trainFirst: { course: 'b', withinMs: 86_400_000 },
  });
});

test('days to comply go with revokeWhen', () => {
  expect(compiled(programmes(growth({ comply: '5d' }))).bundle.programmes[0]!.complyMs).toBe(432_000_000);
});
