import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

// The house rules are functions from a repository to findings. A repository is nothing but paths and texts, so that
// a rule's own test can plant a violation without touching the disk.

/** What is broken, where, and what to do about it, in one line. */
export type Finding = string;

export interface Repository {
  /** Text by path from the root, with forward slashes, in byte order. */
  readonly texts: ReadonlyMap<string, string>;
}

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.tsc', '.git', '.updraft', '.kafka', 'coverage']);
const TEXT_FILE = /(\.(ts|mjs|md|json|yaml|yml|sql|xml)|Dockerfile|\.env\.example|\.ci[\\/]run)$/;

export function readRepository(root: string): Repository {
  const texts = new Map<string, string>();
  for (const path of pathsBelow(root).sort()) {
    texts.set(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8'));
  }
  return { texts };
}

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : pathsBelow(path);
    return entry.isFile() && TEXT_FILE.test(path) ? [path] : [];
  });
}

/** A repository made of `texts`, for the rules' own tests. */
export function plant(texts: Readonly<Record<string, string>>): Repository {
  return { texts: new Map(Object.entries(texts)) };
}

/** Our code: TypeScript and the few scripts that run before anything is compiled. */
export function sources(repository: Repository): [path: string, text: string][] {
  return [...repository.texts].filter(([path]) => /\.(ts|mjs)$/.test(path));
}

export function isSpec(path: string): boolean {
  return path.endsWith('.spec.ts');
}

const parsed = new WeakMap<Repository, Map<string, ts.SourceFile>>();

/** The syntax tree of one source, parsed once per repository. */
export function syntaxOf(repository: Repository, path: string): ts.SourceFile {
  const trees = parsed.get(repository) ?? new Map<string, ts.SourceFile>();
  parsed.set(repository, trees);
  const known = trees.get(path);
  if (known) return known;
  const text = repository.texts.get(path) ?? '';
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  trees.set(path, tree);
  return tree;
}

/** Every node below `node`, outermost first. */
export function* nodesBelow(node: ts.Node): Generator<ts.Node> {
  const children: ts.Node[] = [];
  node.forEachChild((child) => void children.push(child));
  for (const child of children) {
    yield child;
    yield* nodesBelow(child);
  }
}

export function lineOf(tree: ts.SourceFile, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1;
}
