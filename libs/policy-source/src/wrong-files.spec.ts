import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { compileSource } from './compile-source.ts';
import type { PlacedFinding } from './place.ts';
import { splitIntoPack } from './testing/split-policy.ts';
import { MUTATIONS, spotsIn, type Mutation, type Path, type Pick } from './testing/mutations.ts';

// Policies with one mistake each. Whatever it is, it is refused with the file and line where it stands and with what
// would be right; and what is no mistake compiles.

const SEED = 20_261_129;
const EACH_MUTATION = 5;
const POLICIES = [
  'policies/starter/bundle.yaml',
  'policies/orders-only/bundle.yaml',
  'tools/schemas/every-construct.yaml',
];

const root = new URL('../../../', import.meta.url).pathname;
const policies = POLICIES.map((name) => ({
  name,
  source: parse(readFileSync(root + name, 'utf8')) as Source,
}));
type Source = Record<string, unknown>;
type Policy = (typeof policies)[number];

/** Park and Miller's generator. */
function chance(seed: number): Pick {
  let state = (seed % 2_147_483_646) + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const compile = (source: Source): ReturnType<typeof compileSource> => {
  const { files, entry } = splitIntoPack(source);
  return compileSource(files, entry, 'trial');
};

/** Spread over the policies and over the places in them, so that no list is left out because it is short. */
function mistakes(mutation: Mutation, policy: Policy): { readonly source: Source; readonly found: Path }[] {
  const pick = chance(SEED);
  const spots = spotsIn(policy.source).filter((spot) => mutation.fits(spot));
  return Array.from({ length: Math.min(EACH_MUTATION, spots.length) }, () => {
    const source = structuredClone(policy.source);
    const found = mutation.make(source, spots[pick(spots.length)]!, pick);
    return { source, found };
  });
}

const cases = MUTATIONS.flatMap((mutation) =>
  policies.flatMap((policy) =>
    mistakes(mutation, policy).map((mistake) => ({ mutation, policy, ...mistake })),
  ),
);

test(`there are more than 300 of them (seed ${SEED})`, () => {
  expect(cases.length).toBeGreaterThan(300);
});

test.each(policies)('$name without a mistake compiles as a pack of files', ({ source }) => {
  expect(compile(source)).toHaveProperty('bundle');
});

test.each(MUTATIONS)('$name is refused where it stands, with what would be right', (mutation) => {
  const own = cases.filter((each) => each.mutation === mutation);
  expect(own.length).toBeGreaterThanOrEqual(EACH_MUTATION);
  const wrong = own.flatMap(({ policy, source, found }) => {
    const where = `${policy.name} ${found.join('/')}`;
    const { files, entry } = splitIntoPack(source);
    const result = compileSource(files, entry, 'trial');
    if ('bundle' in result) return [`${where}: was taken`];
    return [
      ...faultsOf(result.findings, files),
      ...(isNear(result.findings, found) ? [] : ['is told elsewhere']),
    ].map((fault) => `${where}: ${fault}: ${JSON.stringify(result.findings[0])}`);
  });
  expect(wrong).toEqual([]);
});

/** What a finding lacks, to be of use. */
function faultsOf(findings: readonly PlacedFinding[], files: ReadonlyMap<string, string>): string[] {
  return findings.flatMap((finding) => {
    const { file, line, column, field, value, rule, right } = finding;
    const text = files
      .get(file)
      ?.split('\n')
      [line - 1]?.slice(column - 1);
    const key = field.slice(field.lastIndexOf('/') + 1);
    return [
      ...(text === undefined ? ['has no place'] : []),
      ...(text !== undefined && isWritten(files.get(file)!, field) && !text.startsWith(JSON.stringify(key))
        ? ['is on another line']
        : []),
      ...(value === '' && !/^must be text|unique/.test(rule) ? ['has no value'] : []),
      ...(rule === '' ? ['has no rule'] : []),
      ...(right === null || right === '' ? [`does not say what would be right: ${rule}`] : []),
    ];
  });
}

/** Whether the file has a key at the field, rather than an element of a list, or nothing. */
function isWritten(text: string, field: string): boolean {
  const keys = field.split('/').slice(1);
  let value: unknown = JSON.parse(text);
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string, unknown>)[key];
  }
  return !/^\d*$/.test(keys.at(-1)!);
}

/** Whether one of the findings stands at the mistake, around it or within it, and not at the whole file. */
function isNear(findings: readonly PlacedFinding[], found: Path): boolean {
  // Indices differ by file: the keys on the way tell the place.
  const keysOf = (path: Path): string => path.filter((key) => !/^\d+$/.test(String(key))).join('/');
  const at = keysOf(found);
  return findings.some(({ field }) => {
    const told = keysOf(field.split('/').slice(1));
    return told !== '' && (told.startsWith(at) || at.startsWith(told));
  });
}

test('what is no mistake compiles: notes, other words for people, another order of keys, comments', () => {
  for (const { source } of policies) {
    const changed = structuredClone(source);
    for (const { path, value } of spotsIn(changed)) {
      if (typeof path[1] === 'number' && path.length === 2)
        Object.assign(value!, { source: 'OFF, somewhere' });
      if (path.at(-1) === 'names') Object.assign(value as object, { 'pt-BR': 'Nome' });
    }
    const turned = Object.fromEntries(Object.entries(changed).reverse());
    expect(compile(turned)).toHaveProperty('bundle');
    const text = stringify(changed).replace(/\n/g, ' # well\n');
    expect(compileSource(new Map([['b.yaml', text]]), 'b.yaml', 'trial')).toHaveProperty('bundle');
  }
});
