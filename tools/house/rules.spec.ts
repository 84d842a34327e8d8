import { findBrokenLinks, findMissingReadmes, findUnknownCommands } from './documents.ts';
import { findImportDirection, findProjectReferences } from './import-direction.ts';
import { findDeadFiles } from './import-graph.ts';
import { findLoosePackages } from './packages.ts';
import { plant, type Finding } from './repository.ts';
import { findSizes } from './sizes.ts';
import { findEmptyNouns, findFileNames, findLeftovers } from './words.ts';

// A house rule that finds nothing looks like a tidy house: each is shown a violation, and a neighbour it must spare.

const MANIFEST = JSON.stringify({
  imports: {
    '#domain/*': { source: './libs/domain/src/*.ts' },
    '#stage/*': { source: './libs/stage/src/*.ts' },
    '#apps/*': { source: './apps/*.ts' },
    '#sim/*': { source: './sim/*.ts' },
  },
  scripts: { build: 'x', start: 'x' },
});

function expectOnly(findings: readonly Finding[], ...beginnings: readonly string[]): void {
  expect(findings.map((finding) => beginnings.find((start) => finding.startsWith(start)) ?? finding)).toEqual(
    beginnings,
  );
}

describe('sizes', () => {
  const long = `function long() {\n${'  step();\n'.repeat(70)}}\n`;

  test('a long function, a long file and a long line are found, short ones are not', () => {
    const repository = plant({
      'a.ts': long,
      'b.ts': 'x();\n'.repeat(301),
      'c.ts': `// ${'x'.repeat(120)}\n`,
      'd.ts': 'x();\n'.repeat(300),
    });
    expectOnly(findSizes(repository, {}), 'a.ts:1 long has 72', 'b.ts has 301', 'c.ts:1 has 123');
  });

  test('a factory is not charged with the functions it declares, nor a describe block with its tests', () => {
    const inner = `function inner() {\n${'  step();\n'.repeat(40)}}\n`;
    const repository = plant({
      'a.ts': `function make() {\n${inner}${inner.replace('inner', 'other')}}\n`,
      'a.spec.ts': `describe('x', () => {\n${"  test('y');\n".repeat(100)}});\n`,
      'b.ts': `export function describeB() {\n  describe('x', () => {\n${"  test('y');\n".repeat(100)}});\n}\n`,
    });
    expectOnly(findSizes(repository, {}));
  });

  test('an exemption holds for what it names and must go when it is no longer needed', () => {
    expectOnly(findSizes(plant({ 'a.ts': long }), { 'a.ts#long': 'a table' }));
    expectOnly(findSizes(plant({ 'a.ts': 'x();' }), { 'a.ts#long': 'a table' }), 'a.ts#long no longer needs');
  });
});

describe('words', () => {
  test('drawers, suffixes and camel case are found in paths', () => {
    const paths = [
      'libs/domain/src/utils.ts',
      'apps/x/src/common/a.ts',
      'a.service.ts',
      'someThing.ts',
      'fine-name.ts',
    ];
    const texts = Object.fromEntries(paths.map((path) => [path, '']));
    expectOnly(
      findFileNames(plant(texts)),
      'libs/domain/src/utils.ts: "utils"',
      'apps/x/src/common/a.ts: "common"',
      'a.service.ts: name it by the thing',
      'someThing.ts: name files in kebab-case',
    );
  });

  test('empty nouns and enums are found in declarations, words that contain them are spared', () => {
    const text =
      'class GrantManager {}\ntype RowData = 1;\nenum Kind { A }\nclass DataSource {}\ntype Items = 1;\n';
    expectOnly(
      findEmptyNouns(plant({ 'a.ts': text })),
      'a.ts:1 GrantManager',
      'a.ts:2 RowData',
      'a.ts:3 Kind: use a union',
    );
  });

  test('notes to oneself, muted checks and machine paths are found', () => {
    const text = [
      `// ${'TO' + 'DO'} later`,
      `// @ts-${'ignore'}`,
      `// oxlint-${'disable'}-next-line no-console`,
      `// oxlint-${'disable'}-next-line no-console -- the terminal is the product here`,
      `const x = '/${'home'}/somebody/x';`,
      "const y = '/v1/events';",
    ].join('\n');
    expectOnly(
      findLeftovers(plant({ 'a.ts': text })),
      'a.ts:1 ',
      'a.ts:2 mutes',
      'a.ts:3 mutes',
      'a.ts:5 names a path',
    );
  });
});

