import { formatVector, parseVector } from './sequence-vector.ts';

test('a vector is read back as it was written, nothing included', () => {
  expect(formatVector([12, 1, 0, 99])).toBe('12.1.0.99');
  expect(parseVector('12.1.0.99', 4)).toEqual([12, 1, 0, 99]);
});

test.each(['12.7', '12.7.8.9', '12..7', '12.7.x', '', '1.2.-3', `1.2.${'9'.repeat(16)}`])(
  'refuses %s for three partitions',
  (text) => {
    expect(parseVector(text, 3)).toBeNull();
  },
);
