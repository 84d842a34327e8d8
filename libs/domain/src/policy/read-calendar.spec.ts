import { changed, compiled, findings } from '../testing/small-bundle.ts';
import { dayOfCivil } from '../time.ts';

const calendarsOf = (more: object): unknown =>
  changed('calendars', [{ id: 'c', names: { en: 'C' }, ...more }]);

test.each<[object, object]>([
  [{ monthDays: [1, 16] }, { rhythm: { monthDays: [1, 16] }, atMinute: 0 }],
  [
    { monthDays: [8], at: '09:30' },
    { rhythm: { monthDays: [8] }, atMinute: 570 },
  ],
  [{ weekday: 'mon' }, { rhythm: { weekday: 1, everyWeeks: 1, fromDay: dayOfCivil(2024, 1, 1) } }],
  [
    { weekday: 'sun', at: '23:59' },
    { rhythm: { weekday: 7, fromDay: dayOfCivil(2024, 1, 7) }, atMinute: 1_439 },
  ],
  [
    { weekday: 'tue', everyWeeks: 2, from: '2026-11-03' },
    { rhythm: { weekday: 2, everyWeeks: 2, fromDay: dayOfCivil(2026, 11, 3) } },
  ],
  [{ everyDays: 14, from: '2026-11-01' }, { rhythm: { everyDays: 14, fromDay: dayOfCivil(2026, 11, 1) } }],
  [
    { from: '2028-02-29', to: '2028-02-29' },
    { rhythm: { fromDay: dayOfCivil(2028, 2, 29), toDay: dayOfCivil(2028, 2, 29) }, atMinute: 0 },
  ],
])('%j is read', (source, calendar) => {
  expect(compiled(calendarsOf(source)).bundle.calendars[0]).toMatchObject(calendar);
});

test.each<[object, string, RegExp]>([
  [{}, '', /one of monthDays, weekday, everyDays, or from and to/],
  [{ monthDays: [] }, '/monthDays', /not be empty/],
  [{ monthDays: [0] }, '/monthDays/0', /1 to 31/],
  [{ monthDays: [32] }, '/monthDays/0', /1 to 31/],
  [{ monthDays: [16, 1] }, '/monthDays', /must rise/],
  [{ monthDays: [1, 1] }, '/monthDays', /must rise/],
  [{ monthDays: [1], weekday: 'mon' }, '/weekday', /not known here/],
  [{ monthDays: [1], at: '24:00' }, '/at', /time of day/],
  [{ monthDays: [1], at: '9:30' }, '/at', /time of day/],
  [{ monthDays: [1], at: 570 }, '/at', /time of day/],
  [{ weekday: 'tuesday' }, '/weekday', /one of mon, tue/],
  [{ weekday: 'tue', everyWeeks: 2 }, '', /from which date/],
  [{ weekday: 'tue', everyWeeks: 0 }, '/everyWeeks', /1 to 52/],
  [{ weekday: 'tue', everyWeeks: 53, from: '2026-11-03' }, '/everyWeeks', /1 to 52/],
  [{ weekday: 'tue', everyWeeks: 2, from: '2026-11-04' }, '/from', /must be a tue/],
  [{ everyDays: 14 }, '/from', /a date that exists/],
  [{ everyDays: 0, from: '2026-11-01' }, '/everyDays', /1 to 366/],
  [{ everyDays: 367, from: '2026-11-01' }, '/everyDays', /1 to 366/],
  [{ from: '2026-11-01' }, '/to', /a date that exists/],
  [{ from: '2026-11-01', to: '2026-10-31' }, '', /to must not be before from/],
  [{ from: '2026-02-29', to: '2026-03-01' }, '/from', /a date that exists/],
  [{ from: '2026-13-01', to: '2027-03-01' }, '/from', /a date that exists/],
  [{ from: '2026-1-01', to: '2027-03-01' }, '/from', /a date that exists/],
  [{ from: 20_261_101, to: '2027-03-01' }, '/from', /a date that exists/],
  [{ from: '2026-11-01', to: '2026-11-02', at: '09:00' }, '/at', /not known here/],
  [{ monthDays: [1], names: {} }, '/names', /name in en/],
])('%j is found at %s', (source, place, rule) => {
  const found = findings(calendarsOf(source)).filter(({ field }) => field === `/calendars/0${place}`);
  expect(found.map((finding) => finding.rule).join()).toMatch(rule);
});

test('two calendars of one id are found', () => {
  const twice = ['a', 'a'].map((id) => ({ id, names: { en: id }, monthDays: [1] }));
  expect(findings(changed('calendars', twice))).toEqual([
    { field: '/calendars/1/id', value: 'a', rule: 'must be unique, and /calendars/0 has it' },
  ]);
});
