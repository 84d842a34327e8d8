import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { compileBundle } from '#domain/policy/compile';
import { framed } from '#domain/testing/shop';
import { codesIn, rowsUnder } from './markdown-table.ts';

// docs/guide/policies/primitives.md is written by hand, for people. Every primitive has its row, the policy beside it
// compiles and says what the row says, and the test that the row names is there.

const FOLDER = join(import.meta.dirname, 'guide/policies');
const SPECS = join(import.meta.dirname, '../libs/domain/src/policy/primitives');
const ROWS = rowsUnder(readFileSync(join(FOLDER, 'primitives.md'), 'utf8'), '## Table');
const PRIMITIVES = Array.from({ length: 28 }, (_, place) => `P${place + 1}`);

const textOf = (row: (typeof ROWS)[number]): string =>
  readFileSync(join(FOLDER, /\((.+)\)/.exec(row['Policy']!)![1]!), 'utf8');

test('every primitive has one row, in order', () => {
  expect(ROWS.map((row) => row['Primitive'])).toEqual(PRIMITIVES);
});

test.each(ROWS.map((row) => [row['Primitive']!, row] as const))(
  '%s: its policy compiles',
  (primitive, row) => {
    const text = textOf(row);
    expect(text.startsWith(`# ${primitive}. `)).toBe(true);
    const result = compileBundle(framed(parse(text) as Record<string, unknown>));
    expect('findings' in result ? result.findings : []).toEqual([]);
  },
);

test.each(ROWS.map((row) => [row['Primitive']!, row] as const))('%s: its test is there', (primitive, row) => {
  const [name] = codesIn(row['Test']!);
  const spec = readFileSync(join(SPECS, name!), 'utf8');
  expect(spec).toMatch(new RegExp(`'${primitive}: `));
  expect(spec).toContain(`'p${primitive.slice(1).padStart(2, '0')}'`);
});

test.each(ROWS.map((row) => [row['Primitive']!, row] as const))(
  '%s: its policy has the constructs that the row names',
  (_primitive, row) => {
    const text = textOf(row);
    const words = codesIn(row['Construct']!).flatMap((code) => code.split(/[.:\s]+/));
    // What a condition may ask of a ladder needs no line in the ladder itself.
    const missing = words.filter((word) => word !== 'warned' && !text.includes(word));
    expect(missing).toEqual([]);
  },
);

test('no policy of the folder is without a row, and no two are the same', () => {
  const files = readdirSync(join(FOLDER, 'primitives'));
  expect(files.map((file) => `P${Number(file.slice(1, 3))}`)).toEqual(PRIMITIVES);
  const digests = ROWS.map((row) => createHash('sha256').update(textOf(row)).digest('hex'));
  expect(new Set(digests).size).toBe(PRIMITIVES.length);
});
