import { formatInstant, parseInstant } from '../time.ts';
import { account, compiled, smallSource, welcome } from '../testing/small-bundle.ts';
import {
  chainOf,
  instanceFor,
  instanceName,
  parseInstance,
  periodAt,
  treasuryOf,
} from './account-instance.ts';
import type { Account, PeriodLength } from './bundle.ts';

const SHANGHAI = [{ fromMs: 0, offsetMinutes: 480 }];
/** Berlin in 2026: summer time from March 29 to October 25. */
const BERLIN = [
  { fromMs: parseInstant('2025-10-26T01:00:00.000Z'), offsetMinutes: 60 },
  { fromMs: parseInstant('2026-03-29T01:00:00.000Z'), offsetMinutes: 120 },
  { fromMs: parseInstant('2026-10-25T01:00:00.000Z'), offsetMinutes: 60 },
];
const MERCHANT = { entityId: 'entity-91', category: 'toys', country: 'CN' };

/** Accounts of a bundle in which the welcome programme lives on `welcome`. */
function accountsOf(...list: readonly object[]): readonly Account[] {
  return compiled(smallSource({ accounts: list, programmes: [welcome()] })).bundle.accounts;
}

test.each<[PeriodLength, string, string, string, string]>([
  ['day', '2026-10-31T16:00:00.000Z', '2026-11-01', '2026-10-31T16:00:00.000Z', '2026-11-01T16:00:00.000Z'],
  ['day', '2026-10-31T15:59:59.999Z', '2026-10-31', '2026-10-30T16:00:00.000Z', '2026-10-31T16:00:00.000Z'],
  ['week', '2026-11-01T12:00:00.000Z', '2026-10-26', '2026-10-25T16:00:00.000Z', '2026-11-01T16:00:00.000Z'],
  ['week', '2026-11-01T16:00:00.000Z', '2026-11-02', '2026-11-01T16:00:00.000Z', '2026-11-08T16:00:00.000Z'],
  ['week', '2027-01-01T00:00:00.000Z', '2026-12-28', '2026-12-27T16:00:00.000Z', '2027-01-03T16:00:00.000Z'],
  ['month', '2026-12-31T15:59:59.999Z', '2026-12-01', '2026-11-30T16:00:00.000Z', '2026-12-31T16:00:00.000Z'],
  ['month', '2028-02-29T12:00:00.000Z', '2028-02-01', '2028-01-31T16:00:00.000Z', '2028-02-29T16:00:00.000Z'],
  [
    'quarter',
    '2026-11-15T00:00:00.000Z',
    '2026-10-01',
    '2026-09-30T16:00:00.000Z',
    '2026-12-31T16:00:00.000Z',
  ],
  [
    'quarter',
    '2026-03-31T12:00:00.000Z',
    '2026-01-01',
    '2025-12-31T16:00:00.000Z',
    '2026-03-31T16:00:00.000Z',
  ],
  ['year', '2026-12-31T16:00:00.000Z', '2027-01-01', '2026-12-31T16:00:00.000Z', '2027-12-31T16:00:00.000Z'],
])('the %s that holds %s begins on %s', (length, at, from, start, end) => {
  const period = periodAt(length, parseInstant(at), SHANGHAI);
  expect([period.from, formatInstant(period.startMs), formatInstant(period.endMs)]).toEqual([
    from,
    start,
    end,
  ]);
});

test('a month in which the clocks change is an hour longer', () => {
  const { startMs, endMs } = periodAt('month', parseInstant('2026-10-10T12:00:00.000Z'), BERLIN);
  expect(formatInstant(startMs)).toBe('2026-09-30T22:00:00.000Z');
  expect(formatInstant(endMs)).toBe('2026-10-31T23:00:00.000Z');
});

test.each<[Readonly<Record<string, unknown>>, string]>([
  [{}, 'welcome'],
  [{ period: 'month' }, 'welcome@2026-11-01'],
  [{ per: 'entity' }, 'welcome~entity-91'],
  [{ per: 'category', period: 'week' }, 'welcome~toys@2026-10-26'],
  [{ per: 'country', period: 'year' }, 'welcome~CN@2026-01-01'],
])('an account with %j is called %s for a merchant', (fields, name) => {
  const [welcomes] = accountsOf(account('welcome', 1_000, fields));
  const at = parseInstant('2026-10-31T16:00:00.000Z');
  expect(instanceFor(welcomes!, MERCHANT, at, SHANGHAI)).toBe(name);
});

test('a merchant without an entity has no account of one', () => {
  const [welcomes] = accountsOf(account('welcome', 1_000, { per: 'entity' }));
  expect(instanceFor(welcomes!, { ...MERCHANT, entityId: null }, 0, SHANGHAI)).toBeNull();
});

test.each(['growth', 'growth@2026-11-01', 'relief~entity-91', 'relief~entity-91@2026-09-01'])(
  'the name %s is read back as it was made',
  (name) => {
    expect(instanceName(parseInstance(name))).toBe(name);
  },
);

test('a chain goes from an account outward, and all of it is in one partition of the treasury', () => {
  const accounts = accountsOf(
    account('welcome', 100, { within: 'season' }),
    account('platform', 300),
    account('season', 200, { within: 'platform' }),
    account('other', 1),
  );
  expect(chainOf(accounts, 'welcome').map(({ id }) => id)).toEqual(['welcome', 'season', 'platform']);
  const places = ['welcome', 'season', 'platform'].map((id) => treasuryOf(accounts, id, 1_000));
  expect(new Set(places).size).toBe(1);
  expect(treasuryOf(accounts, 'other', 1_000)).not.toBe(places[0]);
});

test('a chain that was not checked ends where an account would come twice', () => {
  const [a] = accountsOf(account('welcome', 100));
  const circle = [
    { ...a!, id: 'a', within: 'b' },
    { ...a!, id: 'b', within: 'a' },
  ];
  expect(chainOf(circle, 'a').map(({ id }) => id)).toEqual(['a', 'b']);
});
