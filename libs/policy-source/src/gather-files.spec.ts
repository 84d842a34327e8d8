import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gatherFiles } from './gather-files.ts';
import { FILE_BYTES_MAX } from './limit.ts';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'updraft-gather-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string | Uint8Array = 'a: 1\n'): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Paths below the root, and what was found, of the bundle at `path`. */
async function gathered(path: string): Promise<{ files: string[]; entry: string; rules: string[] }> {
  const { files, entry, findings } = await gatherFiles(join(root, path));
  const short = (each: string): string => each.replace(`${root}/`, '');
  const rules = findings.map(({ file, line, column, rule }) => `${short(file)}:${line}:${column} ${rule}`);
  return { files: [...files.keys()].map(short), entry: short(entry), rules };
}

function writeBundle(): void {
  write('bundles/x/bundle.yaml', 'packs:\n  - { pack: ../../packs/b }\n  - { pack: ../../packs/a }\n');
  for (const name of ['z.yaml', 'pack.yaml', 'programmes/2.yaml', 'programmes/10.yaml', 'README.md'])
    write(`packs/a/${name}`);
  write('packs/b/pack.yaml');
  write('packs/c/pack.yaml');
  write('packs/a/x.vectors.yaml');
}

const FILES = [
  'bundles/x/bundle.yaml',
  'packs/b/pack.yaml',
  'packs/a/pack.yaml',
  'packs/a/programmes/10.yaml',
  'packs/a/programmes/2.yaml',
  'packs/a/z.yaml',
];

test.each(['bundles/x/bundle.yaml', 'bundles/x', 'bundles/x/', 'bundles/../bundles/x'])(
  'of the bundle at %s its file and those of its packs are gathered, in byte order of their paths',
  async (path) => {
    writeBundle();
    expect(await gathered(path)).toEqual({ files: FILES, entry: 'bundles/x/bundle.yaml', rules: [] });
  },
);

test('a folder with a pack alone is gathered as it is', async () => {
  writeBundle();
  expect(await gathered('packs/a')).toMatchObject({ entry: 'packs/a/pack.yaml', files: FILES.slice(2) });
});

test('a bundle file may have any name', async () => {
  write('mine.yaml');
  write('other.yaml');
  expect(await gathered('mine.yaml')).toEqual({ files: ['mine.yaml'], entry: 'mine.yaml', rules: [] });
});

test('what lies beside a bundle and is not read is found', async () => {
  write('x/bundle.yaml');
  write('x/metrics.yaml');
  expect((await gathered('x')).rules).toEqual([
    'x/metrics.yaml:1:1 is not read: a bundle is its bundle.yaml and the packs that this names',
  ]);
});

test('a bundle may have its pack in its own folder', async () => {
  write('x/bundle.yaml', 'packs: [{ pack: . }]');
  write('x/pack.yaml');
  write('x/metrics.yaml');
  expect(await gathered('x')).toMatchObject({
    files: ['x/bundle.yaml', 'x/metrics.yaml', 'x/pack.yaml'],
    rules: [],
  });
});

test('a link that leads out of the folder of a pack is refused, one within it is followed', async () => {
  writeBundle();
  const secret = write('secret.yaml', 'password: 1');
  symlinkSync(secret, join(root, 'packs/a/linked.yaml'));
  symlinkSync(join(root, 'packs/a/z.yaml'), join(root, 'packs/a/same.yaml'));
  const { files, rules } = await gathered('bundles/x');
  expect(rules).toEqual(['packs/a/linked.yaml:1:1 must not be a link that leads out of its folder']);
  expect(files).toContain('packs/a/same.yaml');
  expect(files).not.toContain('packs/a/linked.yaml');
});

test('folders that are links are not entered', async () => {
  writeBundle();
  symlinkSync(join(root, 'packs'), join(root, 'packs/a/round'));
  expect(await gathered('bundles/x')).toMatchObject({ files: FILES, rules: [] });
});

test.each<[string, string, string | Uint8Array, string]>([
  [
    'too long',
    'packs/a/long.yaml',
    new Uint8Array(FILE_BYTES_MAX + 1),
    ':1:1 must not have more than 1048576 bytes',
  ],
  ['not text', 'packs/a/bad.yaml', Uint8Array.from([97, 10, 98, 99, 0xff]), ':2:3 must be UTF-8 text'],
  ['called .yml', 'packs/a/old.yml', 'a: 1', ':1:1 must be called .yaml, or it is not read'],
  ['too deep', 'packs/a/1/2/3/4/5/6.yaml', 'a: 1', ' must not lie more than 4 folders deep'],
])('a file that is %s is found', async (_, path, text, rule) => {
  writeBundle();
  write(path, text);
  const { rules } = await gathered('bundles/x');
  expect(rules).toHaveLength(1);
  expect(rules[0]).toContain(rule);
});

test('with too many files the rest is left, and what was gathered is more than may be', async () => {
  writeBundle();
  for (let i = 0; i < 600; i += 1) write(`packs/a/${i}.yaml`, '');
  expect((await gathered('bundles/x')).files).toHaveLength(501);
});

test.each([
  ['nowhere', 'cannot be read: there is no such file'],
  ['packs', 'must have a bundle.yaml or a pack.yaml'],
])('of %s is said that it %s', async (path, rule) => {
  writeBundle();
  expect((await gathered(path)).rules).toEqual([`${path}:1:1 ${rule}`]);
});

test('a pack that is not there is left to whoever reads the bundle, who knows the line', async () => {
  write('x/bundle.yaml', 'packs: [{ pack: ../none }]');
  expect(await gathered('x')).toMatchObject({ files: ['x/bundle.yaml'], rules: [] });
});
