import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { byCodeUnit, canonicalJson, type Json } from './canonical.ts';

const leaf = fc.oneof(
  fc.maxSafeInteger(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '\\ud800', '\u2028', '\u007f', '\u0000', '€', '😀'),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value')),
    fc.dictionary(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', '2', '10', '\uf8ff', '😀')),
      tie('value'),
    ),
  ),
}));

test('agrees byte for byte with an independent implementation of RFC 8785', () => {
  fc.assert(
    fc.property(value, (json) => {
      const text = canonicalJson(json);
      expect(text).toBe(canonicalize(json));
      expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
    }),
    { numRuns: 1_000 },
  );
});

test('keys are ordered by UTF-16 code unit, where a surrogate pair comes before the private use area', () => {
  expect(canonicalJson({ '\uf8ff': 1, '😀': 2, '10': 3, '9': 4, a: 5, A: 6 })).toBe(
    '{"10":3,"9":4,"A":6,"a":5,"😀":2,"\uf8ff":1}',
  );
  expect(['b', 'a', 'B', 'a#', 'a-b'].sort(byCodeUnit)).toEqual(['B', 'a', 'a#', 'a-b', 'b']);
});

test('a key whose value is undefined is left out, first or last', () => {
  expect(canonicalJson({ a: undefined, b: 1, c: undefined })).toBe('{"b":1}');
  expect(canonicalJson({ a: undefined })).toBe('{}');
});

test('a value that is undefined has no text', () => {
  expect(() => canonicalJson(undefined as unknown as Json)).toThrow(TypeError);
});

test('minus zero is zero', () => {
  expect(canonicalJson([-0, 0])).toBe('[0,0]');
});

test.each([0.5, NaN, Infinity, 2 ** 53, -(2 ** 53)])('the number %d is refused', (number) => {
  expect(() => canonicalJson({ a: [number] })).toThrow('not a safe integer');
});

test.each<[string, Json]>([
  ['a high half at the end', 'a\ud800'],
  ['a low half at the start', '\udc00a'],
  ['halves the wrong way round', '\udc00\ud800'],
  ['a half in a key', { '\ud800': 1 }],
])('a lone surrogate is refused: %s', (_name, json) => {
  expect(() => canonicalJson(json)).toThrow('lone surrogate');
});

test('text that only looks like an escaped surrogate is kept', () => {
  expect(canonicalJson('\\ud800 and 😀')).toBe('"\\\\ud800 and 😀"');
});
