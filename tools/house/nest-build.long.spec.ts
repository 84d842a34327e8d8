import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

// Two writers fill dist: setup.mjs (everything at once, no checks) and `nest build` (one app, checked). They must
// write the same bytes, or what is tested is not what runs.

const ROOT = join(import.meta.dirname, '../..');
const APPS = ['ingest', 'scoring', 'allocator', 'treasury', 'census', 'console', 'standalone'];
const COPIED = [
  'apps',
  'libs',
  'sim',
  'tools',
  'bench',
  'package.json',
  'package-lock.json',
  'nest-cli.json',
];
/** Ten seconds an app on an idle machine. */
const BUILD_MAX_MS = 300_000;

let folder: string;
let bySetup: Map<string, string>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-nest-'));
  const settings = readdirSync(ROOT).filter((name) => /^tsconfig.*\.json$/.test(name));
  for (const name of [...COPIED, ...settings])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.dist.json'], { cwd: folder, stdio: 'inherit' });
  bySetup = outputs();
}, BUILD_MAX_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(APPS)(
  'nest build %s writes what setup.mjs writes, and nest start finds it',
  (app) => {
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
    nest('build', app);
    expect(existsSync(join(folder, `dist/apps/${app}/src/main.js`))).toBe(true);
    const different = [...outputs()]
      .filter(([path, bytes]) => bySetup.get(path) !== bytes)
      .map(([path]) => path);
    expect(different).toEqual([]);
    expect(nest('start', app, '--', '--check-config')).toContain('{');
  },
  BUILD_MAX_MS,
);

function nest(...args: string[]): string {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    KAFKA_BROKERS: '127.0.0.1:9092',
    DATABASE_URL: 'postgres://updraft@127.0.0.1:5432/updraft',
  };
  const cli = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
  const run = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: BUILD_MAX_MS,
  });
  if (run.status !== 0)
    throw new Error(`nest ${args.join(' ')} ended with ${run.status}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

/** Bytes, as text, by path below dist. */
function outputs(): Map<string, string> {
  const dist = join(folder, 'dist');
  return new Map(
    readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.js(\.map)?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(dist, path), readFileSync(path, 'utf8')]),
  );
}
