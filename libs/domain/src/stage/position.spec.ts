import { comparePositions, formatPosition, parsePosition } from './position.ts';

test('a position is written as its parts and read back', () => {
  expect(formatPosition([3, 18_842, 0, 1])).toBe('3/18842/0/1');
  expect(parsePosition('3/18842/0/1')).toEqual([3, 18_842, 0, 1]);
});

test.each(['', '3', '3/x', '3/1.5', '3/9007199254740993'])('%j is no position', (text) => {
  expect(() => parsePosition(text)).toThrow('not a position');
});

test('order is by number and not by text, and a cause comes before what it produced', () => {
  const texts = ['0/10', '0/9/0', '0/9', '0/9/1', '0/9/0/0', '0/10/0', '1/0'];
  const sorted = texts.map(parsePosition).sort(comparePositions).map(formatPosition);
  expect(sorted).toEqual(['0/9', '0/9/0', '0/9/0/0', '0/9/1', '0/10', '0/10/0', '1/0']);
  expect(comparePositions([0, 9], [0, 9])).toBe(0);
});
