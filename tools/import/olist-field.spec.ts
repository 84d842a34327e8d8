import { answerOf, marketTimeOf, minorOf, wallClockOf, wholeOf } from './olist-field.ts';

const utc = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

test.each([
  ['58.90', 5_890],
  ['58.9', 5_890],
  ['999', 99_900],
  ['0.07', 7],
  ['', null],
  ['1.234', null],
  ['-1.00', null],
  ['1e3', null],
])('an amount of %p is %p minor units', (decimal, minor) => {
  expect(minorOf(decimal)).toBe(minor);
});

test('the sum of amounts is exact where floats are not', () => {
  expect(['0.10', '0.20', '1.15'].reduce((sum, price) => sum + minorOf(price)!, 0)).toBe(145);
});

test.each([
  ['100.0', 100],
  ['50000000.0', 50_000_000],
  ['1.5', null],
  ['', null],
])('a whole number of %p is %p', (decimal, whole) => {
  expect(wholeOf(decimal)).toBe(whole);
});

test.each([
  ['cat, wolf', 'cat.wolf'],
  ['200+', '200-plus'],
  ['5-20', '5-20'],
  ['True', 'yes'],
  ['False', 'no'],
  ['', null],
  ['a/b', null],
])('the answer %p has the id %p', (text, answer) => {
  expect(answerOf(text)).toBe(answer);
});

test('an instant that is already UTC is taken as it is', () => {
  expect(utc(wallClockOf('2018-02-26 19:58:54'))).toBe('2018-02-26T19:58:54.000Z');
});

test.each(['2018-02-30', '2018-02-26 24:00:00', '26/02/2018', ''])('%p is no time', (text) => {
  expect(wallClockOf(text)).toBeNull();
  expect(marketTimeOf(text)).toBeNull();
});

test.each([
  ['winter, three hours behind', '2018-07-01 12:00:00', '2018-07-01T15:00:00.000Z'],
  ['summer, two hours behind', '2018-01-01', '2018-01-01T02:00:00.000Z'],
  ['a midnight that the clock skips', '2017-10-15 00:00:00', '2017-10-15T03:00:00.000Z'],
  ['an hour that happens twice', '2018-02-17 23:30:00', '2018-02-18T01:30:00.000Z'],
])('market time in %s', (_when, text, instant) => {
  expect(utc(marketTimeOf(text))).toBe(instant);
});
