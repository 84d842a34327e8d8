import { join } from 'node:path';
import { findBrokenLinks, findMissingReadmes, findUnknownCommands } from './documents.ts';
import { findImportDirection, findProjectReferences } from './import-direction.ts';
import { findDeadFiles } from './import-graph.ts';
import { findLoosePackages } from './packages.ts';
import { readRepository, sources, syntaxOf, type Finding } from './repository.ts';
import { findSizes, type Exemptions } from './sizes.ts';
import { findEmptyNouns, findFileNames, findLeftovers } from './words.ts';

// The house test: what the compiler, the linter and the formatter cannot see. Each line it prints says what to do.

/** Parsing every source takes seconds on a busy machine; it is done once, before the rules that need it. */
const PARSE_MAX_MS = 60_000;

const TOO_LARGE_FOR_A_REASON: Exemptions = {
  'sim/fault/sabotages.ts': 'a sabotage names a compiled line to the letter, however long that line is',
};

const house = readRepository(join(import.meta.dirname, '../..'));

beforeAll(() => {
  for (const [path] of sources(house)) syntaxOf(house, path);
}, PARSE_MAX_MS);

function expectNone(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new Error(`${findings.length} to repair:\n${findings.join('\n')}`);
}

test('files, functions and lines are small enough to be read', () => {
  expectNone(findSizes(house, TOO_LARGE_FOR_A_REASON));
});

test('files are named by what they hold', () => {
  expectNone(findFileNames(house));
});

test('types are named by what they do', () => {
  expectNone(findEmptyNouns(house));
});

test('nothing is left half done, muted or tied to one machine', () => {
  expectNone(findLeftovers(house));
});

test('every file is used', () => {
  expectNone(findDeadFiles(house));
});

test('the specs that run first are there', () => {
  const named = [...house.texts.get('tools/longest-first.mjs')!.matchAll(/'(\S+\.spec\.ts)'/g)];
  expect(named.length).toBeGreaterThan(0);
  expect(named.map(([, path]) => path!).filter((path) => !house.texts.has(path))).toEqual([]);
});

test('imports go one way', () => {
  expectNone([...findImportDirection(house), ...findProjectReferences(house)]);
});

test('every folder that a newcomer opens says what it is', () => {
  expectNone(findMissingReadmes(house));
});

test('documents show only commands that exist and links that lead somewhere', () => {
  expectNone([...findUnknownCommands(house), ...findBrokenLinks(house)]);
});

test('packages are pinned and locked for every platform', () => {
  expectNone(findLoosePackages(house));
});
