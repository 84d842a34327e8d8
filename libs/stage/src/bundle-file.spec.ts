import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type Json } from '#domain/canonical';
import { pinPacks } from '#policy-source/pin-packs';
import { BundleFileError, readBundleFile } from './bundle-file.ts';
import { sha256 } from './sha256.ts';

const STARTER = new URL('../../../policies/starter/bundle.yaml', import.meta.url).pathname;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'updraft-bundle-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('a bundle is known by the hash of its canonical text', async () => {
  const { bundle, text, hash } = await readBundleFile(STARTER);
  expect(bundle.id).toBe('starter');
  expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
  expect(hash).toBe(sha256(text));
});

test('comments and layout of the file are not part of it; a number is', async () => {
  const source = readFileSync(STARTER, 'utf8');
  const { hash } = await readBundleFile(STARTER);
  const commented = file('commented.yaml', `# another comment\n\n${source}\n`);
  expect((await readBundleFile(commented)).hash).toBe(hash);
  const other = file('other.yaml', source.replace('total: 600000', 'total: 600001'));
  expect((await readBundleFile(other)).hash).not.toBe(hash);
});

test('every finding is told at once, one line each with file, line, column and field, and how many there are', async () => {
  const path = file('bad.yaml', 'bundle: 7\nprogrammes: []\nsurprise: true\n');
  const error = await readBundleFile(path).catch((failed: unknown) => failed);
  expect(error).toBeInstanceOf(BundleFileError);
  const [first, ...lines] = (error as Error).message.split('\n');
  expect(first).toBe(`${path} cannot be used:`);
  expect(lines.pop()).toBe(`${lines.length} findings`);
  for (const line of lines) expect(line.slice(path.length)).toMatch(/^:\d+:\d+: \/\S*: .*: .+/);
  expect(lines.join('\n')).toContain(`${path}:3:1: /surprise: true: is not known here`);
});

test('aliases are refused: what stands in one place is meant for that place', async () => {
  const path = file('alias.yaml', 'a: &x { b: 1 }\nc: *x\n');
  await expect(readBundleFile(path)).rejects.toThrow(`${path}:2:4: /c: *x: is an alias`);
});

test('a file that is not there is a finding, too', async () => {
  await expect(readBundleFile(join(folder, 'none.yaml'))).rejects.toThrow('there is no such file');
});

test('a pack must be pinned to be published, not to be tried', async () => {
  mkdirSync(join(folder, 'pack'));
  const head = 'pack: p\nnames: { en: P }\ndescription: { en: Nothing yet }\nversion: a\n';
  writeFileSync(join(folder, 'pack/pack.yaml'), head);
  const path = file('packed.yaml', `packs: [{ pack: ./pack }]\n${readFileSync(STARTER, 'utf8')}`);
  await expect(readBundleFile(path)).rejects.toThrow(/packed.yaml:1:\d+: .packs.0: .*must name the hash/);
  const tried = await readBundleFile(path, 'trial');
  expect(tried.hash).toBe((await readBundleFile(STARTER)).hash);
  const pinned = pinPacks(tried.files.get(tried.entry)!, tried.pins);
  writeFileSync(path, pinned);
  expect((await readBundleFile(path)).hash).toBe(tried.hash);
});
