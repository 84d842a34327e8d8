import { planBlows } from './plan.ts';

const OPTIONS = {
  seed: 1,
  kills: 60,
  brokerRestarts: 5,
  databaseCuts: 5,
  rebalances: 10,
  freezes: 4,
  treasuryKills: 3,
  censusKills: 2,
  bystanders: 2,
};

test('a plan has what was asked for, in an order of its own', () => {
  const blows = planBlows(OPTIONS);
  const count = (...names: readonly string[]): number => blows.filter((blow) => names.includes(blow)).length;
  expect(count('kill-scoring', 'kill-allocator') + 2 * count('kill-both')).toBe(60);
  expect(count('kill-broker', 'restart-broker')).toBe(5);
  expect(count('cut-database', 'close-database')).toBe(5);
  expect(count('join-and-leave')).toBe(5);
  expect(count('freeze-scoring')).toBe(2);
  expect(count('freeze-allocator')).toBe(2);
  expect(count('kill-ingest')).toBe(2);
  expect(count('kill-console')).toBe(2);
  expect(count('kill-treasury')).toBe(3);
  expect(count('kill-census')).toBe(2);
  expect(blows).not.toEqual([...blows].sort());
});

test('the same seed is the same plan, another one another', () => {
  expect(planBlows(OPTIONS)).toEqual(planBlows(OPTIONS));
  expect(planBlows({ ...OPTIONS, seed: 2 })).not.toEqual(planBlows(OPTIONS));
});
