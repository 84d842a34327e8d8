import { changed, compiled, findings, smallSource } from '../testing/small-bundle.ts';

const SUM = { sum: 'ordersPaid', window: '7d' };
const derived = (id: string, of: string): object => ({
  id,
  names: { en: id },
  unit: 'count',
  total: [{ metric: of }],
});

test('a metric comes after what it reads, wherever it is written', () => {
  const metrics = [
    derived('c', 'b'),
    derived('b', 'a'),
    { id: 'a', names: { en: 'a' }, unit: 'count', ...SUM },
  ];
  const source = { ...smallSource(), metrics, ladders: [], programmes: [] };
  expect(compiled(source).bundle.metrics.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test('a metric that reads itself is found, however long the way round', () => {
  const source = { ...smallSource(), ladders: [], programmes: [] };
  const rules = (...metrics: object[]): string[] =>
    findings({ ...source, metrics }).map(({ field, rule }) => `${field} ${rule}`);
  expect(rules(derived('a', 'a'))).toEqual(['/metrics/0 reads itself, by way of a']);
  expect(rules(derived('a', 'b'), derived('b', 'a'), derived('c', 'a'))).toEqual([
    '/metrics/0 reads itself, by way of b',
    '/metrics/1 reads itself, by way of a',
  ]);
  const floors = [{ when: { metric: 'orders', op: '<', than: 's' }, atLeast: 1 }];
  const components = [{ metric: 'orders', weight: '100%', from: 0, to: 1 }];
  const score = {
    id: 's',
    names: { en: 's' },
    unit: 'score',
    score: { components, minimumWeight: 0, floors },
  };
  expect(rules({ id: 'orders', names: { en: 'o' }, unit: 'count', ...SUM }, score)).toEqual([
    '/metrics/1 reads itself, by way of orders, s',
  ]);
});

test('what the census must know is said once for each metric and group, with all cuts that are asked for', () => {
  const rank = (id: string, cuts: string[]): object => ({
    id,
    names: { en: id },
    unit: 'rate',
    rank: 'orders',
    by: 'category',
    cuts,
  });
  const mean = { id: 'mean', names: { en: 'm' }, unit: 'count', mean: 'orders', by: 'all' };
  const source = smallSource();
  const metrics = [
    ...(source['metrics'] as object[]),
    rank('r1', ['70%', '90%']),
    mean,
    rank('r2', ['40%', '70%']),
  ];
  expect(compiled({ ...source, metrics }).bundle.statistics).toEqual([
    { id: 'orders~all', metric: 'orders', by: 'all', cutsBps: [] },
    { id: 'orders~category', metric: 'orders', by: 'category', cutsBps: [4_000, 7_000, 9_000] },
  ]);
});

test('a size may follow a metric that says its grain, and no other', () => {
  const size = { metric: 'orders', per: 2, times: 10, minimum: 10, maximum: 90 };
  const bare = changed('programmes/1/size', size);
  expect(findings(bare).map(({ field }) => field)).toEqual(['/programmes/1/size/metric']);
  const graded = changed('metrics/0/grain', { edges: [0, 5], hysteresis: '10%' });
  (graded['programmes'] as Record<string, unknown>[])[1]!['size'] = size;
  expect(compiled(graded).bundle.programmes[1]!.size).toEqual(size);
  expect(compiled(graded).bundle.metrics[0]!.grain).toEqual({ edges: [0, 5], hysteresisBps: 1_000 });
});
