import type { Finding, Repository } from './repository.ts';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** The same versions for everybody: pinned in package.json, and locked for every platform. */
export function findLoosePackages(repository: Repository): Finding[] {
  const manifest = JSON.parse(repository.texts.get('package.json') ?? '{}') as Record<
    string,
    Record<string, string>
  >;
  const declared = { ...manifest['dependencies'], ...manifest['devDependencies'] };
  const findings = Object.entries(declared)
    .filter(([, range]) => !EXACT.test(range))
    .map(([name, range]) => `package.json: ${name} is "${range}"; pin one exact version`);
  const text = repository.texts.get('package-lock.json');
  if (text === undefined) return [...findings, 'package-lock.json is missing; run npm install and commit it'];
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, Locked>> };
  for (const [name, version] of Object.entries(declared)) {
    const locked = packages[`node_modules/${name}`]?.version;
    if (locked !== version) {
      findings.push(
        `package-lock.json has ${name} ${locked ?? 'not at all'}, not ${version}; run npm install`,
      );
    }
  }
  for (const [path, locked] of Object.entries(packages)) {
    if (locked.resolved !== undefined && !locked.resolved.startsWith('file:')) {
      findings.push(`package-lock.json: ${path} names a registry host; run npm install with this .npmrc`);
    }
    for (const name of Object.keys(locked.optionalDependencies ?? {})) {
      if (!isLocked(packages, path, name)) {
        findings.push(
          `package-lock.json lacks ${name} of ${path}; npm ci fails elsewhere: pin another version`,
        );
      }
    }
  }
  return findings;
}

/** As Node looks for it: beside the package, then further and further out. */
function isLocked(packages: Readonly<Record<string, Locked>>, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}
