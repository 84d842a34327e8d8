import { pinPacks } from './pin-packs.ts';
import type { Pin } from './load-source.ts';

const ONE = '1'.repeat(64);
const TWO = '2'.repeat(64);
const pins: Pin[] = [ONE, TWO].map((hash) => ({ pack: '../x', folder: 'x', pinned: null, hash }));

test.each([
  [
    'a list of lines',
    '# first\npacks:\n  - { pack: ../a } # of a\n  - { pack: "../b" }\nbundle: x\n',
    `# first\npacks:\n  - { pack: ../a, hash: ${ONE} } # of a\n  - { pack: "../b", hash: ${TWO} }\nbundle: x\n`,
  ],
  [
    'mappings over several lines',
    'packs:\n  - pack: ../a # of a\n  # then b\n  - pack: ../b',
    `packs:\n  - pack: ../a # of a\n    hash: ${ONE}\n  # then b\n  - pack: ../b\n    hash: ${TWO}`,
  ],
  [
    'older hashes',
    `packs: [{ pack: ../a, hash: ${'0'.repeat(64)} }, { hash: "${'3'.repeat(64)}", pack: ../b }]\n`,
    `packs: [{ pack: ../a, hash: ${ONE} }, { hash: ${TWO}, pack: ../b }]\n`,
  ],
  [
    'a hash that was left open',
    'packs:\n  - pack: ../a\n    hash:\n  - { pack: ../b, hash: }\n',
    `packs:\n  - pack: ../a\n    hash: ${ONE}\n  - { pack: ../b, hash: ${TWO} }\n`,
  ],
  ['no packs', 'bundle: x # alone\n', 'bundle: x # alone\n'],
])('the hashes are written into %s, and nothing else changes', (_, text, expected) => {
  expect(pinPacks(text, pins)).toBe(expected);
  expect(pinPacks(expected, pins)).toBe(expected);
});
