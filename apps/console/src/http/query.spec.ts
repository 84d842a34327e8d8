import { ProblemError } from '#telemetry/problem';
import {
  formatTimeCursor,
  limit,
  merchantId,
  oneOf,
  positionOf,
  readQuery,
  tier,
  timeCursor,
} from './query.ts';

const rules = { merchant: merchantId, outcome: oneOf('issue', 'withhold'), tier, after: timeCursor, limit };

function problemsOf(raw: unknown): unknown {
  try {
    readQuery(raw, rules);
  } catch (error) {
    return (error as ProblemError).problem['problems'];
  }
  throw new Error('the query was taken');
}

test('reads what follows the rules and leaves out what is absent', () => {
  expect(readQuery({ merchant: 'shop:1', limit: '200', tier: 'no-score' }, rules)).toEqual({
    merchant: 'shop:1',
    limit: 200,
    tier: null,
  });
});

test.each([
  ['limit', '0'],
  ['limit', '201'],
  ['limit', '1e2'],
  ['limit', ''],
  ['merchant', 'a b'],
  ['merchant', 'x'.repeat(129)],
  ['outcome', 'issued'],
  ['after', '12'],
  ['after', '12_3'],
])('refuses %s=%s, naming field, value and rule', (field, value) => {
  expect(problemsOf({ [field]: value })).toEqual([
    {
      field,
      value: expect.stringContaining(value.slice(0, 40)),
      rule: rules[field as keyof typeof rules].rule,
    },
  ]);
});

test('refuses unknown and repeated parameters, all of them at once', () => {
  expect(problemsOf({ merchnat: 'm-1', limit: ['1', '2'], constructor: 'x' })).toEqual([
    { field: 'merchnat', value: '"m-1"', rule: 'known parameters are merchant, outcome, tier, after, limit' },
    { field: 'limit', value: '["1","2"]', rule: limit.rule },
    expect.objectContaining({ field: 'constructor' }),
  ]);
});

test('a cursor is read back as it was written', () => {
  const cursor = { atMs: 1_795_395_600_000, position: '3/18842/0/1' };
  expect(timeCursor.parse(formatTimeCursor(cursor))).toEqual(cursor);
});

test.each([
  ['3-18842-0-1', '3/18842/0/1'],
  ['3/18842/0/1', '3/18842/0/1'],
  ['3/18842', '3/18842'],
  ['3-18842/0', null],
  ['3', null],
  ['-1-2', null],
  ['3-x', null],
  [`3-${'9'.repeat(16)}`, null],
])('position %s is %s', (text, position) => {
  expect(positionOf(text)).toBe(position);
});
