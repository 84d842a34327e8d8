import { account, findings, smallSource, welcome } from '../testing/small-bundle.ts';

/** The small source with other accounts, of which the one programme needs `welcome`. */
const accounts = (...list: readonly object[]): unknown =>
  smallSource({ programmes: [welcome()], accounts: list });
const found = (source: unknown): [string, string][] =>
  findings(source).map(({ field, rule }) => [field, rule]);

test.each<[string, unknown]>([
  [
    'accounts within accounts within accounts',
    accounts(
      account('platform', 9_000),
      account('season', 9_000, { within: 'platform' }),
      account('welcome', 9_000, { within: 'season' }),
    ),
  ],
  [
    'an account that is defined after the one within it',
    accounts(account('welcome', 1_000, { within: 'season' }), account('season', 1_000)),
  ],
  [
    'a day within a quarter',
    accounts(
      account('season', 1_000, { period: 'quarter' }),
      account('welcome', 1_000, { within: 'season', period: 'day' }),
    ),
  ],
  [
    'a month within what is for ever',
    accounts(account('season', 1_000), account('welcome', 1_000, { within: 'season', period: 'month' })),
  ],
  [
    'many accounts, each larger than what they lie within',
    accounts(account('season', 500), account('welcome', 1_000, { within: 'season', per: 'category' })),
  ],
  ['an account of nothing, which is closed', accounts(account('welcome', 0))],
  [
    'a month within a month',
    accounts(
      account('season', 1_000, { period: 'month' }),
      account('welcome', 1_000, { within: 'season', period: 'month' }),
    ),
  ],
])('%s may be', (_name, source) => {
  expect(found(source)).toEqual([]);
});

test.each<[string, unknown, [string, string][]]>([
  [
    'is there twice',
    accounts(account('welcome', 100), account('welcome', 200)),
    [['/accounts/1/id', 'must be unique, and /accounts/0 has it']],
  ],
  [
    'lies within what is not there',
    accounts(account('welcome', 1_000, { within: 'seasons' }), account('season', 9_000)),
    [['/accounts/0/within', 'names the account seasons, which is not defined; defined are welcome, season']],
  ],
  [
    'lies within itself',
    accounts(account('welcome', 1_000, { within: 'welcome' })),
    [['/accounts/0/within', 'lies within itself: welcome, welcome']],
  ],
  [
    'lies in a circle',
    accounts(
      account('a', 1_000, { within: 'c' }),
      account('b', 1_000, { within: 'a' }),
      account('c', 1_000, { within: 'b' }),
      account('welcome', 1_000, { within: 'a' }),
    ),
    [
      ['/accounts/0/within', 'lies within itself: a, c, b, a'],
      ['/accounts/1/within', 'lies within itself: b, a, c, b'],
      ['/accounts/2/within', 'lies within itself: c, b, a, c'],
    ],
  ],
  [
    'is one of many and holds others',
    accounts(account('season', 1_000, { per: 'country' }), account('welcome', 1_000, { within: 'season' })),
    [['/accounts/0/per', 'must be left out, because welcome lies within season']],
  ],
  [
    'is of another unit',
    accounts(account('season', 1_000, { unit: 'credits' }), account('welcome', 1_000, { within: 'season' })),
    [['/accounts/1/unit', 'must be credits, which is the unit of season']],
  ],
  [
    'is larger than the whole',
    accounts(account('season', 999), account('welcome', 1_000, { within: 'season' })),
    [['/accounts/1/total', 'must not be above the 999 of season']],
  ],
  [
    'is for ever in what begins anew',
    accounts(account('season', 1_000, { period: 'year' }), account('welcome', 1_000, { within: 'season' })),
    [['/accounts/1/period', 'must be given, because season has one']],
  ],
  [
    'lasts longer than the whole',
    accounts(
      account('season', 1_000, { period: 'month' }),
      account('welcome', 1_000, { within: 'season', period: 'quarter' }),
    ),
    [['/accounts/1/period', 'must not be longer than the month of season']],
  ],
  [
    'is only as long as one in between',
    accounts(
      account('year', 1_000, { period: 'year' }),
      account('month', 1_000, { period: 'month', within: 'year' }),
      account('welcome', 1_000, { period: 'quarter', within: 'month' }),
    ),
    [['/accounts/2/period', 'must not be longer than the month of month']],
  ],
])('an account that %s is a finding', (_name, source, expected) => {
  expect(found(source)).toEqual(expected);
});

test('an account that lies in a circle pays for nothing, and that is all that is found', () => {
  const source = accounts(
    account('welcome', 1_000, { within: 'other' }),
    account('other', 1_000, { within: 'welcome' }),
  );
  expect(found(source).map(([field]) => field)).toEqual(['/accounts/0/within', '/accounts/1/within']);
});

test('what an account got wrong is not compared with those around it', () => {
  const source = accounts(
    account('season', 1_000, { unit: 'credits' }),
    account('welcome', 1_000, { unit: 'hugs', within: 'season' }),
  );
  expect(found(source).map(([field]) => field)).toEqual(['/accounts/1/unit']);
});
