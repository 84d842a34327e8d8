import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gatherVectors } from './gather-vectors.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'updraft-vectors-'));
  const files = [
    'bundle.yaml',
    'own.vectors.yaml',
    'tried/more/own.vectors.yaml',
    'pack/pack.yaml',
    'pack/of-pack.vectors.yaml',
    'other/bundle.yaml',
    'other/of-other.vectors.yaml',
    'other/deep/of-other.vectors.yaml',
    'unnamed/pack.yaml',
    'unnamed/of-unnamed.vectors.yaml',
  ];
  for (const file of files) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), 'vectors: [{ name: one, expect: { decisions: [] } }]\n');
  }
});
afterAll(() => rm(folder, { recursive: true }));

const gathered = async (...folders: string[]): Promise<string[]> => {
  const { files, findings } = await gatherVectors(folders.map((each) => join(folder, each)));
  expect(findings).toEqual([]);
  return files.map(({ path }) => path.slice(folder.length + 1));
};

test('vectors belong to the bundle whose folder they lie in, and not to one further up', async () => {
  expect(await gathered('.')).toEqual(['own.vectors.yaml', 'tried/more/own.vectors.yaml']);
  expect(await gathered('other')).toEqual([
    'other/deep/of-other.vectors.yaml',
    'other/of-other.vectors.yaml',
  ]);
});

test('those of a pack belong to the bundles that name it, wherever it lies', async () => {
  expect(await gathered('.', 'pack')).toContain('pack/of-pack.vectors.yaml');
  expect(await gathered('other', 'pack')).toContain('pack/of-pack.vectors.yaml');
  expect(await gathered('.', 'pack')).not.toContain('unnamed/of-unnamed.vectors.yaml');
});
