import { join } from 'node:path';
import { parse } from 'yaml';
import { importsOf } from './import-graph.ts';
import { readRepository } from './repository.ts';

// No container is started here. What can be wrong without one is checked: programs and variables that do not exist,
// ports open to the world, secrets in clear text, versions that float.

const ROOT = join(import.meta.dirname, '../..');
const ONE_SHOTS = ['topics', 'tokens'];
const ROLES = ['ingest', 'scoring', 'allocator', 'treasury', 'census', 'console'];
const SECRET_NAME = /PASSWORD|SECRET|TOKEN|_KEY$/;
const FROM_ENVIRONMENT = /^\$\{([A-Z_]+):\?.+\}$/;

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const house = readRepository(ROOT);
const text = (path: string): string => house.texts.get(path) ?? '';
const compose = parse(text('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

test('brings up a broker, a database, the logs and one service per role', () => {
  expect(Object.keys(compose.services).sort()).toEqual(['kafka', 'postgres', ...ONE_SHOTS, ...ROLES].sort());
});

test.each(ROLES)('%s runs a program that exists', (role) => {
  const program = compose.services[role]?.command?.[1] ?? '';
  expect(program).toBe(`dist/apps/${role}/src/main.js`);
  expect([...house.texts.keys()]).toContain(program.replace('dist/', '').replace('.js', '.ts'));
});

test('the logs are created by a command that exists', () => {
  const [, program, command] = compose.services['topics']?.command ?? [];
  expect([...house.texts.keys()]).toContain(program);
  const cli = [...house.texts].filter(([path]) => path.startsWith('tools/cli/')).map(([, source]) => source);
  expect(cli.join('\n')).toMatch(new RegExp(`\\.command\\(\\s*['"\`]${command}\\b`));
});

test('the tokens are made by a function that exists', () => {
  const script = compose.services['tokens']?.command?.at(-1) ?? '';
  const [, module, call] = /\/updraft\/dist\/(\S+)\.js'.*tokens\.(\w+)\(/.exec(script) ?? [];
  expect(text(`${module}.ts`)).toContain(`export function ${call}(directory: string)`);
});

test.each(ROLES)('%s is given only variables that its configuration reads', (role) => {
  const read = configurationOf(role);
  const given = Object.keys(compose.services[role]?.environment ?? {});
  expect(given.filter((name) => !new RegExp(`\\b${name}\\b`).test(read))).toEqual([]);
});

test('every port is open on this machine only', () => {
  const ports = services.flatMap(([, { ports: open = [] }]) => open);
  expect(ports.length).toBeGreaterThan(0);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('secrets come from the environment, which .env.example names', () => {
  for (const [service, { environment = {} }] of services) {
    for (const [name, value] of Object.entries(environment)) {
      if (!SECRET_NAME.test(name)) continue;
      const variable = FROM_ENVIRONMENT.exec(value)?.[1];
      expect({ service, name, variable }).toEqual({ service, name, variable: expect.any(String) });
    }
  }
  const wanted = [...text('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map((match) => match[1]!);
  expect(exampleNames()).toEqual([...new Set(wanted)].sort());
});

test('images are pinned to a version', () => {
  const images = services.flatMap(([, { image, build }]) => (image !== undefined && !build ? [image] : []));
  const bases = [...text('Dockerfile').matchAll(/^FROM (\S+)/gm)].map((match) => match[1]!);
  expect([...images, ...bases].filter((image) => !/:\d+/.test(image))).toEqual([]);
});

test('every service that stays up says whether it is well, and waits only for what can say so', () => {
  for (const [name, service] of services) {
    if (!ONE_SHOTS.includes(name))
      expect({ name, health: service.healthcheck?.test }).toHaveProperty('health.0');
    for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
      const other = compose.services[needed];
      expect({ name, needed, known: other !== undefined }).toEqual({ name, needed, known: true });
      if (condition === 'service_healthy') expect(other?.healthcheck).toBeDefined();
    }
  }
});

test('what must survive lies on a declared volume', () => {
  const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
  expect([...new Set(mounted)].sort()).toEqual(Object.keys(compose.volumes).sort());
});

test('the image leaves setup.mjs behind and copies only what exists', () => {
  const last = text('Dockerfile')
    .split(/^FROM /m)
    .at(-1)!;
  const copied = [...last.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap((match) =>
    match[1]!.split(' ').slice(0, -1),
  );
  expect(copied).not.toContain('setup.mjs');
  const paths = [...house.texts.keys(), 'LICENSE'];
  expect(
    copied.filter((name) => !paths.some((path) => path === name || path.startsWith(`${name}/`))),
  ).toEqual([]);
});

/** The app's configuration files with everything of ours that they import: all the places a variable may be read. */
function configurationOf(role: string): string {
  const edges = importsOf(house);
  const seen = new Set<string>();
  const queue = [...house.texts.keys()].filter((path) =>
    new RegExp(`^apps/${role}/src/.*\\.config\\.ts$`).test(path),
  );
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    queue.push(...edges.flatMap(({ from, to }) => (from === path && to !== null ? [to] : [])));
  }
  return [...seen].map(text).join('\n');
}

function exampleNames(): string[] {
  return [...text('.env.example').matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]!).sort();
}
