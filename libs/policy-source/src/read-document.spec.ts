import { FILE_BYTES_MAX, LEVELS_MAX } from './limit.ts';
import { readDocument } from './read-document.ts';

test('a value is read with the place of each of its parts', () => {
  const { value, findings, placeOf } = readDocument('a.yaml', 'a: 1\nb:\n  - { c: 14d, d: "x" }\n  - 2\n');
  expect(findings).toEqual([]);
  expect(value).toEqual({ a: 1, b: [{ c: '14d', d: 'x' }, 2] });
  expect(placeOf('/a')).toEqual({ file: 'a.yaml', line: 1, column: 1 });
  expect(placeOf('/b/0/d')).toEqual({ file: 'a.yaml', line: 3, column: 15 });
  expect(placeOf('/b/1')).toEqual({ file: 'a.yaml', line: 4, column: 5 });
});

test('what was not written stands where what is around it was written', () => {
  const { placeOf } = readDocument('a.yaml', 'a: 1\nb:\n  c: 2\n');
  expect(placeOf('/b/missing/deeper')).toMatchObject({ line: 2, column: 1 });
  expect(placeOf('/elsewhere')).toMatchObject({ line: 1, column: 1 });
});

test('a key that every object has is a key like any other', () => {
  const { value } = readDocument('a.yaml', '__proto__: { polluted: true }\nconstructor: 1\n');
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('words that older YAML takes for something else are text', () => {
  expect(readDocument('a.yaml', '[no, on, y, 2026-11-01, 1_000, 12:30]').value).toEqual([
    'no',
    'on',
    'y',
    '2026-11-01',
    '1_000',
    '12:30',
  ]);
});

test.each<[string, string, number, number, RegExp]>([
  ['an alias', 'a: &x 1\nb: *x\n', 2, 4, /is an alias/],
  ['an alias as a key', '&x a: 1\n*x : 2\n', 2, 1, /is an alias|twice/],
  ['a key that stands twice', 'a: 1\nb: 2\na: 3\n', 3, 1, /must not stand twice/],
  ['a number as a key', 'a:\n  7: 1\n', 2, 3, /must be text to be a key/],
  ['nothing as a key', '{ : 1 }', 1, 2, /must be text to be a key/],
  ['a list as a key', '{ [a]: 1 }', 1, 3, /must be text to be a key/],
  ['a tag of its own', 'a: !secret x\n', 1, 4, /is no YAML/],
  ['a tab for an indent', 'a:\n\tb: 1\n', 2, 1, /is no YAML/],
  ['an open brace', 'a: { b: 1\n', 2, 1, /is no YAML/],
  ['an open quote', 'a: "b\n', 2, 1, /is no YAML/],
  ['two documents', 'a: 1\n---\nb: 2\n', 2, 1, /second document/],
  ['older YAML', '%YAML 1.1\n---\na: no\n', 1, 1, /must be YAML 1.2/],
  ['half a character', 'a: "\\ud800"\n', 1, 4, /whole characters/],
  ['a number without an end', 'a: .inf\n', 1, 4, /a number that ends/],
  ['too many levels', `a: ${'['.repeat(LEVELS_MAX)}${']'.repeat(LEVELS_MAX)}`, 1, 67, /more than 64 deep/],
])('%s is a finding', (_, text, line, column, rule) => {
  const { value, findings } = readDocument('a.yaml', text);
  expect(value).toBeNull();
  expect(findings[0]).toMatchObject({ file: 'a.yaml', line, column });
  expect(findings[0]!.rule).toMatch(rule);
});

test('as many levels as may be are read', () => {
  const text = `${'['.repeat(LEVELS_MAX)}${']'.repeat(LEVELS_MAX)}`;
  expect(readDocument('a.yaml', text).findings).toEqual([]);
});

test.each(['[', '{a: ', '- ', '? '])('any number of %j is refused rather than run out of stack', (open) => {
  const { findings } = readDocument('a.yaml', open.repeat(200_000));
  expect(findings.length).toBeGreaterThan(0);
});

test('a file that is too long is not parsed', () => {
  const text = `# ${'x'.repeat(FILE_BYTES_MAX)}`;
  expect(readDocument('a.yaml', text).findings[0]!.rule).toMatch(/more than 1048576 bytes/);
  expect(readDocument('a.yaml', `# ${'x'.repeat(FILE_BYTES_MAX - 2)}`).findings).toEqual([]);
});

test('an empty file is a document of nothing', () => {
  expect(readDocument('a.yaml', '# only a comment\n')).toMatchObject({ value: null, findings: [] });
});
