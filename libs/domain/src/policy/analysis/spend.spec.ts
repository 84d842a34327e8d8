import { account, smallBundle, welcome } from '../../testing/small-bundle.ts';
import { NOBODY_COUNTED, worstCaseInAll, worstCaseSpend, type Numbers, type SpendBound } from './spend.ts';

const counted = (merchants: number, more: Partial<Numbers> = {}): Numbers => ({
  ...NOBODY_COUNTED,
  merchants,
  ...more,
});

function spendOf(programme: object, budget: object, numbers: Numbers): SpendBound {
  const bundle = smallBundle({ programmes: [programme], accounts: [budget] });
  return worstCaseSpend(bundle, numbers)[0]!;
}

const AMPLE = account('welcome', 1_000_000);
const limits = (openings: number, perMerchant: number): Readonly<Record<string, unknown>> => ({
  limits: { openings, perMerchant },
});
const stages = [{ id: 'second', size: 60 }];

// A grant of 100 for three days, settled for one, cooled down for two.
test.each<
  [string, object, object, Numbers, [day: number | null, period: number | null, inAll: number | null]]
>([
  ['without a number of merchants, the budget alone', welcome(), AMPLE, NOBODY_COUNTED, [1e6, 1e6, 1e6]],
  ['two openings of each of ten', welcome(limits(2, 250)), AMPLE, counted(10), [2_000, 2_000, 2_000]],
  [
    'the budget where that is less',
    welcome(limits(2, 250)),
    account('welcome', 900),
    counted(10),
    [900, 900, 900],
  ],
  ['what one may have, where that is less', welcome(limits(9, 250)), AMPLE, counted(1), [200, 250, 250]],
  ['with stages on top of it', welcome({ ...limits(9, 250), stages }), AMPLE, counted(1), [310, 310, 310]],
  [
    'as often as cool-down and settling let it',
    welcome(limits(90, 9_000)),
    AMPLE,
    counted(1),
    [200, 1_700, 9_000],
  ],
  [
    'of a floor as often as its days let it, which begin after the cool-down',
    welcome({ ...limits(90, 20_000), coolDown: '1d', floor: { within: '9d' } }),
    AMPLE,
    counted(1),
    [100, 400, 9_000],
  ],
  [
    'without a cool-down all openings on one day',
    welcome({ ...limits(90, 20_000), coolDown: '0d' }),
    AMPLE,
    counted(1),
    [9_000, 9_000, 9_000],
  ],
  [
    'renewals as they fall',
    welcome({ ...limits(1, 9_000), renew: { times: 20 } }),
    AMPLE,
    counted(1),
    [200, 1_200, 2_100],
  ],
  [
    'a day’s budget, of today and of what still runs',
    welcome({ ...limits(90, 9_000), coolDown: '0d' }),
    account('welcome', 150, { period: 'day' }),
    counted(1_000),
    [1_050, 150, 9_000_000],
  ],
  [
    'of each entity its own',
    welcome(limits(90, 9_000)),
    account('welcome', 150, { per: 'entity' }),
    counted(1_000, { entities: 4 }),
    [600, 600, 600],
  ],
  [
    'of each merchant its own where entities are not counted',
    welcome(limits(90, 9_000)),
    account('welcome', 150, { per: 'entity' }),
    counted(1_000),
    [150_000, 150_000, 150_000],
  ],
  [
    'without bound where there are owners without number',
    welcome(limits(90, 9_000)),
    account('welcome', 150, { per: 'entity' }),
    NOBODY_COUNTED,
    [null, null, null],
  ],
  ['nothing of an account that is closed', welcome(), account('welcome', 0), counted(10), [0, 0, 0]],
])('at most is spent %s', (_name, programme, budget, numbers, [day, period, ever]) => {
  const { perDay, perPeriod, inAll } = spendOf(programme, budget, numbers);
  expect([perDay.units, perPeriod.units, inAll.units]).toEqual([day, period, ever]);
});

test('a bound says how it was reckoned', () => {
  const { inAll } = spendOf(welcome(limits(2, 250)), account('welcome', 900), counted(1_000));
  expect(inAll.because).toBe('min(welcome holds 900; 1,000 merchants × 2 openings × 100 of welcome)');
});

test('an account is bounded by the one around it, and counts in all only there', () => {
  const bundle = smallBundle({
    programmes: [welcome(limits(2, 250))],
    accounts: [account('welcome', 1_000, { within: 'season' }), account('season', 1_500)],
  });
  const spend = worstCaseSpend(bundle, counted(100));
  expect(spend.map(({ account: id, inAll }) => [id, inAll.units])).toEqual([
    ['welcome', 1_000],
    ['season', 1_000],
  ]);
  expect(worstCaseInAll(bundle, spend).map(({ unit, inAll }) => [unit, inAll.units])).toEqual([
    ['exposures', 1_000],
  ]);
});

test('of seats the bound is how many are booked at one time', () => {
  const desk = welcome({ kind: 'service', gives: { service: { what: 'operator' } }, size: { fixed: 1 } });
  expect(spendOf(desk, account('welcome', 10, { unit: 'seats' }), counted(4)).perDay.units).toBe(4);
  expect(spendOf(desk, account('welcome', 3, { unit: 'seats' }), counted(4)).perDay.units).toBe(3);
});

test.each<
  [
    string,
    Readonly<Record<string, unknown>>,
    number,
    [count: number, size: number, bps: number | null] | null,
  ]
>([
  ['a hundred and fifty units pay for one of a hundred', {}, 150, [1, 100, 6_321]],
  ['four hundred pay for four', {}, 400, [4, 100, 8_046]],
  ['stages are part of a grant', { stages, limits: { openings: 1, perMerchant: 900 } }, 400, [2, 160, 7_293]],
  ['of very many nothing is said but how many', {}, 1_000_100, [10_001, 100, null]],
  ['an account that is closed pays for none', {}, 0, null],
])('grants at once: %s', (_name, programme, total, expected) => {
  const { grants } = spendOf(welcome(programme), account('welcome', total), NOBODY_COUNTED);
  expect(grants && [grants.count, grants.size, grants.promiseBps]).toEqual(expected);
});

test('grants at once are those that the account around it pays for, which pays for none itself', () => {
  const accounts = [account('welcome', 1_000, { within: 'season' }), account('season', 1_500)];
  const bundle = smallBundle({ programmes: [welcome()], accounts });
  const told = worstCaseSpend(bundle, NOBODY_COUNTED).map(({ grants }) => grants?.count ?? null);
  expect(told).toEqual([10, null]);
});
