import { isSampled, parseTraceparent, spanIdOf, traceIdOf } from './trace-id.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('the trace of an event is the first half of the SHA-256 of its id, which anybody can compute', () => {
  expect(traceIdOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223');
  expect(traceIdOf('shop-1:registered')).toMatch(/^[0-9a-f]{32}$/);
});

test('a span has the same id wherever it is computed, and another for each stage and position', () => {
  const ids = [
    spanIdOf(TRACE, 'ingest', ''),
    spanIdOf(TRACE, 'scoring', '3/18842'),
    spanIdOf(TRACE, 'scoring', '3/18843'),
    spanIdOf(TRACE, 'allocator', '3/18842'),
    spanIdOf(traceIdOf('abc'), 'ingest', ''),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[0-9a-f]{16}$/.test(id))).toEqual([]);
  expect(spanIdOf(TRACE, 'scoring', '3/18842')).toBe(ids[1]);
});

test('the share of sampled events is the ratio, and a larger ratio samples what a smaller one did', () => {
  const traces = Array.from({ length: 100_000 }, (_, index) => traceIdOf(`event-${index}`));
  const small = traces.filter((trace) => isSampled(trace, 0.01));
  expect(small.length).toBeGreaterThan(900);
  expect(small.length).toBeLessThan(1_100);
  expect(small.every((trace) => isSampled(trace, 0.1))).toBe(true);
});

test('a ratio of 1 samples everything and one of 0 nothing', () => {
  for (const trace of ['0'.repeat(31) + '1', 'f'.repeat(32)]) {
    expect(isSampled(trace, 1)).toBe(true);
    expect(isSampled(trace, 0)).toBe(false);
  }
});

test('a traceparent is read by the rules of W3C, also one of a later version', () => {
  const span = { traceId: TRACE, spanId: SPAN, flags: 1 };
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual(span);
  expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes`)).toEqual(span);
});

test.each([
  ['nothing', undefined],
  ['a number', 7],
  ['another text', 'hello'],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['the version that is none', `ff-${TRACE}-${SPAN}-01`],
  ['more after the flags in version 00', `00-${TRACE}-${SPAN}-01-more`],
])('%s is no traceparent', (_what, value) => {
  expect(parseTraceparent(value)).toBeNull();
});
