import { parse } from 'yaml';
import { FACTS } from '#domain/scoring/fact';
import { compileSource } from '#policy-source/compile-source';
import { findingsText } from '#policy-source/place';
import { codesIn, rowsUnder } from '../../markdown-table.ts';
import { pageOf, referenceFiles } from './examples.ts';

// docs/guide/policies/reference.md is written by hand. Its examples are one bundle that compiles, and together they use
// every key that the readers know.

const PAGE = pageOf('reference.md');
const PLANTED = 'zz_planted';
/** What nearly everything may have, and the page says once. */
const EVERYWHERE = ['id', 'names', 'grain', 'waiveIf', 'illustrative', 'source', 'hash'];
const FILES = /^(pack|bundle), names/;

type Value = Record<string, unknown>;

const compile = (files: ReadonlyMap<string, string>): ReturnType<typeof compileSource> =>
  compileSource(files, 'bundle.yaml', 'trial');

test('the examples of the page are one bundle that compiles', () => {
  const result = compile(referenceFiles());
  expect('findings' in result ? findingsText(result.findings) : '').toBe('');
});

/** Every mapping within a value, itself first. */
function mappingsIn(value: unknown): Value[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(mappingsIn);
  return Array.isArray(value) ? inner : [value as Value, ...inner];
}

/** The keys known at each kind of mapping, with those of them that the examples use. */
function usedByKind(): ReadonlyMap<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [path, text] of referenceFiles()) {
    const document = parse(text) as Value;
    for (const mapping of mappingsIn(document)) mapping[PLANTED] = 1;
    const result = compile(new Map([...referenceFiles(), [path, JSON.stringify(document)]]));
    for (const { file, field, rule } of 'findings' in result ? result.findings : []) {
      const [, known] = /^is not known here; known are (.*)$/.exec(rule) ?? [];
      if (file !== path || known === undefined || !field.endsWith(PLANTED)) continue;
      const keys = field.split('/').slice(1, -1);
      const mapping = keys.reduce<unknown>((value, key) => (value as Value)[key], document) as Value;
      const used = found.get(known) ?? new Set();
      for (const key of Object.keys(mapping)) used.add(key);
      found.set(known, used);
    }
  }
  return found;
}

test('the examples use every key that the readers know, at every kind of mapping', () => {
  const kinds = [...usedByKind()].filter(([known]) => !FILES.test(known));
  const unused = kinds.flatMap(([known, used]) =>
    known
      .split(', ')
      .filter((key) => !used.has(key) && !EVERYWHERE.includes(key))
      .map((key) => `${key}, of ${known}`),
  );
  expect(unused).toEqual([]);
  expect(kinds.length).toBeGreaterThan(60);
});

test('the text explains every key of the examples', () => {
  const text = PAGE.replace(/^```[^]*?^```$/gm, '');
  const told = new Set(
    [...text.matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code!.match(/[A-Za-z]+/g) ?? []),
  );
  const keys = new Set([...usedByKind().keys()].flatMap((known) => known.split(', ')));
  expect([...keys].filter((key) => !told.has(key) && key !== 'id')).toEqual([]);
});

test('every construct names a programme with the grade of its source, or says that it is ours', () => {
  const rows = [...PAGE.matchAll(/^#+ .+$/gm)].flatMap(([heading]) => rowsUnder(PAGE, heading));
  const bare = rows.filter(
    (row) => (row['From'] ?? '') !== '' && !/\((OFF|NOT|3P|GK)\)$|^ours$|^everywhere$/.test(row['From']!),
  );
  expect(bare).toEqual([]);
  expect(rows.filter((row) => row['From'] !== undefined).length).toBeGreaterThan(80);
});

test('the page lists the facts, each once', () => {
  const listed = rowsUnder(PAGE, '## Facts').flatMap((row) => codesIn(row['Facts']!));
  expect([...listed].sort()).toEqual([...FACTS].sort());
});
