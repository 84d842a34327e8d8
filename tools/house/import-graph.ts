import { posix } from 'node:path';
import ts from 'typescript';
import { isSpec, nodesBelow, sources, syntaxOf, type Finding, type Repository } from './repository.ts';

/** One `import`, `export from` or `import()`, as written and as the file it leads to, if it is ours. */
export interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly to: string | null;
}

interface Subpath {
  readonly prefix: string;
  readonly source: string;
}

const CODE_PATH = /^[\w./-]+\.(ts|js|mjs)$/;

export function importsOf(repository: Repository): Import[] {
  const subpaths = subpathsOf(repository);
  return sources(repository).flatMap(([from]) =>
    specifiersOf(syntaxOf(repository, from)).map((specifier) => ({
      from,
      specifier,
      to: resolve(repository, subpaths, from, specifier),
    })),
  );
}

/** `#domain/*` and its like, from package.json: the one place that says where they lead. */
function subpathsOf(repository: Repository): Subpath[] {
  const manifest = JSON.parse(repository.texts.get('package.json') ?? '{}') as {
    imports?: Record<string, { source: string }>;
  };
  return Object.entries(manifest.imports ?? {}).map(([pattern, { source }]) => ({
    prefix: pattern.replace('*', ''),
    source: source.replace('./', ''),
  }));
}

function specifiersOf(tree: ts.SourceFile): string[] {
  const found: string[] = [];
  for (const node of nodesBelow(tree)) {
    const named =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (named && ts.isStringLiteralLike(named)) found.push(named.text);
  }
  return found;
}

function resolve(
  repository: Repository,
  subpaths: readonly Subpath[],
  from: string,
  specifier: string,
): string | null {
  if (specifier.startsWith('.')) return posix.normalize(posix.join(posix.dirname(from), specifier));
  const subpath = subpaths.find(({ prefix }) => specifier.startsWith(prefix));
  if (!subpath) return null;
  const path = subpath.source.replace('*', specifier.slice(subpath.prefix.length));
  return repository.texts.has(path) ? path : null;
}

/** Code that runs by itself: programs, specs, and the scripts that run before anything is compiled. */
function isEntry(path: string): boolean {
  return isSpec(path) || path.endsWith('.mjs') || /(^|\/)main\.ts$/.test(path);
}

/** A file is alive when a program, a tool or somebody else's spec leads to it; its own spec alone does not count. */
export function findDeadFiles(repository: Repository): Finding[] {
  const edges = new Map<string, string[]>();
  const add = (from: string, to: string): void => {
    if (!isOwnSpec(from, to)) edges.set(from, [...(edges.get(from) ?? []), to]);
  };
  for (const { from, to } of importsOf(repository)) if (to !== null) add(from, to);
  for (const [from] of sources(repository)) for (const to of startedBy(repository, from)) add(from, to);
  const files = sources(repository).map(([path]) => path);
  const alive = new Set<string>();
  const queue = files.filter(isEntry);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (alive.has(path)) continue;
    alive.add(path);
    queue.push(...(edges.get(path) ?? []));
  }
  return files
    .filter((path) => !alive.has(path) && !path.endsWith('.d.ts'))
    .map((path) => `${path} is reached by no program, tool or foreign spec; use it or delete it`);
}

function isOwnSpec(spec: string, subject: string): boolean {
  return isSpec(spec) && spec.replace(/\..*$/, '') === subject.replace(/\..*$/, '');
}

/** Workers and child processes are started by a path in a string, relative to the file or to the root. */
function startedBy(repository: Repository, from: string): string[] {
  const found: string[] = [];
  for (const node of nodesBelow(syntaxOf(repository, from))) {
    if (!ts.isStringLiteralLike(node) || !CODE_PATH.test(node.text)) continue;
    const source = node.text.replace(/\.js$/, '.ts').replace(/^(\.\/)?dist\//, '');
    const relative = posix.normalize(posix.join(posix.dirname(from), source));
    for (const path of [source, relative]) if (repository.texts.has(path)) found.push(path);
  }
  return found;
}
