import { changed, compiled, findings, welcome } from '../testing/small-bundle.ts';

const NO_ACCOUNT = { account: undefined, size: undefined, settle: undefined, limits: { openings: 1 } };

/** The small source whose first account is in `unit` (null: goes without) and whose first programme gives this. */
function giving(kind: string, unit: string | null, gives: unknown): unknown {
  const programme = welcome({ kind, gives, ...(unit === null ? NO_ACCOUNT : { size: { fixed: 1 } }) });
  const source = changed('programmes/0', programme);
  (source['accounts'] as Record<string, unknown>[])[0]!['unit'] = unit ?? 'exposures';
  return source;
}

test.each<[string, string | null, unknown, unknown]>([
  ['traffic', 'exposures', undefined, { boost: { weightBps: 15_000 } }],
  ['traffic', 'exposures', { boost: { weight: '180%' } }, { boost: { weightBps: 18_000 } }],
  ['traffic', 'exposures', { boost: { weight: '10000%' } }, { boost: { weightBps: 1_000_000 } }],
  [
    'traffic',
    'exposures',
    { guarantee: { weight: '100%', maximum: '300%' } },
    { guarantee: { weightBps: 10_000, maximumBps: 30_000 } },
  ],
  ['traffic', 'credits', { credit: { for: 'adverts' } }, { credit: { for: 'adverts' } }],
  ['value-added', 'minor', { credit: { for: 'parcels' } }, { credit: { for: 'parcels' } }],
  ['value-added', 'minor', { feeRelief: { rate: '0.6%' } }, { feeRelief: { rateBps: 60 } }],
  ['value-added', null, { branding: { package: 'gold' } }, { branding: { package: 'gold' } }],
  ['tool', null, { access: ['chat', 'mail'] }, { access: ['chat', 'mail'] }],
  ['tool', null, { quota: { ordersPerDay: 50 } }, { quota: { ordersPerDay: 50 } }],
  ['tool', null, { quota: { listings: 9 } }, { quota: { listings: 9 } }],
  [
    'tool',
    'credits',
    { quota: { listings: 9, ordersPerDay: 50 } },
    { quota: { listings: 9, ordersPerDay: 50 } },
  ],
  ['service', 'seats', { service: { what: 'operator' } }, { service: { what: 'operator' } }],
  ['service', 'minor', { service: { what: 'photo' } }, { service: { what: 'photo' } }],
  [
    'service',
    'seats',
    { service: { what: 'course', course: 'live' } },
    { service: { what: 'course', course: 'live' } },
  ],
  ['limit', null, { orderCap: { ordersPerDay: 0 } }, { orderCap: { ordersPerDay: 0 } }],
  ['limit', null, { settlement: { days: 30 } }, { settlement: { days: 30 } }],
  ['limit', null, { delisting: { scope: 'plans' } }, { delisting: { scope: 'plans' } }],
])('a programme of kind %s, counted in %s, that gives %j', (kind, unit, gives, benefit) => {
  expect(compiled(giving(kind, unit, gives)).bundle.programmes[0]).toMatchObject({ kind, benefit });
  expect(compiled(giving(kind, unit, gives)).bundle.programmes[0]!.benefit).toEqual(benefit);
});

const NAME = 'must be text matching ^[A-Za-z0-9._:-]{1,64}$';
const WEIGHT = 'must be a percentage with at most two decimals, or basis points, from 100 to 10000%';
const TRAFFIC = 'must be one of boost, guarantee, credit in a programme of kind traffic';
const TOOL = 'must be one of access, quota in a programme of kind tool';

test.each<[string, string | null, unknown, string, string]>([
  ['traffic', 'exposures', { access: ['chat'] }, '', TRAFFIC],
  ['traffic', 'exposures', { hugs: 3 }, '', TRAFFIC],
  ['traffic', 'exposures', null, '', TRAFFIC],
  ['traffic', 'exposures', 'boost', '', TRAFFIC],
  ['traffic', 'exposures', { boost: { weight: '99%' } }, '/boost/weight', WEIGHT],
  ['traffic', 'exposures', { boost: { weight: '10001%' } }, '/boost/weight', WEIGHT],
  ['traffic', 'exposures', { boost: { weight: 1.5 } }, '/boost/weight', WEIGHT],
  [
    'traffic',
    'exposures',
    { boost: { weight: '150%', days: 3 } },
    '/boost/days',
    'is not known here; known are weight',
  ],
  [
    'traffic',
    'exposures',
    { boost: { weight: '150%' }, credit: { for: 'x' } },
    '/credit',
    'is not known here; known are boost',
  ],
  ['traffic', 'exposures', { guarantee: { weight: '100%' } }, '/guarantee/maximum', WEIGHT],
  [
    'traffic',
    'exposures',
    { guarantee: { weight: '300%', maximum: '200%' } },
    '/guarantee',
    'weight must not be above maximum',
  ],
  ['traffic', 'credits', { credit: {} }, '/credit/for', NAME],
  ['tool', null, undefined, '', TOOL],
  ['tool', null, { boost: { weight: '150%' } }, '', TOOL],
  ['tool', null, { access: [] }, '/access', 'must not be empty'],
  ['tool', null, { access: ['a b'] }, '/access/0', NAME],
  ['tool', null, { quota: {} }, '/quota', 'must have ordersPerDay, listings, or both'],
  [
    'tool',
    null,
    { quota: { listings: 0 } },
    '/quota/listings',
    'must be a whole number from 1 to 1000000000000',
  ],
  ['service', 'seats', {}, '', 'must be one of service in a programme of kind service'],
  [
    'service',
    'seats',
    { service: { what: 'magic' } },
    '/service/what',
    'must be one of operator, sourcing, photo, course',
  ],
  ['service', 'seats', { service: { what: 'course' } }, '/service/course', NAME],
  [
    'service',
    'seats',
    { service: { what: 'photo', course: 'live' } },
    '/service/course',
    'is not known here; known are what',
  ],
  [
    'value-added',
    'minor',
    { feeRelief: { rate: '101%' } },
    '/feeRelief/rate',
    'must be a percentage with at most two decimals, or basis points, from 0 to 100%',
  ],
  ['value-added', null, { branding: { package: 7 } }, '/branding/package', NAME],
  [
    'value-added',
    null,
    { orderCap: { ordersPerDay: 1 } },
    '',
    'must be one of credit, feeRelief, branding in a programme of kind value-added',
  ],
  [
    'limit',
    null,
    { orderCap: {} },
    '/orderCap/ordersPerDay',
    'must be a whole number from 0 to 1000000000000',
  ],
  [
    'limit',
    null,
    { settlement: { days: '30d' } },
    '/settlement/days',
    'must be a whole number from 1 to 365',
  ],
  ['limit', null, { settlement: { days: 366 } }, '/settlement/days', 'must be a whole number from 1 to 365'],
  ['limit', null, { delisting: {} }, '/delisting/scope', NAME],
])('a programme of kind %s, counted in %s, cannot give %j', (kind, unit, gives, place, rule) => {
  expect(findings(giving(kind, unit, gives))).toEqual([
    { field: `/programmes/0/gives${place}`, value: expect.any(String) as string, rule },
  ]);
});
