import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { readAllocatorConfig } from '#apps/allocator/src/allocator.config';
import { readConsoleConfig } from '#apps/console/src/console.config';
import { readIngestConfig } from '#apps/ingest/src/ingest.config';
import { readScoringConfig } from '#apps/scoring/src/scoring.config';
import { readCensusConfig } from '#apps/census/src/census.config';
import { readTreasuryConfig } from '#apps/treasury/src/treasury.config';
import { findTypeFaults, type Manifest } from './manifest-types.ts';

// No cluster is asked. What can be wrong without one is checked: fields that Kubernetes does not know, variables that
// no process reads, programs that are not there, secrets in clear text, selectors that select nothing.

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'deploy/kubernetes');
const TEMPLATE = 'secrets.template.yaml';

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: { readonly name: string; readonly key: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly image: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly Variable[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: { readonly requests: object; readonly limits: object };
}

interface Resource extends Manifest {
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly containers: readonly [Container];
        readonly terminationGracePeriodSeconds: number;
      };
    };
  };
}

const manifestsOf = (file: string): Resource[] =>
  parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Resource;
  });

const kustomization = parse(readFileSync(join(FOLDER, 'kustomization.yaml'), 'utf8')) as {
  resources: readonly string[];
  images: readonly { readonly name: string; readonly newTag: string }[];
};
const [template] = manifestsOf(TEMPLATE) as [Resource];
const applied = kustomization.resources.flatMap(manifestsOf);
const configuration = applied.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};

/** Stand-ins of the form that the template asks for. */
const SECRETS: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://user:password@postgres:5432/updraft',
  UPDRAFT_PSEUDONYM_KEY: '07'.repeat(32),
};
const READERS = {
  ingest: readIngestConfig,
  scoring: readScoringConfig,
  allocator: readAllocatorConfig,
  treasury: readTreasuryConfig,
  census: readCensusConfig,
  console: readConsoleConfig,
} as const;
const ROLES = Object.keys(READERS) as (keyof typeof READERS)[];

function named(kind: string, name: string): Resource {
  const found = applied.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

const podOf = (role: string): Resource['spec']['template'] =>
  named('Deployment', `updraft-${role}`).spec.template;
const containerOf = (role: string): Container => podOf(role).spec.containers[0];

/** A variable as its process will find it; the reference must lead to a key that is there. */
function valueOf({ name, value, valueFrom }: Variable): string {
  if (value !== undefined) return value;
  const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
  if (configMapKeyRef !== undefined) {
    expect(configMapKeyRef.name).toBe('updraft');
    expect(Object.keys(configuration)).toContain(configMapKeyRef.key);
    return configuration[configMapKeyRef.key]!;
  }
  expect(secretKeyRef?.name).toBe(template.metadata.name);
  expect(Object.keys(template.stringData ?? {})).toContain(secretKeyRef?.key);
  return SECRETS[secretKeyRef?.key ?? ''] ?? `no stand-in for ${name}`;
}

function environmentOf({ env: variables }: Container): Record<string, string> {
  return Object.fromEntries(variables.map((variable) => [variable.name, valueOf(variable)]));
}

test('every manifest is one that Kubernetes knows, field by field', () => {
  expect(findTypeFaults([...applied, template])).toEqual([]);
});

test.each([
  ['a misspelled field', { selecter: {} }, 'selecter.* does not exist'],
  ['a wrong value', { ports: [{ port: 'http' }] }, "'string' is not assignable to type 'number'"],
])('%s is found', (_, spec, words) => {
  const service = { ...named('Service', 'updraft-ingest'), spec } as unknown as Manifest;
  expect(findTypeFaults([service]).join()).toMatch(new RegExp(`^Service updraft-ingest: .*${words}`));
});

test('every file is applied or is the template', () => {
  const files = readdirSync(FOLDER).filter((file) => file !== 'kustomization.yaml');
  expect(files.sort()).toEqual([...kustomization.resources, TEMPLATE].sort());
});

test('no manifest names a namespace', () => {
  expect([...applied, template].filter(({ metadata }) => metadata.namespace !== undefined)).toEqual([]);
});

test('the template holds no secret', () => {
  expect(Object.values(template.stringData ?? {}).filter((value) => value !== '')).toEqual([]);
});

test('the image is of this version', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(kustomization.images).toEqual([{ name: 'updraft', newTag: version }]);
});

describe.each(ROLES)('%s', (role) => {
  test('is given only variables that its configuration reads, and all that it needs', () => {
    const given = environmentOf(containerOf(role));
    const read = new Set<string>();
    const watched = new Proxy(given, {
      get: (target, name: string) => {
        read.add(name);
        return target[name];
      },
    });
    const outcome = READERS[role](watched);
    expect('errors' in outcome ? outcome.errors : []).toEqual([]);
    expect(Object.keys(given).filter((name) => !read.has(name))).toEqual([]);
    expect(outcome.config).toMatchObject({
      host: '0.0.0.0',
      port: containerOf(role).ports[0]?.containerPort,
    });
  });

  test('runs a program that exists', () => {
    const [, program = ''] = containerOf(role).command;
    expect(program).toBe(`dist/apps/${role}/src/main.js`);
    expect(existsSync(join(ROOT, program.replace('dist/', '').replace('.js', '.ts')))).toBe(true);
  });

  test('is asked where it answers, and has time to end', () => {
    const { ports, livenessProbe, readinessProbe } = containerOf(role);
    expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: ports[0]?.name });
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: ports[0]?.name });
    expect(podOf(role).spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
  });

  test('is chosen by its deployment, its service and its disruption budget', () => {
    const { labels } = podOf(role).metadata;
    const service = named('Service', `updraft-${role}`) as unknown as { spec: { selector: object } };
    expect(named('Deployment', `updraft-${role}`).spec.selector.matchLabels).toEqual(labels);
    expect(named('PodDisruptionBudget', `updraft-${role}`).spec.selector.matchLabels).toEqual(labels);
    expect(service.spec.selector).toEqual(labels);
  });
});

test('the job makes the workspace that the processes look for, by a command that exists', () => {
  const { command, args = [], ...job } = named('Job', 'updraft-topics').spec.template.spec.containers[0];
  expect(command).toEqual(['node', 'bin/updraft.mjs', 'topics', 'create']);
  expect(`${args[args.indexOf('--workspace') + 1]}.`).toBe(configuration['UPDRAFT_PREFIX']);
  const options = readFileSync(join(ROOT, 'tools/cli/topics.ts'), 'utf8');
  const others = args.filter((arg) => arg.startsWith('--') && arg !== '--workspace');
  expect(others.filter((option) => !options.includes(`'${option} <`))).toEqual([]);
  const reads = readFileSync(join(ROOT, 'tools/cli/open-workspace.ts'), 'utf8');
  const given = Object.keys(environmentOf(job as Container));
  expect(given.filter((name) => !reads.includes(`env['${name}']`))).toEqual([]);
});
