import ts from 'typescript';
import { lineOf, nodesBelow, sources, syntaxOf, type Finding, type Repository } from './repository.ts';

export const FILE_LINES_MAX = 300;
export const FUNCTION_LINES_MAX = 70;
/** The formatter breaks code at 110; comments and texts, which it leaves alone, may run a little further. */
export const LINE_COLUMNS_MAX = 120;

/** What may be larger: `path` or `path#function`, with the reason. Keep it short; split first. */
export type Exemptions = Readonly<Record<string, string>>;

export function findSizes(repository: Repository, exempt: Exemptions): Finding[] {
  const findings: Finding[] = [];
  const used = new Set<string>();
  const report = (key: string, finding: Finding): void => {
    if (key in exempt) used.add(key);
    else findings.push(finding);
  };
  for (const [path, text] of sources(repository)) {
    const lines = text.replace(/\n$/, '').split('\n');
    if (lines.length > FILE_LINES_MAX) {
      report(path, `${path} has ${lines.length} lines; split it at a seam (at most ${FILE_LINES_MAX})`);
    }
    for (const [index, line] of lines.entries()) {
      if (line.length <= LINE_COLUMNS_MAX || isUnbreakable(line)) continue;
      report(path, `${path}:${index + 1} has ${line.length} columns; break it (at most ${LINE_COLUMNS_MAX})`);
    }
    for (const { name, line, count } of longFunctions(repository, path)) {
      const where = `${path}:${line} ${name}`;
      report(
        `${path}#${name}`,
        `${where} has ${count} lines; name its steps (at most ${FUNCTION_LINES_MAX})`,
      );
    }
  }
  const idle = Object.keys(exempt).filter((key) => !used.has(key));
  return [...findings, ...idle.map((key) => `${key} no longer needs its exemption; remove it`)];
}

/** Addresses, patterns and titles lose more by being broken than the reader does by scrolling. */
function isUnbreakable(line: string): boolean {
  return (
    /https?:\/\//.test(line) || /^\s*(test|it|describe)\b/.test(line) || /(=|regex":)\s*["/]\S*$/.test(line)
  );
}

interface LongFunction {
  readonly name: string;
  readonly line: number;
  readonly count: number;
}

function longFunctions(repository: Repository, path: string): LongFunction[] {
  const tree = syntaxOf(repository, path);
  const found: LongFunction[] = [];
  for (const node of nodesBelow(tree)) {
    if (!ts.isFunctionLike(node)) continue;
    const line = lineOf(tree, node.getStart(tree));
    const count = ownLines(tree, node);
    if (count > FUNCTION_LINES_MAX) found.push({ name: nameOf(node), line, count });
  }
  return found;
}

/** What has a name of its own is counted for itself: a factory is not one long step, nor a chapter of tests. */
function ownLines(tree: ts.SourceFile, node: ts.Node): number {
  let count = span(tree, node);
  const visit = (child: ts.Node): void => {
    const isNamed = ts.isFunctionDeclaration(child) || ts.isMethodDeclaration(child);
    if (isNamed || isTestBlock(child)) count -= span(tree, child);
    else child.forEachChild(visit);
  };
  node.forEachChild(visit);
  return count;
}

function span(tree: ts.SourceFile, node: ts.Node): number {
  return lineOf(tree, node.getEnd()) - lineOf(tree, node.getStart(tree)) + 1;
}

/** A describe block groups tests and is as long as they are many; each test is counted for itself. */
function isTestBlock(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /^(describe|test|it)\b|^describe[A-Z]/.test(node.expression.getText());
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
    ? parent.name.getText()
    : 'a function';
}
