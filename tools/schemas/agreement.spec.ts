import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readVectors } from '#domain/vectors/read-vector';
import { compileSource } from '#policy-source/compile-source';
import { findingsText } from '#policy-source/place';
import { POLICY_SCHEMA, schemas } from './schema-files.ts';
import { mappingsOf, walkOf } from './schema-walk.ts';
import type { Schema } from './schema.ts';

// The schemas and the readers are two descriptions of one language. In every mapping of a document that uses
// everything, an unknown key is planted: the finding says which keys the readers know there, and the schema must name
// exactly these.

const PLANTED = 'zz_planted';
const NOTES = ['illustrative', 'source'];
const SMALL_PACK = 'pack: p\nnames: { en: P }\ndescription: { en: Nothing }\nversion: a\n';

const definitions = schemas().get(POLICY_SCHEMA)!['$defs'] as Record<string, Schema>;
const read = (name: string): Record<string, unknown> =>
  parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Record<string, unknown>;

interface Language {
  readonly document: Record<string, unknown>;
  readonly schema: string;
  /** Field and rule of everything found wrong. */
  findings(source: unknown): readonly { readonly field: string; readonly rule: string }[];
}

function asBundle(source: unknown): ReturnType<typeof compileSource> {
  const files = [['b.yaml', JSON.stringify(source)] as const, ['p/pack.yaml', SMALL_PACK] as const];
  return compileSource(new Map(files), 'b.yaml', 'trial');
}

function asPack(source: unknown): ReturnType<typeof compileSource> {
  return compileSource(new Map([['pack.yaml', JSON.stringify(source)]]), 'pack.yaml', 'trial');
}

function bundle(): Record<string, unknown> {
  const document = { ...read('every-construct.yaml'), packs: [{ pack: 'p' }] };
  const result = asBundle(document);
  const hash = 'findings' in result ? null : result.pins[0]!.hash;
  return { ...document, packs: [{ pack: 'p', hash }] };
}

function pack(): Record<string, unknown> {
  const { bundle: id, mainLadder: _, ...rest } = read('every-construct.yaml');
  return { ...rest, pack: id, version: 'a', description: { en: 'Everything' } };
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  bundle: {
    document: bundle(),
    schema: 'bundleFile',
    findings(source) {
      const result = asBundle(source);
      return 'findings' in result ? result.findings : [];
    },
  },
  pack: {
    document: pack(),
    schema: 'packFile',
    findings(source) {
      const result = asPack(source);
      return 'findings' in result ? result.findings : [];
    },
  },
  vectors: {
    document: read('every-construct.vectors.yaml'),
    schema: 'vectorsFile',
    findings(source) {
      const result = readVectors(source);
      return 'findings' in result ? result.findings : [];
    },
  },
};

/** What readers know, by mapping; none where they take any key, or have words of their own for a wrong one. */
function readersKeys({ document, findings }: Language): ReadonlyMap<string, string[]> {
  const copy = structuredClone(document);
  for (const { path } of mappingsOf(document)) {
    const at = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], copy);
    (at as Record<string, unknown>)[PLANTED] = 1;
  }
  const known = findings(copy).flatMap(({ field, rule }) => {
    const [, keys] = /^is not known here; known are (.*)$/.exec(rule) ?? [];
    const pointer = field.slice(0, field.lastIndexOf('/'));
    return keys === undefined || !field.endsWith(`/${PLANTED}`) ? [] : [[pointer, keys.split(', ')] as const];
  });
  return new Map(known);
}

/** Where the readers look at more than the one mapping, or the files are not their business. */
function allowance(pointer: string, keys: readonly string[]): readonly string[] {
  if (NOTES.every((note) => keys.includes(note))) {
    // The three forms of a ladder are one to the readers, which find what doesn't go together afterwards.
    if (/^\/ladders\/\d+$/.test(pointer)) return [...NOTES, 'by', 'worst'];
    return pointer === '' ? [...NOTES, 'packs'] : NOTES;
  }
  // Without an account there is nothing to be limited but the openings; the schema says so in other words.
  return /^\/programmes\/\d+\/limits$/.test(pointer) ? ['perMerchant', 'shrinkBelow'] : [];
}

test('the documents that use everything are well', () => {
  const result = asBundle(LANGUAGES['bundle']!.document);
  expect('findings' in result ? findingsText(result.findings) : '').toBe('');
  expect(LANGUAGES['pack']!.findings(LANGUAGES['pack']!.document)).toEqual([]);
  expect(LANGUAGES['vectors']!.findings(LANGUAGES['vectors']!.document)).toEqual([]);
});

describe.each(Object.keys(LANGUAGES))('%s', (name) => {
  const language = LANGUAGES[name]!;
  const walk = walkOf(definitions, language.schema, language.document);
  const mappings = mappingsOf(language.document);

  test('the schema has at every mapping exactly the keys that readers know there', () => {
    const readers = readersKeys(language);
    const differences = mappings.flatMap((at) => {
      const known = readers.get(at.pointer) ?? null;
      const keys = walk.keysAt(at);
      if (known === null || keys === null) return known === keys ? [] : [{ at: at.pointer, known, keys }];
      const allowed = allowance(at.pointer, keys);
      const strip = (each: readonly string[]): string[] =>
        each.filter((key) => !allowed.includes(key)).sort();
      return strip(known).join() === strip(keys).join() ? [] : [{ at: at.pointer, known, keys }];
    });
    expect(differences).toEqual([]);
    expect(mappings.length).toBeGreaterThan(10);
  });

  test('the document uses every part of the schema, so that all of it was compared', () => {
    const used = new Set(mappings.map((at) => walk.partAt(at)));
    expect(walk.allParts().filter((part) => !used.has(part))).toEqual([]);
  });
});
