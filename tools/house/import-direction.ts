import { importsOf, type Import } from './import-graph.ts';
import type { Finding, Repository } from './repository.ts';
import { isSpec } from './repository.ts';

const LIBRARIES = ['domain', 'contracts', 'policy-source', 'stream', 'store', 'stage', 'telemetry'].map(
  (name) => `libs/${name}`,
);
const APPS = ['ingest', 'scoring', 'allocator', 'treasury', 'census', 'console'].map(
  (name) => `apps/${name}`,
);

/** Who may import whom. Project references say the same to the compiler; this also sees scripts and strings. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'libs/domain': [],
  'libs/contracts': ['libs/domain'],
  'libs/policy-source': ['libs/domain'],
  'libs/stream': [],
  'libs/telemetry': [],
  'libs/store': ['libs/domain'],
  'libs/stage': [
    'libs/domain',
    'libs/policy-source',
    'libs/contracts',
    'libs/stream',
    'libs/store',
    'libs/telemetry',
  ],
  ...Object.fromEntries(APPS.map((app) => [app, LIBRARIES])),
  'apps/standalone': [...LIBRARIES, ...APPS],
  'tools/checker': [],
};

/** Which folders know a client library; everybody else goes through their functions. */
const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  kafkajs: ['libs/stream/src/kafka/', 'tools/checker/', 'bench/raw-drain.ts'],
  typeorm: ['libs/store/'],
  pg: ['libs/store/', 'tools/checker/', 'tools/test.mjs'],
};

/** Logs as tables are tested on the tables: these specs alone open a database, with a project of their own. */
const TABLE_SPECS = 'libs/stream/src/postgres/';

export function findImportDirection(repository: Repository): Finding[] {
  return importsOf(repository).flatMap((edge) => [...wrongWay(edge), ...strayClient(edge), ...impure(edge)]);
}

function wrongWay({ from, specifier, to }: Import): Finding[] {
  if (to === null) {
    return specifier.startsWith('#') ? [`${from} imports ${specifier}, which leads to no file`] : [];
  }
  const here = unitOf(from);
  const there = unitOf(to);
  if (here === there) return [];
  const allowed = MAY_IMPORT[here];
  if (from.startsWith(TABLE_SPECS) && isSpec(from) && there === 'libs/store') return [];
  if (allowed && !allowed.includes(there)) {
    const list = allowed.length > 0 ? allowed.join(', ') : 'nothing of ours';
    return [`${from} imports ${to}; ${here} may import ${list}: pass it in, or move it`];
  }
  const crosses = specifier.startsWith('.') && LIBRARIES.includes(there);
  return crosses && from.endsWith('.ts') ? [`${from} imports ${specifier}; write it as #...`] : [];
}

function strayClient({ from, specifier }: Import): Finding[] {
  const homes = CLIENTS[specifier];
  if (!homes || homes.some((home) => from.startsWith(home))) return [];
  return [`${from} imports ${specifier}; only ${homes.join(' and ')} may`];
}

function impure({ from, specifier }: Import): Finding[] {
  const isPure = from.startsWith('libs/domain/') && !isSpec(from);
  return isPure && !specifier.startsWith('.')
    ? [`${from} imports ${specifier}; the domain is pure: pass it in`]
    : [];
}

/** The unit that rules speak of: a library, an app, the checker, or a top folder. */
function unitOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'libs' || top === 'apps' || path.startsWith('tools/checker/') ? `${top}/${second}` : top;
}

/** The compiler's idea of the direction must be the one written here. */
export function findProjectReferences(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const [unit, allowed] of Object.entries(MAY_IMPORT)) {
    const path = `${unit}/tsconfig.json`;
    const text = repository.texts.get(path);
    if (text === undefined) continue;
    const { references = [] } = JSON.parse(text) as { references?: { path: string }[] };
    for (const reference of references) {
      const target = new URL(reference.path, `file:///${unit}/`).pathname.slice(1);
      if (!allowed.includes(target)) findings.push(`${path} refers to ${target}; ${unit} may not import it`);
    }
  }
  return findings;
}
