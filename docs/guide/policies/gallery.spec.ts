import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { pageOf, yamlIn } from './examples.ts';

// docs/guide/policies/gallery.md shows parts of the packs: they stand there as they stand in the packs, and the vectors
// that it names are there.

const ROOT = join(import.meta.dirname, '../../..');
const SHAPES = pageOf('gallery.md')
  .split(/^## /m)
  .slice(1)
  .map((text) => [text.split('\n')[0]!, text] as const);
const VECTOR = /\[([^\]]+)\]\((?:\.\.\/){3}(policies\/[^)]+\.vectors\.yaml)\)/g;
const SOURCE = /`\w+` \((?:OFF|NOT|3P)[^)]*\) https?:\/\/\S+/;

const PACKS = readdirSync(join(ROOT, 'policies'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(join(ROOT, 'policies', name), 'utf8'));

type Thing = Readonly<Record<string, unknown>>;
type Document = Readonly<Record<string, readonly Thing[]>>;

const read = (path: string): Document => parse(readFileSync(join(ROOT, path), 'utf8')) as Document;

/** Of what stands in the file, that which the page shows: things by id, and their keys whole, but the list of tiers. */
function shownOf(file: readonly Thing[], page: readonly Thing[]): Thing[] {
  return file.flatMap((thing) => {
    const shown = page.find(({ id }) => id === thing['id']);
    if (shown === undefined) return [];
    const keys = Object.keys(thing).filter((key) => key in shown);
    return [Object.fromEntries(keys.map((key) => [key, shownAt(key, thing, shown)]))];
  });
}

function shownAt(key: string, thing: Thing, shown: Thing): unknown {
  return key === 'tiers'
    ? shownOf(thing[key] as readonly Thing[], shown[key] as readonly Thing[])
    : thing[key];
}

function vectorsIn(text: string): { readonly name: string; readonly path: string }[] {
  return [...text.matchAll(VECTOR)].map(([, name, path]) => ({ name: name!, path: path! }));
}

/** All keys and words of a value. */
function wordsOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...wordsOf(inner)]);
}

test('the page has fourteen shapes, and its table leads to each', () => {
  const anchors = SHAPES.map(([name]) => name.toLowerCase().replaceAll(',', '').replaceAll(' ', '-'));
  const rows = [...pageOf('gallery.md').matchAll(/^\| \[(.+)\]\(#(.+?)\) \|/gm)];
  expect(rows.map(([, name, anchor]) => [name, anchor])).toEqual(
    SHAPES.map(([name], i) => [name, anchors[i]]),
  );
  expect(SHAPES).toHaveLength(14);
});

test.each(SHAPES)('%s: the YAML is what stands in the file that the page links', (_, text) => {
  const excerpts = yamlIn(text);
  expect(excerpts).not.toEqual([]);
  for (const { path, text: yaml } of excerpts) {
    const page = parse(yaml) as Document;
    const file = read(path);
    const shown = Object.entries(page).map(([kind, things]) => [kind, shownOf(file[kind] ?? [], things)]);
    expect(Object.fromEntries(shown)).toEqual(page);
    expect(text).toContain(`[${path}](../../../${path})`);
  }
});

test.each(SHAPES)('%s: two vectors or more, each there once, tell of what is shown', (_, text) => {
  const vectors = vectorsIn(text);
  const ids = yamlIn(text).flatMap(({ text: yaml }) => [...yaml.matchAll(/\b(?:id|metric|marginal): ([\w.-]+)/g)]);
  const shown = new Set<unknown>(ids.map(([, id]) => id));
  expect(vectors.length).toBeGreaterThanOrEqual(2);
  for (const { name, path } of vectors) {
    const same = existsSync(join(ROOT, path)) ? read(path)['vectors']!.filter((each) => each['name'] === name) : [];
    expect([name, same.length]).toEqual([name, 1]);
    expect([name, wordsOf(same[0]).some((word) => shown.has(word))]).toEqual([name, true]);
  }
});

test.each(SHAPES)('%s: its sources have a grade, and are sources of the packs', (_, text) => {
  const published = /^\*\*Published\.\*\* .*$/m.exec(text)![0];
  expect(published).toMatch(SOURCE);
  for (const [address] of published.matchAll(/https?:\/\/[^\s,]+/g)) {
    // A pack that cites two pages of one site writes the site once.
    const known = PACKS.some((pack) => pack.includes(address) || pack.includes(new URL(address).pathname));
    expect([address, known]).toEqual([address, true]);
  }
});
