import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { playVector } from '#domain/vectors/play-vector';
import { readVectors } from '#domain/vectors/read-vector';
import { compileSource, type CompiledSource } from '#policy-source/compile-source';
import { findingsText } from '#policy-source/place';
import { pageOf, yamlIn } from './examples.ts';

// The policies and vectors that stand in the pages of the guide: they compile and hold, but where a page says that they
// do not.

const TUTORIAL = yamlIn(pageOf('README.md'));
const BUNDLE = 'my-policy/bundle.yaml';
const textsOf = (path: string): string[] =>
  TUTORIAL.filter((example) => example.path === path).map(({ text }) => text);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function compiled(files: ReadonlyMap<string, string>, entry: string): CompiledSource {
  const result = compileSource(files, entry, 'trial');
  if ('findings' in result) throw new Error(findingsText(result.findings));
  return result;
}

/** Of vectors in YAML, what does not hold. */
function missesOf({ bundle, text }: CompiledSource, source: string): string[] {
  const read = readVectors(parse(source));
  if ('findings' in read) throw new Error(JSON.stringify(read.findings));
  return read.vectors.flatMap((vector) => [...playVector(bundle, text, vector, sha256).misses]);
}

const policy = (): CompiledSource => compiled(new Map([[BUNDLE, textsOf(BUNDLE).at(-1)!]]), BUNDLE);

test('the policy of the tutorial has two false starts, then compiles to the hash that the page names', () => {
  const [empty, mistyped, well] = textsOf(BUNDLE);
  for (const text of [empty!, mistyped!]) {
    expect(compileSource(new Map([[BUNDLE, text]]), BUNDLE, 'trial')).toHaveProperty('findings');
  }
  expect(pageOf('README.md')).toContain(
    `is well, ${sha256(compiled(new Map([[BUNDLE, well!]]), BUNDLE).text)}:`,
  );
});

test('its first vectors fail, as the page says, and the second hold', () => {
  const [first, second] = textsOf('my-policy/boost.vectors.yaml');
  expect(missesOf(policy(), first!)).toEqual(['step 1: punctual-boost: size is 750, and should be 900']);
  expect(missesOf(policy(), second!)).toEqual([]);
});

test('moved into a pack it is the same policy', () => {
  const [head] = textsOf('packed/bundle.yaml');
  const [pack] = textsOf('packed/my-pack/pack.yaml');
  const rules = textsOf(BUNDLE)
    .at(-1)!
    .replace(/^[^]*?(?=^metrics:)/m, '');
  const files = new Map([
    ['packed/bundle.yaml', head!],
    ['packed/my-pack/pack.yaml', pack!],
    ['packed/my-pack/rules.yaml', rules],
  ]);
  expect(compiled(files, 'packed/bundle.yaml').text).toBe(policy().text);
});

test.each(yamlIn(pageOf('vectors.md')).map(({ text }, i) => [i + 1, text] as const))(
  'example %i of the page about vectors holds',
  (_, text) => {
    expect(missesOf(policy(), text)).toEqual([]);
  },
);

test('the page about vectors explains every key that vectors may have', () => {
  const planted = { zz: 1 };
  const events = [{ ...planted, type: 'order.paid', data: {} }];
  const given = { ...planted, violations: [{ ...planted, class: 'spam' }], events };
  const expect_ = { ...planted, programmes: { p: { ...planted, outcome: 'issue' } } };
  const read = readVectors({
    vectors: [{ ...planted, name: 'n', given, steps: [{ ...planted, events, expect: expect_ }] }],
  });
  const known = ('findings' in read ? read.findings : []).flatMap(
    ({ rule }) => /^is not known here; known are (.*)$/.exec(rule)?.[1]?.split(', ') ?? [],
  );
  const page = pageOf('vectors.md');
  expect(new Set(known).size).toBeGreaterThan(30);
  expect(known.filter((key) => !new RegExp(`\\b${key}\\b`).test(page))).toEqual([]);
});

test('the Star Seller of the example compiles, and its vectors hold, from the lines that Etsy publishes', () => {
  const folder = 'example-etsy-star-seller';
  const names = ['pack', 'metrics', 'calendars', 'ladders', 'capacity', 'programmes'];
  const files = new Map(names.map((name) => [`${name}.yaml`, pageOf(`${folder}/${name}.yaml`)]));
  const star = compiled(files, 'pack.yaml');
  expect(missesOf(star, pageOf(`${folder}/star-seller.vectors.yaml`))).toEqual([]);
});
