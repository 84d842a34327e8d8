import { murmur2 } from '#domain/stage/murmur2';
import { partitionOf } from './partition.ts';

// Vectors of org.apache.kafka.common.utils.UtilsTest#testMurmur2.
const JAVA_VECTORS: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

describe('partitionOf', () => {
  test.each(JAVA_VECTORS)('hashes %s as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  test('makes a negative hash positive by clearing the sign, as toPositive does', () => {
    expect(partitionOf('21', 16)).toBe((-973932308 & 0x7fffffff) % 16);
    expect(partitionOf('foobar', 1000)).toBe((-790332482 & 0x7fffffff) % 1000);
  });

  test('spreads ids over all partitions and stays in range', () => {
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) counts[partitionOf(`merchant-${i}`, 16)]!++;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });

  test('hashes the UTF-8 bytes and not the code units', () => {
    expect(murmur2(Buffer.from('商家', 'utf8'))).not.toBe(murmur2(Buffer.from('商家', 'utf16le')));
    expect(partitionOf('商家', 7)).toBe(
      (murmur2(Buffer.from([0xe5, 0x95, 0x86, 0xe5, 0xae, 0xb6])) & 0x7fffffff) % 7,
    );
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses %p partitions', (partitions) => {
    expect(() => partitionOf('m', partitions)).toThrow('not a positive integer');
  });
});
