import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAllocatorConfig } from '#apps/allocator/src/allocator.config';
import * as console_ from '#apps/console/src/console.config';
import * as ingest from '#apps/ingest/src/ingest.config';
import { readScoringConfig } from '#apps/scoring/src/scoring.config';
import * as standalone from '#apps/standalone/src/standalone.config';
import { readCensusConfig } from '#apps/census/src/census.config';
import { readTreasuryConfig } from '#apps/treasury/src/treasury.config';
import { maskedStageConfig, type StageConfig } from '#stage/stage.config';
import type { Environment } from '#telemetry/environment';
import { codesIn, rowsUnder, wordsIn, type Row } from './markdown-table.ts';

// docs/configuration.md is written by hand, for people. The programs' own readers are run to see which variables they
// ask for, what they make of their absence and what they print; what reads the environment directly is found in the
// sources.

type Outcome = { readonly config: object } | { readonly config: null; readonly errors: readonly string[] };

interface Program {
  readonly read: (env: Environment) => Outcome;
  /** What `--check-config` prints. */
  readonly mask: (config: never) => object;
}

const maskStage = (config: StageConfig): object => maskedStageConfig(config);
const PROGRAMS: Readonly<Record<string, Program>> = {
  ingest: { read: ingest.readIngestConfig, mask: ingest.maskedConfig },
  scoring: { read: readScoringConfig, mask: maskStage },
  allocator: { read: readAllocatorConfig, mask: maskStage },
  treasury: { read: readTreasuryConfig, mask: maskStage },
  census: { read: readCensusConfig, mask: maskStage },
  console: { read: console_.readConsoleConfig, mask: console_.maskedConfig },
  standalone: { read: standalone.readStandaloneConfig, mask: standalone.maskedStandaloneConfig },
};
const COMMAND_LINE = 'updraft';

/** A value that is allowed and nobody's default. Of a secret: the part that must never be shown. */
const SECRET = 'abcdef'.repeat(12);
const EXAMPLES: Readonly<Record<string, string>> = {
  DATABASE_URL: `postgres://lin:${SECRET}@database.example:5432/shop`,
  KAFKA_BROKERS: 'kafka.example:9092',
  INBOUND_TOPIC: 'marketplace.events',
  UPDRAFT_PREFIX: 'bazaar.',
  UPDRAFT_DATA: 'somewhere',
  UPDRAFT_PSEUDONYM_KEY: SECRET,
  UPDRAFT_PARTITIONS: '17',
  UPDRAFT_ZONE: 'Europe/Berlin',
  UPDRAFT_POLICY: 'other.yaml',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318',
  UPDRAFT_TRACE_RATIO: '0.25',
  LOG_LEVEL: 'error',
};
/** What a variable is nothing without. */
const NEEDS: Readonly<Record<string, readonly string[]>> = { INBOUND_TOPIC: ['KAFKA_BROKERS'] };
/** One of them is wrong for every variable that has a rule. */
const WRONG = ['', 'not one ! of these'];

/** The operating system's, npm's and node's own: passed on to children, or asked who started us. */
const NOT_OURS = ['PATH', 'HOME', 'NODE_OPTIONS', 'npm_execpath'];
/** Planted by a suite to show that a worker does not see it. */
const PLANTED = ['SECRET'];

const ROOT = join(import.meta.dirname, '..');
const PAGE = readFileSync(join(import.meta.dirname, 'configuration.md'), 'utf8');
const rows = rowsUnder(PAGE, '## Variables');
const testRows = rowsUnder(PAGE, '## For tests and benchmarks');
const sources = readSources();

test('the page knows every program that has a configuration', () => {
  const configs = [...sources.keys()].flatMap(
    (path) => /^apps\/.*\/(\w+)\.config\.ts$/.exec(path)?.[1] ?? [],
  );
  expect(configs.sort()).toEqual(Object.keys(PROGRAMS).sort());
});

