import { promiseBps } from './promise.ts';

// 0.729 of two and 0.9 of sixteen grants are published; the rest follows from the same formula.
test.each<[grants: number, bps: number]>([
  [1, 6_321],
  [2, 7_293],
  [4, 8_046],
  [8, 8_604],
  [16, 9_008],
  [32, 9_297],
  [64, 9_502],
  [100, 9_601],
  [256, 9_751],
  [1_000, 9_874],
  [10_000, 9_960],
])('of a budget for %d grants %d basis points of the best in hindsight can be promised', (grants, bps) => {
  expect(promiseBps(grants)).toBe(bps);
});

test('more grants never promise less', () => {
  const promises = Array.from({ length: 300 }, (_, i) => promiseBps(i + 1));
  expect(promises).toEqual([...promises].sort((a, b) => a - b));
});
