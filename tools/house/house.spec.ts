import { join } from 'node:path';
import { findBrokenLinks, findMissingReadmes, findUnknownCommands } from './documents.ts';
import { findImportDirection, findProjectReferences } from './import-direction.ts';
import { findDeadFiles } from './import-graph.ts';
import { findLoosePackages } from './packages.ts';
import { readRepository, type Finding } from './repository.ts';
import { findSizes, type Exemptions } from './sizes.ts';
import { findEmptyNouns, findFileNames, findLeftovers } from './words.ts';

// The house test: what the compiler, the linter and the formatter cannot see. Each line it prints says what to do.

/** Parsing every source takes seconds on a busy machine; the first rule that asks pays for all. */
const PARSE_MAX_MS = 60_000;

const TOO_LARGE_FOR_A_REASON: Exemptions = {};

const house = readRepository(join(import.meta.dirname, '../..'));

function expectNone(findings: readonly Finding[]): void {
  if (findings.length > 0) throw new Error(`${findings.length} to repair:\n${findings.join('\n')}`);
}

test(
  'files, functions and lines are small enough to be read',
  () => {
    expectNone(findSizes(house, TOO_LARGE_FOR_A_REASON));
  },
  PARSE_MAX_MS,
);

test(
  'files are named by what they hold',
  () => {
    expectNone(findFileNames(house));
  },
  PARSE_MAX_MS,
);

test(
  'types are named by what they do',
  () => {
    expectNone(findEmptyNouns(house));
  },
  PARSE_MAX_MS,
);

test(
  'nothing is left half done, muted or tied to one machine',
  () => {
    expectNone(findLeftovers(house));
  },
  PARSE_MAX_MS,
);

test(
  'every file is used',
  () => {
    expectNone(findDeadFiles(house));
  },
  PARSE_MAX_MS,
);

test(
  'imports go one way',
  () => {
    expectNone([...findImportDirection(house), ...findProjectReferences(house)]);
  },
  PARSE_MAX_MS,
);

test(
  'every folder that a newcomer opens says what it is',
  () => {
    expectNone(findMissingReadmes(house));
  },
  PARSE_MAX_MS,
);

test(
  'documents show only commands that exist and links that lead somewhere',
  () => {
    expectNone([...findUnknownCommands(house), ...findBrokenLinks(house)]);
  },
  PARSE_MAX_MS,
);

test(
  'packages are pinned and locked for every platform',
  () => {
    expectNone(findLoosePackages(house));
  },
  PARSE_MAX_MS,
);
