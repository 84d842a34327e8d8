import { compiled, findings, withMetric } from '../testing/small-bundle.ts';
import { dayOfCivil } from '../time.ts';
import type { Metric } from './formula.ts';

type Fields = Readonly<Record<string, unknown>>;

const read = (fields: Fields): Metric =>
  compiled(withMetric(fields)).bundle.metrics.find(({ id }) => id === 'm')!;

const SALE = { fromDay: dayOfCivil(2026, 10, 20), toDay: dayOfCivil(2026, 10, 29) };

test.each<[unknown, object]>([
  ['1d', { days: 1, lag: 0 }],
  ['400d', { days: 400, lag: 0 }],
  ['ever', { ever: true }],
  [
    { days: '28d', lag: '7d' },
    { days: 28, lag: 7 },
  ],
  [{ days: '28d' }, { days: 28, lag: 0 }],
  [
    { calendar: 'month', back: 0 },
    { calendar: 'month', back: 0, count: 1 },
  ],
  [
    { calendar: 'quarter', back: 1, count: 3 },
    { calendar: 'quarter', back: 1, count: 3 },
  ],
  [{ from: '2026-10-20', to: '2026-10-29' }, SALE],
  [{ during: 'sale' }, SALE],
  [
    { firstOf: [{ window: '90d', atLeast: 400 }, { window: '365d' }], by: 'ordersPaid' },
    {
      by: 'ordersPaid',
      firstOf: [
        { window: { days: 90, lag: 0 }, atLeast: 400 },
        { window: { days: 365, lag: 0 }, atLeast: 0 },
      ],
    },
  ],
  [
    {
      weighted: [
        { window: '30d', times: 2 },
        { window: { during: 'sale' }, times: 1 },
      ],
    },
    {
      weighted: [
        { window: { days: 30, lag: 0 }, times: 2 },
        { window: SALE, times: 1 },
      ],
    },
  ],
])('the window %j is read', (window, wanted) => {
  expect(read({ sum: 'ordersPaid', window }).formula).toMatchObject({ window: wanted });
});

const within = (window: unknown): Fields => ({ sum: 'ordersPaid', window });

test.each<[Fields, string, RegExp]>([
  [{ sum: 'ordersPaid' }, '/window', /1d to 400d/],
  [within('401d'), '/window', /1d to 400d/],
  [within('0d'), '/window', /1d to 400d/],
  [within(7), '/window', /1d to 400d/],
  [within({ days: '394d', lag: '7d' }), '/window', /400d together/],
  [within({ days: '7d', back: 1 }), '/window/back', /not known here/],
  [within({ calendar: 'fortnight', back: 0 }), '/window/calendar', /one of month, week/],
  [within({ calendar: 'month' }), '/window/back', /0 to 53/],
  [within({ calendar: 'month', back: -1 }), '/window/back', /0 to 53/],
  [within({ calendar: 'month', back: 1, count: 0 }), '/window/count', /1 to 53/],
  [within({ from: '2026-10-20' }), '/window/to', /a date/],
  [within({ from: '2026-10-20', to: '2026-10-19' }), '/window', /before from/],
  [within({ during: 'monthly' }), '/window/during', /a period of calendars/],
  [within({ during: 'nothing' }), '/window/during', /a period of calendars/],
  [within({ firstOf: [] }), '/window/firstOf', /not be empty/],
  [
    within({ firstOf: [{ window: '7d' }, { window: '9d' }], by: 'ordersPaid' }),
    '/window/firstOf/0/atLeast',
    /whole/,
  ],
  [
    within({ firstOf: [{ window: '7d', atLeast: 1 }], by: 'ordersPaid' }),
    '/window/firstOf/0/atLeast',
    /not known/,
  ],
  [within({ firstOf: [{ window: '7d' }] }), '/window/by', /one of ordersPaid/],
  [
    within({ firstOf: [{ window: { weighted: [] } }], by: 'ordersPaid' }),
    '/window/firstOf/0/window',
    /1d to 400d/,
  ],
  [within({ weighted: [] }), '/window/weighted', /not be empty/],
  [within({ weighted: [{ window: '7d' }] }), '/window/weighted/0/times', /1 to 1000/],
  [{ daysWith: 'liveMinutes', atLeast: 1, window: { weighted: [] } }, '/window', /1d to 400d/],
  [{ violations: 'count', window: '801d' }, '/window', /1d to 800d/],
  [{ daysSince: 'registered', window: '7d' }, '/window', /not known here/],
])('%j is found at %s', (fields, place, rule) => {
  const found = findings(withMetric(fields)).filter(({ field }) => field === `/metrics/5${place}`);
  expect(found.map((finding) => finding.rule).join()).toMatch(rule);
});
