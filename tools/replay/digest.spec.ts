import { createHash } from 'node:crypto';
import { createDigest, digestOf, overallDigest } from './digest.ts';

test('the digest is SHA-256 over length-prefixed position, key and value', () => {
  const bytes = Buffer.concat([
    Buffer.from([0, 0, 0, 3]),
    Buffer.from('0/7'),
    Buffer.from([255, 255, 255, 255]),
    Buffer.from([0, 0, 0, 2]),
    Buffer.from('{}'),
  ]);
  const expected = createHash('sha256').update(bytes).digest('hex');
  expect(digestOf([{ position: '0/7', key: null, value: '{}' }])).toBe(expected);
});

test('text and its bytes have the same digest', () => {
  const text = { position: '0/1', key: 'm', value: '商家' };
  expect(digestOf([text])).toBe(digestOf([{ ...text, value: Buffer.from('商家', 'utf8') }]));
});

test.each([
  ['a byte moves from the key to the value', { position: '0/1', key: 'a', value: 'bc' }],
  ['the key is empty instead of null', { position: '0/1', key: '', value: 'abc' }],
  ['the position differs', { position: '0/2', key: 'ab', value: 'c' }],
])('the digest differs when %s', (_what, other) => {
  const digests = [
    digestOf([{ position: '0/1', key: 'ab', value: 'c' }]),
    digestOf([{ position: '0/1', key: null, value: 'abc' }]),
  ];
  expect(digests).not.toContain(digestOf([other]));
});

test('a digest can be read on the way and goes on afterwards', () => {
  const records = [1, 2, 3].map((n) => ({ position: `0/${n}`, key: null, value: `${n}` }));
  const digest = createDigest();
  digest.add(records[0]!);
  expect(digest.hex()).toBe(digestOf(records.slice(0, 1)));
  digest.add(records[1]!);
  digest.add(records[2]!);
  expect(digest.hex()).toBe(digestOf(records));
  expect(digest.records()).toBe(3);
});

test('the order in which partitions were finished does not matter for the overall digest', () => {
  const parts = [
    { log: 'decisions', partition: 10, digest: 'aa' },
    { log: 'decisions', partition: 9, digest: 'bb' },
    { log: 'capability', partition: 9, digest: 'cc' },
  ];
  expect(overallDigest([...parts].reverse())).toBe(overallDigest(parts));
  expect(overallDigest(parts)).not.toBe(overallDigest([{ ...parts[0]!, digest: 'ab' }, ...parts.slice(1)]));
});
