import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { tryVectors } from './try-vectors.ts';

/** Of every marketplace, and of every country that has a bundle of its own. */
const FOLDERS = readdirSync('policies', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('/bundle.yaml'))
  .map((path) => `policies/${dirname(path)}`)
  .sort();

describe.each(FOLDERS)('%s', (folder) => {
  let tried: Awaited<ReturnType<typeof tryVectors>>;

  beforeAll(async () => {
    tried = await tryVectors(folder);
  });

  test('every vector holds', () => {
    if ('findings' in tried) throw new Error(JSON.stringify(tried.findings, null, 1));
    const misses = tried.files.flatMap(({ path, outcomes }) =>
      outcomes.flatMap(({ vector, misses: each }) => each.map((miss) => `${path}: ${vector}: ${miss}`)),
    );
    expect(misses).toEqual([]);
  });

  test('the vectors show every condition on both sides', () => {
    expect('findings' in tried ? tried.findings : tried.uncovered).toEqual([]);
  });
});