describe('imports', () => {
  test('an app that imports another app, a library that imports the simulator and a stray client are found', () => {
    const repository = plant({
      'package.json': MANIFEST,
      'libs/domain/src/a.ts': "import { x } from '#stage/a';\n",
      'libs/stage/src/a.ts': "const x = await import('#sim/marketplace/a');\nimport pg from 'pg';\n",
      'apps/ingest/src/a.ts': "import type { x } from '#apps/scoring/src/a';\n",
      'apps/standalone/src/a.ts': "import type { x } from '#apps/scoring/src/a';\n",
      'apps/scoring/src/a.ts': "import { x } from '#domain/a';\n",
      'sim/marketplace/a.ts': "import { x } from '../../libs/domain/src/a.ts';\n",
      'tools/checker/a.ts': "import { x } from '#domain/a';\nimport pg from 'pg';\n",
    });
    expectOnly(
      findImportDirection(repository),
      'libs/domain/src/a.ts imports libs/stage/src/a.ts',
      'libs/domain/src/a.ts imports #stage/a; the domain is pure',
      'libs/stage/src/a.ts imports sim/marketplace/a.ts',
      'libs/stage/src/a.ts imports pg; only',
      'apps/ingest/src/a.ts imports apps/scoring/src/a.ts',
      'sim/marketplace/a.ts imports ../../libs/domain/src/a.ts; write it as #',
      'tools/checker/a.ts imports libs/domain/src/a.ts',
    );
  });

  test('a project reference in the wrong direction is found', () => {
    const repository = plant({
      'libs/stream/tsconfig.json': '{ "references": [{ "path": "../domain" }] }',
      'apps/ingest/tsconfig.json':
        '{ "references": [{ "path": "../../libs/domain" }, { "path": "../scoring" }] }',
    });
    expectOnly(
      findProjectReferences(repository),
      'libs/stream/tsconfig.json refers to libs/domain',
      'apps/ingest/tsconfig.json refers to apps/scoring',
    );
  });

  test('a file that only its own spec uses is dead; one that a program starts as a worker is not', () => {
    const repository = plant({
      'package.json': MANIFEST,
      'apps/x/src/main.ts': "import './a.ts';\nnew Worker(new URL('./worker.js', import.meta.url));\n",
      'apps/x/src/a.ts': '',
      'apps/x/src/worker.ts': '',
      'apps/x/src/dead.ts': '',
      'apps/x/src/dead.spec.ts': "import './dead.ts';\nimport './contract.ts';\n",
      'apps/x/src/contract.ts': '',
    });
    expectOnly(findDeadFiles(repository), 'apps/x/src/dead.ts is reached by no');
  });
});

describe('documents', () => {
  test('a folder without a README and one with an empty README are found', () => {
    const repository = plant({
      'libs/a/src/a.ts': '',
      'libs/b/README.md': '# b\n',
      'libs/c/README.md': '# c\n\nwhat\n\nwhy\n',
    });
    expectOnly(findMissingReadmes(repository), 'libs/a has no README.md', 'libs/b/README.md says too little');
  });

  test('commands that do not exist are found in code, not in prose', () => {
    const markdown = [
      '`npm run build`, `npm start -- --port 1`, `npm ci`, and npm run nonsense in prose; `updraft topics create`',
      '```',
      'npm run nonsense',
      'KAFKA_BROKERS=x node bin/updraft.mjs fly',
      'npx nest build nowhere',
      'node dist/apps/x/src/main.js',
      'node dist/apps/y/src/main.js',
      '```',
    ].join('\n');
    const repository = plant({
      'a.md': markdown,
      'package.json': MANIFEST,
      'nest-cli.json': '{ "projects": { "ingest": {} } }',
      'tools/cli/main.ts': "program.command('topics');",
      'bin/updraft.mjs': '',
      'apps/x/src/main.ts': '',
    });
    expectOnly(
      findUnknownCommands(repository),
      'a.md shows "npm run nonsense": there is no script',
      'a.md shows "KAFKA_BROKERS=x node bin/updraft.mjs fly": there is no command "fly"',
      'a.md shows "npx nest build nowhere": there is no app',
      'a.md shows "node dist/apps/y/src/main.js": there is no file apps/y/src/main.ts',
    );
  });

  test('a link to nothing is found', () => {
    const repository = plant({ 'docs/a.md': '[x](b.md) [y](../c.md#d) [z](https://x.y/z)', 'docs/b.md': '' });
    expectOnly(findBrokenLinks(repository), 'docs/a.md links to ../c.md');
  });
});

test('loose ranges, stale locks, registry hosts and missing platforms are found', () => {
  const repository = plant({
    'package.json': '{ "dependencies": { "a": "^1.0.0", "b": "2.0.0", "c": "3.0.0" } }',
    'package-lock.json': JSON.stringify({
      packages: {
        'node_modules/a': { version: '1.0.1' },
        'node_modules/b': { version: '2.0.0', resolved: 'https://registry.example/b.tgz' },
        'node_modules/c': { version: '2.9.0', optionalDependencies: { 'c-linux': '1', 'c-win32': '1' } },
        'node_modules/c/node_modules/c-linux': { version: '1.0.0' },
      },
    }),
  });
  expectOnly(
    findLoosePackages(repository),
    'package.json: a is "^1.0.0"',
    'package-lock.json has a 1.0.1, not ^1.0.0',
    'package-lock.json has c 2.9.0, not 3.0.0',
    'package-lock.json: node_modules/b names a registry host',
    'package-lock.json lacks c-win32 of node_modules/c',
  );
});
