import { canonicalText } from './canonical-text.ts';
import { daysBefore, localDate } from './local-day.ts';
import { murmur2, partitionOf } from './murmur2.ts';
import { instanceOf, nameOf, periodFrom } from './policy-bundle.ts';
import { inOrder, positionParts } from './position-order.ts';

// Vectors of Kafka's own test of its hash, signed as Java prints them.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %p is what the Java client computes', (text, signed) => {
  expect(murmur2(text) | 0).toBe(signed);
});

test('a partition is never negative', () => {
  expect(partitionOf('21', 7)).toBe((-973932308 & 0x7fffffff) % 7);
});

test('canonical text sorts keys by code unit at every depth, integer-like ones too', () => {
  expect(canonicalText({ b: [{ z: 1, a: null }], '10': 'x', '9': true, é: '"', A: -0 })).toBe(
    '{"10":"x","9":true,"A":0,"b":[{"a":null,"z":1}],"é":"\\""}',
  );
});

const SHANGHAI = [{ fromMs: 0, offsetMinutes: 480 }];
const BERLIN = [
  { fromMs: 0, offsetMinutes: 60 },
  { fromMs: Date.UTC(2026, 2, 29, 1), offsetMinutes: 120 },
  { fromMs: Date.UTC(2026, 9, 25, 1), offsetMinutes: 60 },
];

test.each([
  ['2026-11-10T15:59:59.999Z', SHANGHAI, '2026-11-10'],
  ['2026-11-10T16:00:00.000Z', SHANGHAI, '2026-11-11'],
  ['2026-03-28T22:59:59.999Z', BERLIN, '2026-03-28'],
  ['2026-06-30T22:00:00.000Z', BERLIN, '2026-07-01'],
  ['2026-12-31T22:59:59.999Z', BERLIN, '2026-12-31'],
])('%p is on the local date %#', (text, zone, date) => {
  expect(localDate(Date.parse(text), zone)).toBe(date);
});

test('days before cross months and leap days', () => {
  expect(daysBefore('2028-03-01', 1)).toBe('2028-02-29');
  expect(daysBefore('2026-11-11', 400)).toBe('2025-10-07');
});

test.each([
  ['day', '2026-11-15'],
  ['week', '2026-11-09'],
  ['month', '2026-11-01'],
  ['quarter', '2026-10-01'],
  ['year', '2026-01-01'],
] as const)('the %s of a Sunday in November began on %s', (period, from) => {
  expect(periodFrom(period, '2026-11-15')).toBe(from);
});

test('a name of an instance says its account, whose it is, and the first day of its period', () => {
  for (const [name, instance] of [
    ['growth', { account: 'growth', of: null, from: null }],
    ['growth@2026-11-01', { account: 'growth', of: null, from: '2026-11-01' }],
    ['relief~entity-91@2026-09-01', { account: 'relief', of: 'entity-91', from: '2026-09-01' }],
    ['relief~a b', { account: 'relief', of: 'a b', from: null }],
  ] as const) {
    expect(instanceOf(name)).toEqual(instance);
    expect(nameOf(instance)).toBe(name);
  }
});

test('positions go part by part, and what was caused comes after its cause', () => {
  const sorted = ['0/9', '0/9/0', '0/9/0/1', '0/9/1', '0/10', '1/0'].map((text) => positionParts(text)!);
  for (let i = 1; i < sorted.length; i++) expect(inOrder(sorted[i - 1]!, sorted[i]!)).toBeLessThan(0);
  expect(inOrder([0, 1], [0, 1])).toBe(0);
  expect(['', '0', '0/x', '/0/1', '0//1'].map(positionParts)).toEqual([null, null, null, null, null]);
});
