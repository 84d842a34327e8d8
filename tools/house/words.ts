import ts from 'typescript';
import { lineOf, nodesBelow, sources, syntaxOf, type Finding, type Repository } from './repository.ts';

/** Drawers: what is put into one cannot be found again by its name. */
const DRAWERS = /^(utils?|common|shared|helpers?|misc|core|lib|types?|interfaces?|constants?|index)$/;
const SUFFIXES_BANNED = /\.(service|interface|type|types|dto|model|enum)\.ts$/;
const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.(ts|mjs)$/;

/** Nouns that say nothing about what a thing does. */
const EMPTY_NOUNS = /(Manager|Helper|Processor|Handler|Data|Info|Item|Impl)$|^(Base|Abstract)[A-Z]|Base$/;
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b`);
const MACHINE_PATH = new RegExp(`(^|[\\s'"\`(=])/(${['home', 'Users', 'root', 'wor' + 'k'].join('|')})/\\w`);
const MUTE = /(@ts-(ignore|nocheck)|@ts-expect-error\s*$|(oxlint|eslint)-disable(?!.* -- \S))/;

export function findFileNames(repository: Repository): Finding[] {
  return sources(repository).flatMap(([path]) => {
    const parts = path.split('/');
    const name = parts.at(-1)!;
    const findings: Finding[] = [];
    if (!FILE_NAME.test(name)) findings.push(`${path}: name files in kebab-case`);
    if (SUFFIXES_BANNED.test(name))
      findings.push(`${path}: name it by the thing, without ${name.split('.')[1]}`);
    const drawer = [...parts.slice(0, -1), name.split('.')[0]!].find((part) => DRAWERS.test(part));
    if (drawer !== undefined) findings.push(`${path}: "${drawer}" is a drawer; name it by what it holds`);
    return findings;
  });
}

export function findEmptyNouns(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const [path] of sources(repository)) {
    const tree = syntaxOf(repository, path);
    for (const node of nodesBelow(tree)) {
      const where = `${path}:${lineOf(tree, node.getStart(tree))}`;
      if (ts.isEnumDeclaration(node))
        findings.push(`${where} ${node.name.text}: use a union instead of an enum`);
      const name = declaredTypeName(node);
      const noun = EMPTY_NOUNS.exec(name ?? '')?.[0];
      if (noun !== undefined) findings.push(`${where} ${name}: "${noun}" is an empty noun; say what it does`);
      if (ts.isInterfaceDeclaration(node) && /^I[A-Z][a-z]/.test(node.name.text)) {
        findings.push(`${where} ${node.name.text}: drop the I`);
      }
    }
  }
  return findings;
}

function declaredTypeName(node: ts.Node): string | undefined {
  const declares =
    ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
  return declares ? node.name?.text : undefined;
}

/** Notes to oneself, muted checks without a reason, and paths of somebody's machine. */
export function findLeftovers(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of repository.texts) {
    if (path === 'package-lock.json') continue;
    for (const [index, line] of text.split('\n').entries()) {
      const where = `${path}:${index + 1}`;
      const unfinished = UNFINISHED.exec(line)?.[1];
      if (unfinished)
        findings.push(`${where} ${unfinished}: do it now, or write an issue and delete the note`);
      if (MUTE.test(line)) findings.push(`${where} mutes a check; repair it, or say why after " -- "`);
      if (MACHINE_PATH.test(line)) findings.push(`${where} names a path of one machine; make it relative`);
    }
  }
  return findings;
}
