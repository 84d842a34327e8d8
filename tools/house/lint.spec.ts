import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

// A lint rule that never fires looks exactly like clean code. Every rule we rely on is therefore shown to fire: one
// file per rule breaks it in a copy of the repository's configuration, next to a file that may do the same thing.

const ROOT = join(import.meta.dirname, '../..');
const CONFIGURATION = ['.oxlintrc.json', 'package.json', 'tsconfig.base.json'];

interface Trial {
  readonly what: string;
  readonly path: string;
  readonly source: string;
  readonly breaks: string;
}

const DOMAIN_GLOBALS = [
  ['Date', 'Date.now()'],
  ['Date', 'new Date(0)'],
  ['performance', 'performance.now()'],
  ['setTimeout', 'setTimeout(() => {}, 1)'],
  ['setInterval', 'setInterval(() => {}, 1)'],
  ['process', 'process.pid'],
  ['crypto', 'crypto.randomUUID()'],
  ['fetch', "typeof fetch('http://x')"],
  ['globalThis', 'globalThis'],
  ['Intl', 'new Intl.Collator()'],
  ['Buffer', "Buffer.from('a')"],
].map(([name, expression], index) => ({
  path: `libs/domain/src/global-${index}.ts`,
  source: `export const x: unknown = ${expression};\n`,
  breaks: 'no-restricted-globals',
  what: `${name} in the domain`,
}));

const DOMAIN_PROPERTIES = [
  'Math.random()',
  "'a'.localeCompare('b')",
  "'a'.toLocaleUpperCase()",
  '(1.5).toLocaleString()',
].map((expression, index) => ({
  path: `libs/domain/src/property-${index}.ts`,
  source: `export const x: unknown = ${expression};\n`,
  breaks: 'no-restricted-properties',
  what: `${expression} in the domain`,
}));

const IMPORTS = [
  ['libs/domain/src/a.ts', '@nestjs/common', 'a framework in the domain'],
  ['libs/domain/src/b.ts', 'typeorm', 'typeorm in the domain'],
  ['libs/domain/src/c.ts', 'kafkajs', 'kafkajs in the domain'],
  ['libs/domain/src/d.ts', 'pg', 'pg in the domain'],
  ['libs/domain/src/e.ts', 'node:crypto', 'Node in the domain'],
  ['libs/domain/src/f.ts', '#contracts/logs', 'another library in the domain'],
  ['libs/domain/src/g.ts', '../../stream/src/log.ts', 'another library in the domain, by path'],
  ['libs/domain/src/a.spec.ts', '#store/sql', 'another library in a domain spec'],
  ['apps/ingest/src/a.ts', 'kafkajs', 'kafkajs in an app'],
  ['libs/stream/src/postgres/a.ts', 'kafkajs', 'kafkajs in the other adapter'],
  ['libs/stream/src/kafka/a.ts', 'pg', 'pg in the Kafka adapter'],
  ['libs/stage/src/a.ts', 'pg', 'pg outside the store'],
  ['apps/console/src/a.ts', 'typeorm', 'typeorm outside the store'],
  ['libs/store/src/a.ts', 'kafkajs', 'kafkajs in the store'],
  ['tools/checker/a.ts', '#domain/canonical', 'the checker sharing code with the domain'],
  ['tools/checker/b.ts', '../../libs/contracts/src/logs.ts', 'the checker sharing code by path'],
].map(([path, from, what]) => ({
  path: path!,
  source: `import * as x from '${from}';\nexport const y = x;\n`,
  breaks: 'no-restricted-imports',
  what: what!,
}));

const OTHERS = [
  {
    path: 'apps/ingest/src/floating.ts',
    source: 'async function f(): Promise<void> {}\nexport function g(): void {\n  f();\n}\n',
    breaks: 'no-floating-promises',
    what: 'a promise nobody waits for',
  },
  {
    path: 'apps/ingest/src/misused.ts',
    source: 'async function f(): Promise<boolean> {\n  return true;\n}\nexport const g = f() ? 1 : 2;\n',
    breaks: 'no-misused-promises',
    what: 'a promise taken for a condition',
  },
  {
    path: 'libs/stage/src/cycle-a.ts',
    source: "import { b } from './cycle-b.ts';\nexport const a = (): unknown => b;\n",
    breaks: 'no-cycle',
    what: 'an import cycle',
  },
  {
    path: 'libs/stage/src/cycle-b.ts',
    source: "import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;\n",
    breaks: 'no-cycle',
    what: 'the other half of an import cycle',
  },
  {
    path: 'libs/stage/src/barrel.ts',
    source: "export * from './cycle-b.ts';\n",
    breaks: 'no-barrel-file',
    what: 'a barrel',
  },
  {
    path: 'libs/stage/src/noise.ts',
    source: "console.log('x');\nexport {};\n",
    breaks: 'no-console',
    what: 'console in a library',
  },
];

const ALLOWED = [
  { path: 'libs/domain/src/good.ts', source: "import { x } from './stage/good.ts';\nexport const y = x;\n" },
  { path: 'libs/domain/src/stage/good.ts', source: 'export const x = Math.floor(1.5);\n' },
  {
    path: 'libs/domain/src/good.spec.ts',
    source:
      "import { createHash } from 'node:crypto';\nexport const y = [createHash('sha256'), Date.now()];\n",
  },
  { path: 'libs/stream/src/kafka/good.ts', source: "export { Kafka } from 'kafkajs';\n" },
  { path: 'libs/store/src/good.ts', source: "import pg from 'pg';\nexport const Pool = pg.Pool;\n" },
  {
    path: 'tools/checker/good.ts',
    source: "import { createHash } from 'node:crypto';\nexport const h = createHash;\n",
  },
];

const TRIALS: readonly Trial[] = [...DOMAIN_GLOBALS, ...DOMAIN_PROPERTIES, ...IMPORTS, ...OTHERS];

let folder: string;
let found: Map<string, string[]>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-lint-'));
  for (const name of CONFIGURATION) cpSync(join(ROOT, name), join(folder, name));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  write('tsconfig.json', '{ "extends": "./tsconfig.base.json", "include": ["apps", "libs", "tools"] }');
  for (const { path, source } of [...TRIALS, ...ALLOWED]) write(path, source);
  write(
    'libs/stage/src/cycle-b.ts',
    "import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;\n",
  );
  found = lint();
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(TRIALS)('$what is refused by $breaks', ({ path, breaks }: Trial) => {
  expect(found.get(path) ?? []).toContain(breaks);
});

test.each(ALLOWED)('$path is left alone', ({ path }) => {
  expect(found.get(path) ?? []).toEqual([]);
});

function write(path: string, source: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), source);
}

/** The rules broken, by file. */
function lint(): Map<string, string[]> {
  const rules = new Map<string, string[]>();
  for (const { filename, code } of diagnostics()) {
    const rule = /\(([^)]+)\)/.exec(code)?.[1] ?? code;
    rules.set(filename, [...(rules.get(filename) ?? []), rule]);
  }
  return rules;
}

function diagnostics(): { filename: string; code: string }[] {
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  const args = [oxlint, '--type-aware', '--format', 'json', 'apps', 'libs', 'tools'];
  try {
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    // Findings make it exit with 1; the report is on its standard output all the same.
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    if (!stdout.startsWith('{'))
      throw new Error(`oxlint gave no report: ${stdout}${stderr}`, { cause: error });
    return (JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }).diagnostics;
  }
  throw new Error('oxlint found nothing in files made to break its rules');
}
