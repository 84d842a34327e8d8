import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSideMetrics } from '#apps/console/src/read-side';
import { ingestMetrics } from '#apps/ingest/src/ingest-metrics';
import { allocator } from '#domain/allocator/allocator-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import { census } from '#domain/census/census-machine';
import { treasury } from '#domain/treasury/treasury-machine';
import { shadowMetrics } from '#stage/shadow/shadow-host';
import { stageTelemetry } from '#stage/stage-telemetry';
import { Health } from '#telemetry/health';
import { createLog } from '#telemetry/log';
import { createRegistry, type Registry } from '#telemetry/metrics';
import { codesIn, rowsUnder, wordsIn, type Row } from '../markdown-table.ts';

// docs/operations/metrics.md is written by hand, for people. Each row is compared with what the programs register, and
// the sources are searched for metrics that are made anywhere else.

interface Family {
  /** The one file that makes these metrics. */
  readonly path: string;
  readonly programs: readonly string[];
  readonly register: (registry: Registry) => unknown;
}

const FAMILIES: readonly Family[] = [
  {
    path: 'apps/ingest/src/ingest-metrics.ts',
    programs: ['ingest', 'standalone'],
    register: ingestMetrics,
  },
  {
    path: 'libs/stage/src/stage-telemetry.ts',
    programs: ['scoring', 'allocator', 'treasury', 'census', 'standalone'],
    register: (registry) => stageTelemetry(registry, new Health(), createLog('docs', { level: 'silent' })),
  },
  {
    path: 'apps/console/src/read-side.ts',
    programs: ['console', 'standalone'],
    register: readSideMetrics,
  },
  {
    path: 'libs/stage/src/shadow/shadow-host.ts',
    programs: ['console', 'standalone'],
    register: shadowMetrics,
  },
];

/** What makes a metric. */
const MAKES = /\b(?:counter|gauge|histogram)(?:<[^>(]*>)?\(\s*\w*registry\b/i;
const DEFINES = 'libs/telemetry/src/metrics.ts';
/** Names end in their unit. */
const UNIT = /_(seconds|bytes|records|requests|offset|clients|faults)(?:_total)?$/;

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(import.meta.dirname, 'metrics.md'), 'utf8');
const rows = rowsUnder(PAGE, '## All metrics');
const labelRows = rowsUnder(PAGE, '## Labels');

interface Registered {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly programs: readonly string[];
}

const registered: readonly Registered[] = (await Promise.all(FAMILIES.map(registeredBy))).flat();

async function registeredBy({ programs, register }: Family): Promise<Registered[]> {
  const registry = createRegistry();
  register(registry);
  const shown = await registry.getMetricsAsJSON();
  return shown.map(({ name, type, help }) => {
    const { labelNames } = registry.getSingleMetric(name) as unknown as { labelNames: readonly string[] };
    return { name, type: String(type), help, labels: labelNames, programs };
  });
}

test('the page has one row for each metric, and for no other', () => {
  expect(rows.map(nameOf).sort()).toEqual(registered.map(({ name }) => name).sort());
});

test.each(registered)('$name is described as it is registered', ({ name, type, labels, programs, help }) => {
  const row = rows.find((candidate) => nameOf(candidate) === name)!;
  expect(row['Type']).toBe(type);
  expect(wordsIn(row['Labels']!)).toEqual(labels);
  expect(wordsIn(row['Programs']!)).toEqual(programs);
  expect(row['Meaning']).toContain(help);
  expect(row['Unit']).toContain(UNIT.exec(name)?.[1] ?? '');
  expect(row['Unit']).not.toBe('');
});

test('no other source makes a metric', () => {
  const paths = ['apps', 'libs', 'tools', 'sim'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      `${folder}/${path}`.replaceAll('\\', '/'),
    ),
  );
  const code = paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && path !== DEFINES);
  expect(code.filter((path) => MAKES.test(sourceOf(path))).sort()).toEqual(
    FAMILIES.map(({ path }) => path).sort(),
  );
});

test('every label has a row, and no other', () => {
  const labels = new Set(registered.flatMap((metric) => metric.labels));
  expect(labelRows.map((row) => codesIn(row['Label']!)[0]).sort()).toEqual([...labels].sort());
});

test('labels have the values of their rows', () => {
  expect(valuesOf('stage')).toEqual([scoring.name, allocator.name, treasury.name, census.name]);
  const readSide = sourceOf('apps/console/src/read-side.ts');
  expect(valuesOf('log')).toEqual(quotedIn(readSide, /\[('[\w-]+'), new LogProjector/g));
  const admit = sourceOf('libs/contracts/src/admit.ts');
  const [, union = ''] = /type RefusalReason = ([^;]+);/.exec(admit)!;
  expect(valuesOf('reason')).toEqual(quotedIn(union, /('[\w-]+')/g));
});

function nameOf(row: Row): string {
  return codesIn(row['Metric']!)[0]!;
}

function valuesOf(label: string): readonly string[] {
  return codesIn(labelRows.find((row) => row['Label'] === `\`${label}\``)!['Values']!);
}

function quotedIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!.replaceAll("'", ''));
}

function sourceOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
