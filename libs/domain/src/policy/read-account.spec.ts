import { account, changed, compiled, findings } from '../testing/small-bundle.ts';

/** The small source with these fields in its first account, which the welcome programme lives on. */
const accountWith = (fields: Readonly<Record<string, unknown>>): unknown =>
  changed('accounts/0', account('welcome', 1_000, fields));

test('an account says what it is of, and what it leaves out is written out', () => {
  const bare = { id: 'welcome', names: { en: 'Welcome' }, unit: 'exposures', total: 1_000 };
  expect(compiled(changed('accounts/0', bare)).bundle.accounts[0]).toEqual({
    ...bare,
    period: null,
    within: null,
    per: null,
    waitMs: 600_000,
    idleMs: 86_400_000,
  });
});

test('a part of a season for each category and week has its own wait and idle times', () => {
  const part = { period: 'week', within: 'growth', per: 'category', wait: '30s', idle: '1d' };
  expect(compiled(accountWith(part)).bundle.accounts[0]).toEqual({
    id: 'welcome',
    names: { en: 'welcome' },
    unit: 'exposures',
    total: 1_000,
    period: 'week',
    within: 'growth',
    per: 'category',
    waitMs: 30_000,
    idleMs: 86_400_000,
  });
});

test.each(['day', 'week', 'month', 'quarter', 'year'])('an account may begin anew each %s', (period) => {
  expect(compiled(accountWith({ period })).bundle.accounts[0]).toMatchObject({ period });
});

test.each(['entity', 'category', 'country'])('there may be an account for each %s', (per) => {
  expect(compiled(accountWith({ per })).bundle.accounts[0]).toMatchObject({ per });
});

const NAME = 'must be text matching ^[A-Za-z0-9._:-]{1,64}$';
const KNOWN = 'is not known here; known are id, names, unit, total, period, within, per, wait, idle';
const DURATION = 'must be a duration such as 14d, 12h, 30m, 10s, not 0';

test.each<[string, unknown, string]>([
  ['unit', 'hugs', 'must be one of exposures, credits, minor, seats'],
  ['unit', undefined, 'must be one of exposures, credits, minor, seats'],
  ['total', 1e13, 'must be a whole number from 0 to 1000000000000'],
  ['total', -1, 'must be a whole number from 0 to 1000000000000'],
  ['total', '100', 'must be a whole number from 0 to 1000000000000'],
  ['total', 0.5, 'must be a whole number from 0 to 1000000000000'],
  ['period', 'fortnight', 'must be one of day, week, month, quarter, year'],
  ['period', null, 'must be one of day, week, month, quarter, year'],
  ['per', 'shop', 'must be one of entity, category, country'],
  ['within', '', NAME],
  ['within', ['growth'], NAME],
  ['wait', 0, DURATION],
  ['wait', 600, DURATION],
  ['idle', '0h', DURATION],
  ['idle', 'an hour', DURATION],
  ['currency', 'CNY', KNOWN],
])('%s of an account: %j is a finding', (field, value, rule) => {
  expect(findings(accountWith({ [field]: value }))).toEqual([
    { field: `/accounts/0/${field}`, value: expect.any(String) as string, rule },
  ]);
});

test('an account cannot be called what every object has', () => {
  expect(findings(accountWith({ id: 'constructor' })).map(({ field }) => field)).toEqual([
    '/accounts/0/id',
    '/programmes/0/account',
  ]);
});
