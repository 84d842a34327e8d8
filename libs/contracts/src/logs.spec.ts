import { logShapes } from './logs.ts';

test('a log has as many partitions as activity, treasury and census as many as genesis says, policies one', () => {
  const partitions = Object.fromEntries(logShapes(16, 3).map(({ log, partitions: count }) => [log, count]));
  expect(partitions).toEqual({
    activity: 16,
    capability: 16,
    decisions: 16,
    grants: 16,
    treasury: 3,
    census: 3,
    policies: 1,
    quarantine: 16,
    'dead-letters': 16,
  });
});

test('only of grants the newest record per key is enough', () => {
  expect(
    logShapes(1, 1)
      .filter(({ compacted }) => compacted)
      .map(({ log }) => log),
  ).toEqual(['grants']);
});
