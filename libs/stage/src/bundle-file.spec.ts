import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type Json } from '#domain/canonical';
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
  const { readFileSync } = await import('node:fs');
  const source = readFileSync(STARTER, 'utf8');
  const { hash } = await readBundleFile(STARTER);
  const commented = file('commented.yaml', `# another comment\n\n${source}\n`);
  expect((await readBundleFile(commented)).hash).toBe(hash);
  const other = file('other.yaml', source.replace('total: 600000', 'total: 600001'));
  expect((await readBundleFile(other)).hash).not.toBe(hash);
});

test('every finding is told at once, with field, value and rule', async () => {
  const path = file('bad.yaml', 'bundle: 7\nprogrammes: []\nsurprise: true\n');
  const error = await readBundleFile(path).catch((failed: unknown) => failed);
  expect(error).toBeInstanceOf(BundleFileError);
  const [first, ...findings] = (error as Error).message.split('\n');
  expect(first).toBe(`${path} cannot be published:`);
  expect(findings.length).toBeGreaterThan(2);
  for (const finding of findings) expect(finding).toMatch(/^ {2}\S+: .*: .+/);
  expect(findings.join('\n')).toContain('surprise');
});

test('aliases are refused: what stands in one place is meant for that place', async () => {
  const path = file('alias.yaml', 'a: &x { b: 1 }\nc: *x\n');
  await expect(readBundleFile(path)).rejects.toThrow(/alias/i);
});
