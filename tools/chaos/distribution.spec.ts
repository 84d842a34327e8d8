import type { Disturbed } from './disturb.ts';
import { distributionOf, recoveryTable } from './distribution.ts';

function disturbed(what: string, recoveryMs: number): Disturbed {
  return { what, lag: 1, ownLag: null, recoveryMs };
}

test('figures of a distribution are values that were measured', () => {
  expect(distributionOf([5, 1, 4, 2, 3, 6, 7, 8, 9, 10])).toEqual({ count: 10, p50: 5, p90: 9, max: 10 });
  expect(distributionOf([7])).toEqual({ count: 1, p50: 7, p90: 7, max: 7 });
  expect(distributionOf([])).toEqual({ count: 0, p50: 0, p90: 0, max: 0 });
});

test('blows of one kind are counted together, whoever was hit', () => {
  const table = recoveryTable([
    disturbed('kill -9 scoring-1, owner of scoring 0, 2', 100),
    disturbed('kill -9 of the broker, which answered again after 4.2 s', 5_000),
    disturbed('kill -9 scoring-2, owner of scoring 1', 300),
    disturbed('allocator-1 stood still for 9.1 s, owner of allocator 3', 8_000),
  ]);
  expect(table.map(([kind, { count, max }]) => [kind, count, max])).toEqual([
    ['kill -9 scoring', 2, 300],
    ['kill -9 of the broker', 1, 5_000],
    ['allocator stood still for longer than its session', 1, 8_000],
  ]);
});