test('every variable has one row', () => {
  const names = [...rows, ...testRows].map(nameOf);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe.each(Object.entries(PROGRAMS))('%s', (program, { read, mask }) => {
  const own = rows.filter((row) => wordsIn(row['Programs']!).includes(program));
  const needed = own.filter((row) => needersOf(row).includes(program)).map(nameOf);
  const least = only(needed);

  test('reads the variables whose rows name it, and no others', () => {
    const asked = new Set<string>();
    for (const env of [{}, least]) read(recording(env, asked));
    expect(own.map(nameOf).sort()).toEqual([...asked].sort());
  });

  test('needs the variables whose rows say so, and no others', () => {
    const refused = errorsOf(read({})).map((error) => error.split(':')[0]!);
    expect([...needed].sort()).toEqual(refused.sort());
    expect(errorsOf(read(least))).toEqual([]);
  });

  const spared = own.filter((row) => !needed.includes(nameOf(row)));
  test.each(spared.map((row) => [nameOf(row), row] as const))(
    '%s has the default of its row',
    (name, row) => {
      const others = { ...least, ...only(NEEDS[name] ?? []) };
      const absent = read(others).config as Record<string, unknown>;
      const [fallback] = codesIn(row['Default']!);
      if (fallback !== undefined) {
        expect(read({ ...others, [name]: fallback }).config).toEqual(absent);
      } else {
        const given = read({ ...others, [name]: exampleOf(name) }).config as Record<string, unknown>;
        const changed = Object.keys(absent).filter((key) => String(absent[key]) !== String(given[key]));
        expect(changed.map((key) => absent[key])).toEqual([null]);
      }
    },
  );

  test.each(own.map((row) => [nameOf(row), row] as const))(
    '%s is held to the rule of its row',
    (name, row) => {
      const errors = WRONG.flatMap((value) => errorsOf(read({ ...least, [name]: value })));
      expect(errors.find((error) => error.startsWith(`${name}: `))).toContain(
        `must be ${codesIn(row['Allowed values']!)[0]}`,
      );
    },
  );

  test('prints with --check-config what it was told, but no secret', () => {
    const { config } = read(only(own.map(nameOf)));
    const printed = JSON.stringify(mask(config as never));
    expect(printed).not.toContain(SECRET);
    for (const row of own) {
      const example = exampleOf(nameOf(row));
      const isHidden = !printed.includes(example);
      expect({ name: nameOf(row), secret: row['Secret'] }).toEqual({
        name: nameOf(row),
        secret: isHidden ? 'yes' : 'no',
      });
    }
  });
});

test('the rows of the command line are what its sources read', () => {
  const read = namesIn(
    (path) => /^tools\/(cli|cluster|import|simulate|start|replay)\//.test(path) && !isForTests(path),
  );
  const own = rows.filter((row) => wordsIn(row['Programs']!).includes(COMMAND_LINE));
  expect(own.map(nameOf).sort()).toEqual(read);
  const level = /LOG_LEVEL: '(\w+)'/.exec(sources.get('tools/cli/start.ts')!)?.[1];
  expect(codesIn(rowOf('LOG_LEVEL')['Default']!)).toEqual(['info', level, 'updraft start']);
});

test('whatever else reads the environment has a row', () => {
  const product = rows.map(nameOf);
  expect(namesIn((path) => !isForTests(path)).filter((name) => !product.includes(name))).toEqual([]);
  const others = namesIn(isForTests).filter((name) => !product.includes(name) && !PLANTED.includes(name));
  expect(testRows.map(nameOf).sort()).toEqual(others);
});

test('rows for tests have the defaults that the sources write', () => {
  for (const [name, fallback] of fallbacksIn()) {
    const row = testRows.find((candidate) => nameOf(candidate) === name);
    if (row) expect({ name, fallback: codesIn(row['Default']!)[0] }).toEqual({ name, fallback });
  }
  for (const row of testRows.filter(({ Default: cell }) => cell !== 'none')) {
    expect([...fallbacksIn()].map(([name]) => name)).toContain(nameOf(row));
  }
});

function nameOf(row: Row): string {
  return codesIn(row['Variable']!)[0]!;
}

function rowOf(name: string): Row {
  return rows.find((row) => nameOf(row) === name)!;
}

function needersOf(row: Row): readonly string[] {
  return wordsIn(/needed by (.+)$/.exec(row['Default']!)?.[1] ?? '');
}

function exampleOf(name: string): string {
  const example = name.endsWith('_HOST') ? 'door.example' : name.endsWith('_PORT') ? '4711' : EXAMPLES[name];
  if (example === undefined) throw new Error(`${name}: give it an example, so that its row can be checked`);
  return example;
}

/** An environment that has these variables and nothing else. */
function only(names: readonly string[]): Environment {
  return Object.fromEntries(names.map((name) => [name, exampleOf(name)]));
}

function errorsOf(outcome: Outcome): readonly string[] {
  return outcome.config === null ? outcome.errors : [];
}

function recording(env: Environment, asked: Set<string>): Environment {
  return new Proxy(env, {
    get(target, name: string) {
      asked.add(name);
      return target[name];
    },
  });
}

// ------------------------------------------------------------------------------------------- what the sources read

function readSources(): ReadonlyMap<string, string> {
  const folders = ['apps', 'libs', 'tools', 'sim', 'bench', 'bin', 'deploy'];
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      `${folder}/${path}`.replaceAll('\\', '/'),
    ),
  );
  const code = [...paths, 'setup.mjs', 'jest.config.mjs'].filter((path) => /\.(ts|mjs)$/.test(path));
  return new Map(code.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

const FOR_TESTS = [
  /\.spec\.ts$/,
  /\/testing\/|^tools\/(smoke|chaos|e2e|kafka|house)\//,
  /\/(describe|jest)-[\w-]+\.ts$|-under-test\.ts$/,
  /^(sim|bench)\/|^tools\/test\.mjs$|^jest\.config\.mjs$/,
];

function isForTests(path: string): boolean {
  return FOR_TESTS.some((pattern) => pattern.test(path));
}

function namesIn(isMeant: (path: string) => boolean): string[] {
  const names = [...sources].flatMap(([path, text]) => (isMeant(path) ? readsIn(path, text) : []));
  return [...new Set(names)].filter((name) => !NOT_OURS.includes(name)).sort();
}

/** `env['NAME']`, `env.NAME` and `env[CONSTANT]`, each of `env` and `process.env`. */
function readsIn(path: string, text: string): string[] {
  const direct = [...text.matchAll(/(?:process\.|(?<![.\w]))env(?:\['(\w+)'\]|\.([A-Za-z]\w*))/g)].map(
    ([, a, b]) => a ?? b!,
  );
  const named = [...text.matchAll(/\benv\[([A-Z]\w*)\]/g)].map(([, constant]) => {
    const declared = new RegExp(`\\bconst ${constant} = '(\\w+)'`);
    const name = [sources.get(path)!, ...sources.values()]
      .map((source) => declared.exec(source)?.[1])
      .find(Boolean);
    if (name === undefined) throw new Error(`${path} reads env[${constant}], which is no name in quotes`);
    return name;
  });
  return [...direct, ...named];
}

/** `env[...] ?? 'DEFAULT'`, a number or a constant, where the default says anything. */
function fallbacksIn(): [name: string, fallback: string][] {
  return [...sources].flatMap(([path, text]) =>
    [...text.matchAll(/\b(env(?:\['\w+'\]|\[[A-Z]\w*\]|\.\w+)) \?\? ('[^']+'|\d+|[A-Z]\w+)/g)].map(
      ([, read, fallback]): [string, string] => [readsIn(path, read!)[0]!, valueOf(path, fallback!)],
    ),
  );
}

function valueOf(path: string, written: string): string {
  const declared = new RegExp(`\\bconst ${written} = ('[^']+'|[\\d_]+);`);
  const isConstant = /^[A-Z]/.test(written);
  const places = isConstant ? [sources.get(path)!, ...sources.values()] : [];
  const value = places.map((text) => declared.exec(text)?.[1]).find(Boolean) ?? written;
  return value.replaceAll(/['_]/g, (mark) => (mark === '_' && !/^\d/.test(value) ? mark : ''));
}
