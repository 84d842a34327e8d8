import { posix } from 'node:path';
import type { Finding, Repository } from './repository.ts';

/** Folders that a newcomer opens: each says what it is in a README.md of its own. */
const DOCUMENTED = /^((apps|libs|tools)\/[^/]+|sim\/marketplace|policies|bench|deploy)\/./;
const README_LINES_MIN = 5;

export function findMissingReadmes(repository: Repository): Finding[] {
  const folders = new Set<string>();
  for (const path of repository.texts.keys()) {
    const folder = DOCUMENTED.exec(path)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].flatMap((folder) => {
    const text = repository.texts.get(`${folder}/README.md`);
    if (text === undefined) return [`${folder} has no README.md; write what it is, why, its words and rules`];
    return text.trim().split('\n').length < README_LINES_MIN
      ? [`${folder}/README.md says too little; write what it is, why, its words and rules`]
      : [];
  });
}

const NPM_OWN = new Set(['ci', 'install', 'i', 'exec', 'version', 'pack', 'audit', 'outdated', 'prune']);
const NPM_SHORT = new Set(['start', 'test', 'stop', 'restart']);

/** A command in the documents must exist: an npm script, a command of the CLI, an app of Nest, or a file to run. */
export function findUnknownCommands(repository: Repository): Finding[] {
  const known = knownCommands(repository);
  const findings: Finding[] = [];
  for (const [path, text] of repository.texts) {
    if (!path.endsWith('.md')) continue;
    for (const command of codeIn(text)) {
      const unknown = unknownPart(command, known, repository);
      if (unknown !== null) findings.push(`${path} shows "${command.trim()}": there is no ${unknown}`);
    }
  }
  return findings;
}

interface Known {
  readonly scripts: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
  readonly apps: ReadonlySet<string>;
}

function knownCommands(repository: Repository): Known {
  const json = (path: string): Record<string, Record<string, unknown>> =>
    JSON.parse(repository.texts.get(path) ?? '{}') as Record<string, Record<string, unknown>>;
  const cli = [...repository.texts].filter(([path]) => path.startsWith('tools/cli/') && path.endsWith('.ts'));
  const commands = cli.flatMap(([, text]) =>
    [...text.matchAll(/\.command\(\s*['"`]([\w-]+)/g)].map((m) => m[1]!),
  );
  return {
    scripts: new Set(Object.keys(json('package.json')['scripts'] ?? {})),
    apps: new Set(Object.keys(json('nest-cli.json')['projects'] ?? {})),
    commands: new Set(commands),
  };
}

/** Lines of fenced blocks, and inline code. */
function codeIn(markdown: string): string[] {
  const fences = [...markdown.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
  const inline = [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map((m) => m[1]!);
  return [...fences.flatMap((block) => block.split('\n')), ...inline];
}

function unknownPart(line: string, known: Known, repository: Repository): string | null {
  const [, npmVerb, npmName] = /(?:^|[\s(;&])npm (?:(run) )?([a-z:-]+)/.exec(line) ?? [];
  if (npmName !== undefined && !isNpm(npmVerb, npmName, known)) return `script "${npmName}" in package.json`;
  const cli = /^\s*\$?\s*(?:[A-Z_]+=\S+ )*(?:npx updraft|node bin\/updraft\.mjs|updraft) ([a-z][\w-]*)/.exec(
    line,
  );
  if (cli && !known.commands.has(cli[1]!)) return `command "${cli[1]}" in tools/cli`;
  const nest = /\bnest (?:build|start) ([a-z][\w-]*)/.exec(line);
  if (nest && !known.apps.has(nest[1]!)) return `app "${nest[1]}" in nest-cli.json`;
  const script = /\bnode (?:--\S+ )*(\S+\.(?:mjs|js))/.exec(line)?.[1];
  if (script !== undefined && !/[<{$]/.test(script)) {
    const source = script.replace(/^(\.\/)?dist\/(.*)\.js$/, '$2.ts').replace(/^\.\//, '');
    if (!repository.texts.has(source) && !source.startsWith('node_modules/')) return `file ${source}`;
  }
  return null;
}

function isNpm(verb: string | undefined, name: string, known: Known): boolean {
  if (known.scripts.has(name)) return verb === 'run' || NPM_SHORT.has(name);
  return verb === undefined && NPM_OWN.has(name);
}

/** Links within the repository lead somewhere. */
export function findBrokenLinks(repository: Repository): Finding[] {
  const findings: Finding[] = [];
  const paths = [...repository.texts.keys()];
  for (const [path, text] of repository.texts) {
    if (!path.endsWith('.md')) continue;
    for (const [, target] of text
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const to = posix.normalize(posix.join(posix.dirname(path), target!)).replace(/\/$/, '');
      const leads = paths.some((known) => known === to || known.startsWith(`${to}/`));
      if (!leads && to !== 'LICENSE' && to !== '.')
        findings.push(`${path} links to ${target}, which is not there`);
    }
  }
  return findings;
}
